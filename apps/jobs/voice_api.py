"""/api/v1/voices/{id}/demo and /deletion: what needs a voice and its jobs."""

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import WorkspaceView
from apps.voices import page
from apps.voices import services as voices
from apps.voices.serializers import DemoSerializer, VoiceSerializer

from . import requests, voice_page
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


class RemovalView(WorkspaceView):
    @extend_schema(operation_id="voices_deletion_retrieve", responses=RemovalSerializer)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """What deleting the voice would remove now, and what would stay."""
        voice = voices.of_workspace(self.workspace.id, id)
        return Response(RemovalSerializer(voice_page.removal(voice)).data)
