"""/api/v1/keys."""

import uuid
from datetime import datetime
from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.errors import ApiError

from . import keys
from .access import WorkspaceView
from .models import ApiKey, User
from .scopes import SCOPES, covers


class KeySerializer(serializers.ModelSerializer[ApiKey]):
    """A key as it can be shown again: without its secret."""

    user = serializers.EmailField(source="user.email", read_only=True, help_text="Who made it.")
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=SCOPES), read_only=True)

    class Meta:
        model = ApiKey
        fields: tuple[str, ...] = (
            "id",
            "name",
            "prefix",
            "scopes",
            "user",
            "expires_at",
            "last_used_at",
            "revoked_at",
            "created_at",
        )
        read_only_fields = fields


class NewKeySerializer(KeySerializer):
    """The only answer that holds the key itself."""

    key = serializers.CharField(read_only=True, help_text="Shown this once.")

    class Meta(KeySerializer.Meta):
        fields: tuple[str, ...] = (*KeySerializer.Meta.fields, "key")
        read_only_fields = fields


class KeyQuerySerializer(serializers.Serializer[dict[str, Any]]):
    revoked = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Only those that are, or are not."
    )


class CreateKeySerializer(serializers.Serializer[dict[str, Any]]):
    name = serializers.CharField(max_length=100)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=SCOPES),
        min_length=1,
        max_length=len(SCOPES),
        help_text="`read` and `write` stand for all nouns but keys; write includes read.",
    )
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="Never, where absent."
    )

    def validate_expires_at(self, value: datetime | None) -> datetime | None:
        if value is not None and value <= timezone.now():
            raise serializers.ValidationError("This is in the past.", code="in_the_past")
        return value


class KeyListView(WorkspaceView, ListAPIView[ApiKey]):
    serializer_class = KeySerializer
    queryset = ApiKey.objects.none()

    def get_queryset(self) -> QuerySet[ApiKey]:
        query = KeyQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        found = ApiKey.objects.for_workspace(self.workspace).select_related("user")
        revoked = query.validated_data["revoked"]
        return found if revoked is None else found.filter(revoked_at__isnull=not revoked)

    @extend_schema(operation_id="keys_list", parameters=[KeyQuerySerializer])
    def get(self, request: Request) -> Response:
        """The workspace's API keys, revoked ones too, the newest first."""
        return self.list(request)

    @extend_schema(
        operation_id="keys_create",
        request=CreateKeySerializer,
        responses={201: NewKeySerializer},
    )
    def post(self, request: Request) -> Response:
        """Make a key. A key makes others only with `keys:write`, and none that may do more."""
        wanted = CreateKeySerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        _refuse_more(request, wanted.validated_data["scopes"])
        key, text = keys.create(self.workspace, cast(User, request.user), **wanted.validated_data)
        body = {**KeySerializer(key).data, "key": text}
        return Response(body, status=status.HTTP_201_CREATED)


def _refuse_more(request: Request, scopes: list[str]) -> None:
    """ApiError where a key would hand out what it may not do itself."""
    own = request.auth
    if not isinstance(own, ApiKey):
        return
    if more := [scope for scope in scopes if not covers(own.scopes, scope)]:
        raise ApiError(
            "key-scope",
            f"이 API 키에 없는 권한은 줄 수 없습니다: {', '.join(more)}",
            f"This API key can't give what it lacks itself: {', '.join(more)}",
            403,
            field="scopes",
        )


class KeyView(WorkspaceView):
    def key(self, key_id: uuid.UUID) -> ApiKey:
        found = ApiKey.objects.for_workspace(self.workspace).select_related("user")
        key = found.filter(pk=key_id).first()
        if key is None:
            raise Http404
        return key

    @extend_schema(operation_id="keys_retrieve", responses=KeySerializer)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """One key."""
        return Response(KeySerializer(self.key(id)).data)

    @extend_schema(operation_id="keys_revoke", responses={204: None})
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """Revoke a key: it opens nothing any more. Harmless when repeated."""
        keys.revoke(self.key(id))
        return Response(status=status.HTTP_204_NO_CONTENT)
