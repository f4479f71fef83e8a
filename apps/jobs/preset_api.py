"""/api/v1/presets."""

import uuid
from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import WorkspaceView, current_membership
from apps.accounts.models import User
from apps.common.serializers import MessageSerializer

from . import presets
from .models import SUNG_KINDS, SoundPreset

KINDS = [kind.value for kind in SUNG_KINDS]


class SoundPresetSerializer(serializers.ModelSerializer[SoundPreset]):
    """Settings under a name. What is not among them stays as the contract has it."""

    kind = serializers.ChoiceField(choices=KINDS, read_only=True)
    settings = serializers.DictField(read_only=True)
    mine = serializers.SerializerMethodField()
    maker = serializers.EmailField(source="maker.email", read_only=True, default=None)

    class Meta:
        model = SoundPreset
        fields = ("id", "name", "kind", "settings", "shared", "mine", "maker", "created_at")
        read_only_fields = fields

    @extend_schema_field(serializers.BooleanField())
    def get_mine(self, preset: SoundPreset) -> bool:
        """Whether the person who asks made it."""
        return bool(preset.maker_id == self.context["request"].user.pk)


class UpdatePresetSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80, required=False)
    settings = serializers.DictField(
        required=False, help_text="What is set otherwise than by itself, as a start's `params`."
    )
    shared = serializers.BooleanField(
        required=False, help_text="With the workspace; otherwise only its maker sees it."
    )


class CreatePresetSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(choices=KINDS)
    settings = serializers.DictField(
        help_text="What is set otherwise than by itself, as a start's `params`."
    )
    shared = serializers.BooleanField(
        default=False, help_text="With the workspace; otherwise only its maker sees it."
    )


class PresetQuerySerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=KINDS, required=False)


class BuiltinPresetSerializer(serializers.Serializer[Any]):
    """A preset that comes with the studio."""

    id = serializers.CharField()
    name = MessageSerializer()
    text = MessageSerializer()
    kinds = serializers.ListField(child=serializers.ChoiceField(choices=KINDS))
    settings = serializers.DictField()


class BuiltinListSerializer(serializers.Serializer[Any]):
    results = BuiltinPresetSerializer(many=True)


def _person(request: Request) -> User:
    return cast(User, request.user)


class PresetListView(WorkspaceView, generics.ListAPIView[SoundPreset]):
    serializer_class = SoundPresetSerializer
    queryset = SoundPreset.objects.none()

    def get_queryset(self) -> QuerySet[SoundPreset]:
        query = PresetQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        found = presets.visible(self.workspace, _person(self.request))
        return found.filter(**query.validated_data)

    @extend_schema(operation_id="presets_list", parameters=[PresetQuerySerializer])
    def get(self, request: Request) -> Response:
        """The workspace's presets that you see, the newest first."""
        return self.list(request)

    @extend_schema(
        operation_id="presets_create",
        request=CreatePresetSerializer,
        responses={201: SoundPresetSerializer},
    )
    def post(self, request: Request) -> Response:
        """Keep settings under a name."""
        wanted = CreatePresetSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        preset = presets.make(self.workspace, _person(request), **wanted.validated_data)
        shown = SoundPresetSerializer(preset, context={"request": request})
        return Response(shown.data, status=status.HTTP_201_CREATED)


class BuiltinListView(WorkspaceView):
    @extend_schema(operation_id="presets_builtin_list", responses=BuiltinListSerializer)
    def get(self, request: Request) -> Response:
        """The presets that come with the studio."""
        return Response(BuiltinListSerializer({"results": presets.BUILTINS}).data)


class PresetView(WorkspaceView):
    def _preset(self, request: Request, id: uuid.UUID, *, change: bool = False) -> SoundPreset:
        preset = presets.of_person(self.workspace, _person(request), id)
        if change:
            presets.require_maker(preset, _person(request), current_membership(request).role)
        return preset

    @extend_schema(operation_id="presets_retrieve", responses=SoundPresetSerializer)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """One preset."""
        preset = self._preset(request, id)
        return Response(SoundPresetSerializer(preset, context={"request": request}).data)

    @extend_schema(
        operation_id="presets_update",
        request=UpdatePresetSerializer,
        responses=SoundPresetSerializer,
    )
    def patch(self, request: Request, id: uuid.UUID) -> Response:
        """Rename a preset, share it, or change its settings."""
        preset = self._preset(request, id, change=True)
        wanted = UpdatePresetSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        presets.change(preset, wanted.validated_data)
        return Response(SoundPresetSerializer(preset, context={"request": request}).data)

    @extend_schema(operation_id="presets_delete", responses={204: None})
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """Delete a preset. What was made with it stays as it is."""
        self._preset(request, id, change=True).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)
