"""Why a job that was started is not at work yet, as its page says it."""

import uuid
from collections.abc import Collection, Mapping
from typing import Final

from django.db import models
from django.db.models import Count
from django.utils import timezone

from apps.billing.limits import parallel_of

from .models import Attempt, Job, JobEvent
from .states import ATTEMPT_REMOTE, AttemptState, JobState

_SENT: Final = frozenset({AttemptState.SUBMITTING, AttemptState.DISPATCHED, AttemptState.UNKNOWN})


class Waiting(models.TextChoices):
    """``turn``: others come first; ``plan``: as many of its workspace's run as the plan allows;
    ``pause``: it is tried again in a moment; ``held``: the compute service can't be used now;
    ``gpu``: it was sent, and no machine has taken it up yet; ``start``: this machine begins it.
    """

    TURN = "turn"
    PLAN = "plan"
    PAUSE = "pause"
    HELD = "held"
    GPU = "gpu"
    START = "start"


def reasons(
    jobs: Collection[Job], attempts: Mapping[tuple[uuid.UUID, int], Attempt]
) -> dict[uuid.UUID, Waiting]:
    """Of those jobs that wait, by their ids; ``attempts`` by job and fence."""
    current = {job.id: attempts.get((job.id, job.fence)) for job in jobs if _waits(job)}
    queued = [job for job in jobs if job.state == JobState.QUEUED]
    full = _full({job.workspace_id for job in queued}) if queued else set()
    paused = _paused(current.values())
    held = _held(paused) if paused else set()
    found = {}
    for job in jobs:
        attempt = current.get(job.id)
        if attempt is None:
            continue
        if attempt.state in _SENT:
            found[job.id] = Waiting.START if attempt.backend == "local" else Waiting.GPU
        elif attempt.id in paused:
            found[job.id] = Waiting.HELD if attempt.id in held else Waiting.PAUSE
        else:
            found[job.id] = Waiting.PLAN if job.workspace_id in full else Waiting.TURN
    return found


def _waits(job: Job) -> bool:
    return job.state in (JobState.QUEUED, JobState.DISPATCHED)


def _paused(attempts: Collection[Attempt | None]) -> set[uuid.UUID]:
    """Attempts that may not be sent yet."""
    now = timezone.now()
    return {
        each.id
        for each in attempts
        if each and each.state == AttemptState.QUEUED and each.not_before > now
    }


def _held(attempt_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those that the compute service turned away."""
    notes = JobEvent.objects.filter(attempt__in=attempt_ids, notice="held")
    return set(notes.values_list("attempt_id", flat=True))


def _full(workspace_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Workspaces of which as many jobs are at work as their plans allow."""
    most = parallel_of(workspace_ids)
    if not most:
        return set()
    flying = Attempt.objects.filter(state__in=ATTEMPT_REMOTE, job__workspace__in=most)
    counted = flying.values_list("job__workspace_id").annotate(count=Count("id")).order_by()
    return {each for each, count in counted if count >= most[each]}
