"""Telling a workspace's browsers how a file stands."""

from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

from apps.common.live import publish

from .models import AudioFile
from .serializers import FileSerializer

_MOST: Final = 20


def announce(file: AudioFile) -> None:
    """Sends the file's JSON, as it is after the commit."""
    pk = file.pk

    def current() -> dict[str, Any]:
        return dict(FileSerializer(AudioFile.objects.get(pk=pk)).data)

    publish(file.workspace_id, "file", current)


def announce_some(files: Iterable[AudioFile]) -> None:
    """Sends the first few of many: each makes a browser read its lists again, as all would."""
    for file in islice(files, _MOST):
        announce(file)
