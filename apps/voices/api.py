"""/api/v1/voices and the consent statement."""

import uuid
from typing import cast

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.access import WorkspaceView
from apps.accounts.models import User
from apps.common.errors import NOT_FOUND

from . import checkpoints, lists, page, pictures, services, statement
from .models import Voice, VoiceState
from .serializers import (
    CheckpointSerializer,
    ExportSerializer,
    GiveConsentSerializer,
    PictureSerializer,
    StatementSerializer,
    VoiceChangesSerializer,
    VoiceNameSerializer,
    VoiceQuerySerializer,
    VoiceSerializer,
    VoiceTagSerializer,
)


class _Voices(WorkspaceView):
    """Shared by the views below: the workspace's voices, deleted ones left out."""

    def voices(self) -> QuerySet[Voice]:
        return (
            Voice.objects.for_workspace(self.workspace)
            .exclude(state=VoiceState.DELETED)
            .select_related("made_by")
            .prefetch_related("consents__user", "checkpoints")
        )

    def voice(self, voice_id: uuid.UUID) -> Voice:
        voice = self.voices().filter(id=voice_id).first()
        if voice is None:
            raise NOT_FOUND
        return voice

    def shown(self, voice_id: uuid.UUID) -> Response:
        return Response(VoiceSerializer(self.voice(voice_id)).data)


class VoiceListView(_Voices, generics.ListAPIView[Voice]):
    serializer_class = VoiceSerializer
    pagination_class = lists.VoicePages

    def get_queryset(self) -> QuerySet[Voice]:
        query = VoiceQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        return lists.narrowed(self.voices(), query.validated_data)

    @extend_schema(operation_id="voices_list", parameters=[VoiceQuerySerializer])
    def get(self, request: Request) -> Response:
        """The workspace's voices, the newest first where no other order is asked for."""
        return self.list(request)

    @extend_schema(
        operation_id="voices_create",
        request=VoiceNameSerializer,
        responses={201: VoiceSerializer},
    )
    def post(self, request: Request) -> Response:
        """Make an empty voice, to be trained once consent is recorded."""
        wanted = VoiceNameSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        maker = cast(User, request.user)
        voice = services.create(self.workspace.id, wanted.validated_data["name"], maker)
        return Response(VoiceSerializer(voice).data, status=status.HTTP_201_CREATED)


class VoiceView(_Voices):
    @extend_schema(operation_id="voices_retrieve", responses=VoiceSerializer)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        return self.shown(id)

    @extend_schema(
        operation_id="voices_partial_update",
        request=VoiceChangesSerializer,
        responses=VoiceSerializer,
    )
    def patch(self, request: Request, id: uuid.UUID) -> Response:
        """Rename, tag or rate a voice."""
        voice = self.voice(id)
        wanted = VoiceChangesSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        page.change(voice.id, cast(page.Changes, wanted.validated_data))
        return self.shown(id)

    @extend_schema(operation_id="voices_destroy", responses={204: None})
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """Delete a voice and its files; jobs that use it end."""
        services.delete(self.voice(id).id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ConsentView(_Voices):
    @extend_schema(
        operation_id="voices_consent_create",
        request=GiveConsentSerializer,
        responses={201: VoiceSerializer},
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Record consent to the current statement; a voice can't be trained without."""
        voice = self.voice(id)
        wanted = GiveConsentSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        assert isinstance(request.user, User)
        services.give_consent(
            voice.id,
            request.user,
            version=wanted.validated_data["statement_version"],
            singer_name=wanted.validated_data["singer_name"],
            scope=wanted.validated_data["scope"],
        )
        return Response(VoiceSerializer(self.voice(id)).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="voices_consent_destroy",
        responses={200: VoiceSerializer},
    )
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """Revoke the consent; the voice is disabled at once and its jobs end."""
        assert isinstance(request.user, User)
        services.revoke_consent(self.voice(id).id, request.user)
        return self.shown(id)


class PictureView(_Voices):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="voices_picture_retrieve",
        parameters=[
            OpenApiParameter("v", str, description="The voice's `picture`: kept by the browser.")
        ],
        responses={(200, "image/webp"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, id: uuid.UUID) -> HttpResponse:
        """The voice's picture, a WebP of 512 x 512."""
        voice = self.voice(id)
        answer = HttpResponse(page.picture_of(voice), content_type="image/webp")
        named = voice.picture_key.endswith(f"/{request.query_params.get('v')}")
        age = "max-age=31536000, immutable" if named else "no-cache"
        answer.headers["Cache-Control"] = f"private, {age}"
        return answer

    @extend_schema(
        operation_id="voices_picture_update",
        request={"multipart/form-data": PictureSerializer},
        responses=VoiceSerializer,
    )
    def put(self, request: Request, id: uuid.UUID) -> Response:
        """Give the voice a picture: PNG, JPEG or WebP of at most 2 MB."""
        voice = self.voice(id)
        wanted = PictureSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        sent = wanted.validated_data["picture"]
        if sent.size > pictures.MAX_BYTES:
            raise pictures.TOO_LARGE
        page.set_picture(voice.id, sent.read())
        return self.shown(id)

    @extend_schema(operation_id="voices_picture_destroy", responses={200: VoiceSerializer})
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """Take the picture away; the voice has the one drawn from its id again."""
        page.drop_picture(self.voice(id).id)
        return self.shown(id)


class TagsView(_Voices):
    @extend_schema(operation_id="voices_tags_list", responses=VoiceTagSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The tags of the workspace's voices, the most used first."""
        return Response(VoiceTagSerializer(lists.tags(self.voices()), many=True).data)


class ExportView(_Voices):
    @extend_schema(
        operation_id="voices_export_retrieve",
        responses=ExportSerializer,
    )
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """Links to the published .pth and .index files."""
        links = services.export_links(self.voice(id))
        return Response(ExportSerializer(links).data)


class CheckpointsView(_Voices):
    @extend_schema(
        operation_id="voices_checkpoints_list", responses=CheckpointSerializer(many=True)
    )
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """The kept checkpoints of the last training, the best first."""
        kept = self.voice(id).checkpoints.select_related("voice")
        return Response(CheckpointSerializer(kept, many=True).data)


class ChooseView(_Voices):
    @extend_schema(
        operation_id="voices_checkpoints_choose_create", request=None, responses=VoiceSerializer
    )
    def post(self, request: Request, id: uuid.UUID, checkpoint_id: uuid.UUID) -> Response:
        """Let the voice use this checkpoint. Harmless when repeated."""
        checkpoints.choose(self.workspace.id, id, checkpoint_id)
        return self.shown(id)


class StatementView(APIView):
    @extend_schema(operation_id="consent_statement_retrieve", responses=StatementSerializer)
    def get(self, request: Request) -> Response:
        """The statement to agree to before a voice is trained."""
        return Response({"version": statement.VERSION, **statement.TEXT})
