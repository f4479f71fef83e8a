"""What a workspace has of a name: voices, datasets, files and jobs."""

import uuid
from collections.abc import Iterator
from typing import Any, Final

from django.db.models import QuerySet

from apps.library.models import AudioFile, Dataset, FileState
from apps.voices.models import Voice, VoiceState

from .models import Job

MOST_A_KIND: Final = 6


def search(workspace_id: uuid.UUID, text: str) -> list[dict[str, Any]]:
    """Whatever is named like ``text``, the newest of each kind first; see ``HitSerializer``."""
    voices = Voice.objects.for_workspace(workspace_id).exclude(state=VoiceState.DELETED)
    datasets = Dataset.objects.for_workspace(workspace_id)
    files = AudioFile.objects.for_workspace(workspace_id).exclude(state=FileState.DELETED)
    jobs = Job.objects.for_workspace(workspace_id)
    return [
        *_newest("voice", voices.filter(name__icontains=text), "name", "state"),
        *_newest("dataset", datasets.filter(name__icontains=text), "name"),
        *_newest("file", files.filter(name__icontains=text), "name", "state"),
        *_newest("job", jobs.filter(title__icontains=text), "title", "state", "kind"),
    ]


def _newest(type_: str, rows: QuerySet[Any], name: str, *more: str) -> Iterator[dict[str, Any]]:
    nothing = {"state": None, "kind": None}
    for row in rows.order_by("-created_at", "-pk").values("id", name, *more)[:MOST_A_KIND]:
        yield {"type": type_, "name": row.pop(name), **nothing, **row}
