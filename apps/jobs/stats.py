"""What a workspace holds and has done, counted."""

import uuid
from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, F, Sum
from django.utils import timezone

from apps.common.models import Owned, OwnedQuerySet
from apps.library.models import AudioFile, Dataset, FileState
from apps.voices.models import Voice, VoiceCheckpoint, VoiceState

from .models import Job

SPENT_OVER: Final = timedelta(days=30)
_NO_OBJECT: Final = (FileState.DELETED, FileState.FAILED)


def of_workspace(workspace_id: uuid.UUID) -> dict[str, Any]:
    """The figures of ``GET /api/v1/stats``."""
    files = AudioFile.objects.for_workspace(workspace_id).exclude(state=FileState.DELETED)
    voices = Voice.objects.for_workspace(workspace_id).exclude(state=VoiceState.DELETED)
    jobs = Job.objects.for_workspace(workspace_id)
    recent = jobs.filter(finished_at__gte=timezone.now() - SPENT_OVER)
    worked: timedelta | None = recent.aggregate(sum=Sum(F("finished_at") - F("started_at")))["sum"]
    ready = files.filter(state=FileState.READY)
    return {
        "files": _by("state", files),
        "stored_bytes": _stored(workspace_id),
        "audio_seconds": round(ready.aggregate(sum=Sum("duration_s"))["sum"] or 0.0, 3),
        "datasets": Dataset.objects.for_workspace(workspace_id).count(),
        "voices": _by("state", voices),
        "jobs": _by("state", jobs),
        "jobs_by_kind": _by("kind", jobs),
        "credits_spent_30d": recent.aggregate(sum=Sum("cost"))["sum"] or 0,
        "work_seconds_30d": round(worked.total_seconds(), 3) if worked else 0.0,
    }


def _by(field: str, rows: OwnedQuerySet[Owned]) -> dict[str, int]:
    counted = rows.order_by().values_list(field).annotate(count=Count("id"))
    return {str(value): count for value, count in counted}


def _stored(workspace_id: uuid.UUID) -> int:
    """Bytes in storage: files that have an object, published voices, and kept checkpoints."""
    files = AudioFile.objects.for_workspace(workspace_id).exclude(state__in=_NO_OBJECT)
    voices = Voice.objects.for_workspace(workspace_id).exclude(state=VoiceState.DELETED)
    kept = VoiceCheckpoint.objects.for_workspace(workspace_id)
    indexes = voices.aggregate(sum=Sum("index_size"))["sum"]
    demos = voices.aggregate(sum=Sum("demo_size"))["sum"]
    # the voice uses one of its checkpoints, where it has any: that one is not stored twice
    own = voices.filter(checkpoints=None).aggregate(sum=Sum(F("model_size")))["sum"]
    sums = (files.aggregate(sum=Sum("size"))["sum"], kept.aggregate(sum=Sum("model_size"))["sum"])
    return sum(each or 0 for each in (indexes, demos, own, *sums))
