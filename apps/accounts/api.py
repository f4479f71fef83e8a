"""GET and PATCH /api/v1/me; the documents that sign-up accepts."""

from typing import Any, cast

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.serializers import MessageSerializer

from . import legal, members
from .access import current_membership, memberships_of
from .models import ApiKey, Language, Membership, Role, User


class UserSerializer(serializers.ModelSerializer[User]):
    language = serializers.ChoiceField(choices=Language.choices)

    class Meta:
        model = User
        fields = ("id", "email", "name", "language", "mails_trainings", "is_staff")
        read_only_fields = ("id", "email", "name", "mails_trainings", "is_staff")


class WorkspaceSerializer(serializers.Serializer[Membership]):
    """A workspace as one of its members sees it."""

    id = serializers.UUIDField(source="workspace.id")
    name = serializers.CharField(source="workspace.name")
    role = serializers.ChoiceField(choices=Role.choices)
    suspended_at = serializers.DateTimeField(
        source="workspace.suspended_at",
        allow_null=True,
        help_text="Since when its members can only look and download; null where they can work.",
    )


class UsedKeySerializer(serializers.ModelSerializer[ApiKey]):
    """The key that a request was signed in with."""

    class Meta:
        model = ApiKey
        fields = ("id", "name", "prefix", "scopes", "expires_at")
        read_only_fields = fields


class MeSerializer(serializers.Serializer[dict[str, Any]]):
    user = UserSerializer()
    workspace = WorkspaceSerializer(help_text="The one that this request is about.")
    workspaces = WorkspaceSerializer(many=True)
    key = UsedKeySerializer(allow_null=True, help_text="Null in a session.")


class SettingsSerializer(serializers.Serializer[dict[str, Any]]):
    """What a person may set; what is left out stays."""

    name = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=60,
        help_text="What to call the person; empty for the e-mail address.",
    )
    language = serializers.ChoiceField(choices=Language.choices, required=False)
    mails_trainings = serializers.BooleanField(
        required=False, help_text="A mail when a training that one started has ended."
    )


class MeView(APIView):
    """The person signed in."""

    uses_workspace = True  # for the schema

    @extend_schema(operation_id="me", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        return Response(self._body(request))

    @extend_schema(
        operation_id="me_update",
        request=SettingsSerializer,
        responses=MeSerializer,
    )
    def patch(self, request: Request) -> Response:
        wanted = SettingsSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        user = cast(User, request.user)
        for name, value in wanted.validated_data.items():
            setattr(user, name, value)
        user.save(update_fields=list(wanted.validated_data))
        if "name" in wanted.validated_data:
            members.tell_mates(user)
        return Response(self._body(request))

    def _body(self, request: Request) -> dict[str, Any]:
        return MeSerializer(
            {
                "user": request.user,
                "workspace": current_membership(request),
                "workspaces": memberships_of(request),
                "key": request.auth,
            }
        ).data


class LegalPartSerializer(serializers.Serializer[Any]):
    title = MessageSerializer()
    text = MessageSerializer()


class LegalSerializer(serializers.Serializer[Any]):
    """A document in force; sign-up sends its version."""

    version = serializers.CharField()
    title = MessageSerializer()
    parts = LegalPartSerializer(many=True)


class LegalView(APIView):
    """For everybody: it is read before there is an account."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="legal_retrieve", responses=LegalSerializer, auth=[])
    def get(self, request: Request, document: str) -> Response:
        """The terms (``terms``) or the privacy policy (``privacy``)."""
        if document not in legal.IN_FORCE:
            raise Http404
        return Response(LegalSerializer(legal.IN_FORCE[legal.Document(document)]).data)
