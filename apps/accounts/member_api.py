"""/api/v1/workspaces/{id}/members and /leave."""

import uuid
from typing import cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from . import members
from .access import WorkspaceView, membership_in
from .models import Membership, Role, User


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """A person in a workspace."""

    id = serializers.UUIDField(source="user.id", read_only=True, help_text="The person's.")
    email = serializers.EmailField(source="user.email", read_only=True)
    name = serializers.CharField(
        source="user.name", read_only=True, help_text="What they want to be called; may be empty."
    )
    role = serializers.ChoiceField(choices=Role.choices)

    class Meta:
        model = Membership
        fields = ("id", "email", "name", "role", "created_at")
        read_only_fields = ("created_at",)


class RoleSerializer(serializers.Serializer[dict[str, str]]):
    role = serializers.ChoiceField(choices=Role.choices)


class NamedWorkspaceView(WorkspaceView):
    """Acts in the workspace that its address names, whatever the header says."""

    def find_membership(self, request: Request) -> Membership:
        return membership_in(request, self.kwargs["id"])


class MemberListView(NamedWorkspaceView, ListAPIView[Membership]):
    serializer_class = MemberSerializer
    queryset = Membership.objects.none()

    def get_queryset(self) -> QuerySet[Membership]:
        return Membership.objects.filter(workspace=self.workspace).select_related("user")

    @extend_schema(operation_id="workspaces_members_list")
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """The workspace's members, the newest first."""
        return self.list(request)


class MemberView(NamedWorkspaceView):
    @extend_schema(
        operation_id="workspaces_members_update",
        request=RoleSerializer,
        responses=MemberSerializer,
    )
    def patch(self, request: Request, id: uuid.UUID, user_id: uuid.UUID) -> Response:
        """Give a member another role. One owner always stays."""
        wanted = RoleSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        role = Role(wanted.validated_data["role"])
        return Response(MemberSerializer(members.change_role(self.workspace, user_id, role)).data)

    @extend_schema(operation_id="workspaces_members_remove", responses={204: None})
    def delete(self, request: Request, id: uuid.UUID, user_id: uuid.UUID) -> Response:
        """Remove a member: their API keys of this workspace end too."""
        members.remove(self.workspace, user_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class LeaveView(NamedWorkspaceView):
    """Open while the workspace is suspended too: nobody is held in one."""

    works_suspended = True

    @extend_schema(operation_id="workspaces_leave", request=None, responses={204: None})
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Leave the workspace. Its last owner can't."""
        members.remove(self.workspace, cast(User, request.user).pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
