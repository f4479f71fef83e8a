"""What a workspace holds and has done, counted."""

import uuid
from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, F, Sum
from django.utils import timezone

from apps.billing.stored import stored_bytes
from apps.common.models import Owned, OwnedQuerySet
from apps.library.models import AudioFile, Dataset, FileState
from apps.voices.models import Voice, VoiceState

from .models import Job

SPENT_OVER: Final = timedelta(days=30)


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
        "stored_bytes": stored_bytes(workspace_id),
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
