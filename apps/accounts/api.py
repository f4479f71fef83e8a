"""GET and PATCH /api/v1/me; the documents that people accept, at sign-up and in new versions."""

from typing import Any, cast

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.serializers import MessageSerializer

from . import acceptances, legal, members
from .access import WorkspaceView, current_membership, memberships_of
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


class ToAcceptSerializer(serializers.Serializer[dict[str, str]]):
    document = serializers.ChoiceField(choices=[each.value for each in legal.Document])
    version = serializers.CharField()


class AcceptSerializer(serializers.Serializer[dict[str, str]]):
    """The versions that the person has read."""

    terms = serializers.CharField(max_length=20, required=False)
    privacy = serializers.CharField(max_length=20, required=False)


class MeSerializer(serializers.Serializer[dict[str, Any]]):
    user = UserSerializer()
    workspace = WorkspaceSerializer(help_text="The one that this request is about.")
    workspaces = WorkspaceSerializer(many=True)
    key = UsedKeySerializer(allow_null=True, help_text="Null in a session.")
    to_accept = ToAcceptSerializer(
        many=True,
        help_text="Documents in force that the person has yet to accept. The studio asks for it; "
        "API keys work on meanwhile.",
    )


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
        return Response(_me(request))

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
        return Response(_me(request))


class AcceptancesView(WorkspaceView):
    """Nobody is locked out until they accept: the studio asks, and an API key, which has nobody
    to ask, keeps working. Open in a suspended workspace, as it is about the person."""

    works_suspended = True

    @extend_schema(
        operation_id="me_accept", request=AcceptSerializer, responses={200: MeSerializer}
    )
    def post(self, request: Request) -> Response:
        """Accept the terms or the privacy policy in force, by version. Harmless when repeated."""
        wanted = AcceptSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        acceptances.accept(cast(User, request.user), wanted.validated_data)
        return Response(_me(request))


def _me(request: Request) -> dict[str, Any]:
    return MeSerializer(
        {
            "user": request.user,
            "workspace": current_membership(request),
            "workspaces": memberships_of(request),
            "key": request.auth,
            "to_accept": acceptances.missing(cast(User, request.user)),
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
