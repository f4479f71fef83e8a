"""/api/v1/workspaces."""

import uuid

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from . import members
from .access import WorkspaceView, memberships_of
from .api import WorkspaceSerializer
from .member_api import NamedWorkspaceView
from .models import Membership, Role, Workspace


class WorkspaceQuerySerializer(serializers.Serializer[dict[str, str]]):
    role = serializers.ChoiceField(choices=Role.choices, required=False)


class WorkspaceNameSerializer(serializers.Serializer[dict[str, str]]):
    name = serializers.CharField(max_length=100)


class WorkspaceListView(WorkspaceView, ListAPIView[Membership]):
    serializer_class = WorkspaceSerializer
    queryset = Membership.objects.none()

    def get_queryset(self) -> QuerySet[Membership]:
        query = WorkspaceQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        return memberships_of(self.request).filter(**query.validated_data)

    @extend_schema(operation_id="workspaces_list", parameters=[WorkspaceQuerySerializer])
    def get(self, request: Request) -> Response:
        """The workspaces that one is a member of, the newest first; of a key its own."""
        return self.list(request)


class WorkspaceDetailView(NamedWorkspaceView):
    @extend_schema(operation_id="workspaces_retrieve", responses=WorkspaceSerializer)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """One workspace."""
        return Response(WorkspaceSerializer(self.membership).data)

    @extend_schema(
        operation_id="workspaces_rename",
        request=WorkspaceNameSerializer,
        responses=WorkspaceSerializer,
    )
    def patch(self, request: Request, id: uuid.UUID) -> Response:
        """Rename a workspace. Only its owner may."""
        wanted = WorkspaceNameSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        Workspace.objects.filter(pk=id).update(name=wanted.validated_data["name"])
        members.tell(id)
        return Response(WorkspaceSerializer(self.find_membership(request)).data)
