"""Tells the workspace's browsers about a voice."""

import uuid
from typing import Any

from apps.common.live import publish

from .models import Voice
from .serializers import VoiceSerializer


def publish_voice(workspace_id: uuid.UUID, voice_id: uuid.UUID) -> None:
    """Send the voice as it is after the commit."""

    def data() -> dict[str, Any]:
        return dict(VoiceSerializer(Voice.objects.get(id=voice_id)).data)

    publish(workspace_id, "voice", data)
