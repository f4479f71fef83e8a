"""/api/v1/workspaces/{id}/invitations of who invites, /api/v1/invitations of who was invited.

The token of a link travels in bodies: addresses are written to logs.
"""

import uuid
from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from . import invitations
from .access import WorkspaceView
from .api import WorkspaceSerializer
from .member_api import NamedWorkspaceView
from .models import Invitation, Role, User


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """An invitation that nobody has accepted yet."""

    role = serializers.ChoiceField(choices=Role.choices)
    invited_by = serializers.EmailField(source="invited_by.email", read_only=True)

    class Meta:
        model = Invitation
        fields = ("id", "email", "role", "invited_by", "sent_at", "expires_at", "created_at")
        read_only_fields = fields


class InviteSerializer(serializers.Serializer[dict[str, str]]):
    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(choices=Role.choices, default=Role.MEMBER)


class TokenSerializer(serializers.Serializer[dict[str, str]]):
    token = serializers.CharField(max_length=200, help_text="The end of the mail's link.")


class ReceivedInvitationSerializer(serializers.Serializer[Invitation]):
    """An invitation as its reader sees it."""

    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=Role.choices)
    workspace = serializers.CharField(source="workspace.name", help_text="Its name.")
    invited_by = serializers.EmailField(source="invited_by.email")
    expires_at = serializers.DateTimeField()


class InvitationListView(NamedWorkspaceView, ListAPIView[Invitation]):
    serializer_class = InvitationSerializer
    queryset = Invitation.objects.none()

    def get_queryset(self) -> QuerySet[Invitation]:
        return invitations.open_ones(self.workspace).select_related("invited_by")

    @extend_schema(operation_id="workspaces_invitations_list")
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """Open invitations, expired ones too, the newest first."""
        return self.list(request)

    @extend_schema(
        operation_id="workspaces_invitations_create",
        request=InviteSerializer,
        responses={201: InvitationSerializer},
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Invite an address by mail; the link in it works for 7 days."""
        wanted = InviteSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        said: dict[str, Any] = wanted.validated_data
        invitation = invitations.invite(
            self.workspace,
            cast(User, request.user),
            email=said["email"],
            role=Role(said["role"]),
        )
        return Response(InvitationSerializer(invitation).data, status=status.HTTP_201_CREATED)


class InvitationView(NamedWorkspaceView):
    @extend_schema(operation_id="workspaces_invitations_revoke", responses={204: None})
    def delete(self, request: Request, id: uuid.UUID, invitation_id: uuid.UUID) -> Response:
        """Take an invitation back: its link opens nothing. Harmless when repeated."""
        invitations.revoke(self.workspace, invitation_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ResendView(NamedWorkspaceView):
    @extend_schema(
        operation_id="workspaces_invitations_resend", request=None, responses=InvitationSerializer
    )
    def post(self, request: Request, id: uuid.UUID, invitation_id: uuid.UUID) -> Response:
        """Send a new link, good for another 7 days; the former one ends."""
        invitation = invitations.resend(self.workspace, invitation_id)
        return Response(InvitationSerializer(invitation).data)


class LookView(APIView):
    """For everybody who holds a link: it is read before there is an account."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="invitations_look",
        request=TokenSerializer,
        responses=ReceivedInvitationSerializer,
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Who invites to what. Says nothing of whether the address has an account."""
        wanted = TokenSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        invitation = invitations.look(wanted.validated_data["token"])
        return Response(ReceivedInvitationSerializer(invitation).data)


class AcceptView(WorkspaceView):
    """Open while the workspace in use is suspended: it is about another one, which may not be."""

    works_suspended = True

    @extend_schema(
        operation_id="invitations_accept", request=TokenSerializer, responses=WorkspaceSerializer
    )
    def post(self, request: Request) -> Response:
        """Become a member. The invited address has to be a verified one of the person's."""
        wanted = TokenSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        token = wanted.validated_data["token"]
        membership = invitations.accept(token, cast(User, request.user))
        return Response(WorkspaceSerializer(membership).data)
