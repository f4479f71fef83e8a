"""Telling a workspace's browsers how a file stands."""

from typing import Any

from apps.common.live import publish

from .models import AudioFile
from .serializers import FileSerializer


def announce(file: AudioFile) -> None:
    """Sends the file's JSON, as it is after the commit."""
    pk = file.pk

    def current() -> dict[str, Any]:
        return dict(FileSerializer(AudioFile.objects.get(pk=pk)).data)

    publish(file.workspace_id, "file", current)
