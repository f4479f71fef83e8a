"""/api/v1/voices/{id}/demo and /deletion: what needs a voice and its jobs."""

import uuid
from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import WorkspaceView
from apps.accounts.models import User
from apps.voices import page
from apps.voices import services as voices
from apps.voices.serializers import DemoSerializer, VoiceSerializer

from . import requests, starts, voice_page
from .kinds import importing
from .serializers import JobSerializer, job_json
from .voice_page import Removal


class RemovalSerializer(serializers.Serializer[Removal]):
    """What deleting a voice removes, and what it leaves."""

    checkpoints = serializers.IntegerField()
    previews = serializers.IntegerField()
    bytes = serializers.IntegerField(help_text="In storage, all of the voice's own.")
    active_jobs = serializers.IntegerField(help_text="They end, and their credits come back.")
    kept_results = serializers.IntegerField(help_text="Songs already made stay in the library.")


class DemoView(WorkspaceView):
    @extend_schema(operation_id="voices_demo_retrieve", responses=DemoSerializer)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """A link to the voice's demo clip."""
        voice = voices.of_workspace(self.workspace.id, id)
        shown = {"name": voice.demo_name or voice.name, "url": page.demo_link(voice)}
        return Response(DemoSerializer(shown).data)

    @extend_schema(
        operation_id="voices_demo_create",
        request=requests.DemoChoice,
        responses=VoiceSerializer,
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Make a song sung in this voice, or a preview of its training, its demo clip."""
        voice = voices.of_workspace(self.workspace.id, id)
        wanted = requests.read(requests.DemoChoice, request.data)
        changed = voice_page.choose_demo(voice, wanted)
        return Response(VoiceSerializer(changed).data, status=status.HTTP_200_OK)

    @extend_schema(operation_id="voices_demo_destroy", responses={200: VoiceSerializer})
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """Let go of the demo clip. Harmless when repeated."""
        voice = voices.of_workspace(self.workspace.id, id)
        return Response(VoiceSerializer(page.drop_demo(voice.id)).data)


class ImportLinksSerializer(serializers.Serializer[Any]):
    """Where to PUT the files, each of exactly the size announced; good for an hour."""

    upload = serializers.UUIDField()
    model = serializers.CharField()
    index = serializers.CharField(allow_null=True)


class ImportFilesView(WorkspaceView):
    @extend_schema(
        operation_id="voices_import_files_create",
        request=requests.ImportFiles,
        responses={201: ImportLinksSerializer},
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Links to send a .pth and an .index of another RVC program to, for an empty voice."""
        voice = voices.of_workspace(self.workspace.id, id)
        wanted = requests.read(requests.ImportFiles, request.data)
        shown = ImportLinksSerializer(importing.links(voice, wanted))
        return Response(shown.data, status=status.HTTP_201_CREATED)


class ImportView(WorkspaceView):
    @extend_schema(
        operation_id="voices_import_create",
        request=requests.ImportStart,
        responses={201: JobSerializer},
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Check what was sent and make it the voice's. Refused without a valid consent record."""
        voice = voices.of_workspace(self.workspace.id, id)
        asked = requests.read(requests.ImportStart, request.data)
        wanted = requests.Import(voice=voice.id, **asked.model_dump())
        by = cast(User, request.user)
        [job] = starts.start(self.workspace.id, wanted, by=by)
        return Response(job_json(job), status=status.HTTP_201_CREATED)


class RemovalView(WorkspaceView):
    @extend_schema(operation_id="voices_deletion_retrieve", responses=RemovalSerializer)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """What deleting the voice would remove now, and what would stay."""
        voice = voices.of_workspace(self.workspace.id, id)
        return Response(RemovalSerializer(voice_page.removal(voice)).data)
