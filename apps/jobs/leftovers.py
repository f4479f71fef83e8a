"""Objects that nobody needs once a job has ended and nothing of its workers is left."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from apps.common import storage
from apps.voices.models import VoiceState

from . import kinds
from .kinds.base import object_key
from .models import Attempt, Job, VoiceUse
from .states import JOB_ACTIVE, JobState
from .timing import KEEP_FOR_RETRY, TIDY_AT_ONCE


def untidy(now: datetime) -> QuerySet[Job]:
    """Ended jobs that may still have such objects.

    One that failed keeps them for a retry, unless a voice of it was deleted.
    """
    at_work = Attempt.objects.filter(job=OuterRef("pk"), gone_at=None)
    gone = VoiceUse.objects.filter(job=OuterRef("pk"), voice__state=VoiceState.DELETED)
    gone_since = gone.filter(voice__updated_at__gt=OuterRef("tidied_at"))
    waited = Q(finished_at__lt=now - KEEP_FOR_RETRY)
    over = Q(state=JobState.SUCCEEDED) | waited | Exists(gone)
    untouched = Q(tidied_at=None) | Exists(gone_since)
    return (
        Job.objects.prefetch_related("uses__voice")
        .filter(over, ~Exists(at_work), untouched, finished_at__isnull=False)
        .exclude(state__in=JOB_ACTIVE)
        .order_by("finished_at")[:TIDY_AT_ONCE]
    )


def tidy(job: Job) -> None:
    """Delete what is left of a job's attempts but its result. Safe to repeat.

    Raises ``STORAGE_ERRORS``; the next sweep then goes on.
    """
    kind = kinds.of(job)
    for attempt in job.attempts.all():
        for name in kind.leftovers(job, attempt):
            storage.delete(object_key(job.id, attempt.id, name))
    Job.objects.filter(id=job.id, state=job.state, fence=job.fence).update(tidied_at=timezone.now())
