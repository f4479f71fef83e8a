"""The broom: every 15 s it brings each job to where it would be, had no message been lost."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TypeVar

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from apps.common.storage import STORAGE_ERRORS
from apps.library.models import AudioFile, FileState
from apps.voices.models import VoiceState
from gpu_worker.contract.errors import Code

from . import leftovers, rounds, services
from .backends import FindBackend
from .backends.base import Backend, Remote, RemoteState, Unreachable
from .models import Attempt, Job, VoiceUse
from .notices import note
from .problems import WebCode
from .states import JOB_ACTIVE, AttemptState, JobState
from .timing import (
    CLAIM_STUCK,
    DEADLINE_GRACE,
    MUTE_LIMIT,
    QUEUE_TTL,
    SILENT,
    UNKNOWN_GRACE,
    WIND_DOWN,
)

log = structlog.get_logger(__name__)
Item = TypeVar("Item")


def sweep(backend: Backend, find: FindBackend) -> None:
    """Once over everything that has not ended. Safe to run at any time, also twice at once."""
    now = timezone.now()
    _each(_orphans(), lambda orphan: services.fail(*orphan))
    _each(_stuck_claims(now), _mark_unknown)
    _each(_silent(now), lambda attempt: _examine(attempt, find, now))
    _each(_overdue(now), _end_overdue)
    _each(_leaving(now), lambda attempt: stop(attempt.id, find))
    services.dispatch_waiting(backend)
    _each(leftovers.untidy(now), leftovers.tidy)


def _each(items: Iterable[Item], act: Callable[[Item], object]) -> None:
    """One item that can't be dealt with keeps no other from it; the next sweep meets it again."""
    for item in items:
        try:
            act(item)
        except (*STORAGE_ERRORS, Unreachable) as error:
            log.warning("sweep has to wait", item=str(item), error=str(error))
        except Exception:
            log.exception("sweep failed on an item", item=str(item))


def _orphans() -> list[tuple[uuid.UUID, str]]:
    """Attempts whose job lost a voice, a consent or a file, with the code that says so."""
    active = Attempt.objects.filter(job__state__in=JOB_ACTIVE, fence=F("job__fence"))
    attempts = {attempt.job_id: attempt for attempt in active.select_related("job")}
    found = dict(_lost_files([attempt.job for attempt in attempts.values()]))
    uses = list(VoiceUse.objects.filter(job__in=attempts).select_related("voice", "consent"))
    for use in uses:
        if use.consent is None or use.consent.revoked_at is not None:
            found[use.job_id] = WebCode.CONSENT_REVOKED
    for use in uses:
        if use.voice.state == VoiceState.DELETED:
            found[use.job_id] = WebCode.VOICE_DELETED
    return [(attempts[job_id].id, code) for job_id, code in found.items()]


def _lost_files(jobs: Iterable[Job]) -> Iterator[tuple[uuid.UUID, WebCode]]:
    """Those of the jobs that name a file that was deleted."""
    used = {job.id: {uuid.UUID(file["id"]) for file in job.inputs["files"]} for job in jobs}
    deleted = set(
        AudioFile.objects.filter(
            id__in=set().union(*used.values()), state=FileState.DELETED
        ).values_list("id", flat=True)
    )
    return ((job_id, WebCode.FILE_DELETED) for job_id, files in used.items() if files & deleted)


def _stuck_claims(now: datetime) -> QuerySet[Attempt]:
    """Claimed by a process that did not come back: nobody knows whether it submitted."""
    return Attempt.objects.filter(state=AttemptState.SUBMITTING, claimed_at__lt=now - CLAIM_STUCK)


@transaction.atomic
def _mark_unknown(stuck: Attempt) -> None:
    job, attempt = rounds.lock(stuck.id)
    if attempt.state == AttemptState.SUBMITTING:
        attempt.move(AttemptState.UNKNOWN)
        attempt.save()
        job.move(JobState.DISPATCHED)
        note(attempt, "unknown")
        rounds.touch(job)


def _silent(now: datetime) -> QuerySet[Attempt]:
    """Submitted attempts that have not been heard for a while, or ever."""
    since = now - SILENT
    return Attempt.objects.filter(
        Q(last_seen_at__lt=since) | Q(last_seen_at=None, claimed_at__lt=since),
        state__in=(AttemptState.DISPATCHED, AttemptState.UNKNOWN, AttemptState.RUNNING),
    )


def _examine(attempt: Attempt, find: FindBackend, now: datetime) -> None:
    """Ask the backend how a silent attempt is, and draw the conclusion."""
    state = find(attempt.backend).status(_remote(attempt))
    heard = attempt.last_seen_at or attempt.claimed_at or attempt.created_at
    patience = {
        RemoteState.WAITING: QUEUE_TTL,
        RemoteState.RUNNING: MUTE_LIMIT,
        RemoteState.UNCERTAIN: UNKNOWN_GRACE,
    }.get(state)
    if patience is not None and now - heard < patience:
        return
    if not services.finish(attempt.id):
        services.fail(attempt.id, Code.LOST, f"the backend says {state}", AttemptState.LOST)


def _overdue(now: datetime) -> list[Attempt]:
    """Attempts that run beyond their deadline."""
    running = Attempt.objects.filter(state=AttemptState.RUNNING, started_at__isnull=False)
    return [
        attempt
        for attempt in running
        if attempt.started_at
        and (now - attempt.started_at - DEADLINE_GRACE).total_seconds() > attempt.deadline_s
    ]


def _end_overdue(attempt: Attempt) -> None:
    if not services.finish(attempt.id):
        services.fail(attempt.id, Code.DEADLINE)


def _leaving(now: datetime) -> QuerySet[Attempt]:
    """Ended attempts of which something may still run; a success gets a moment to leave."""
    return Attempt.objects.filter(
        Q(ended_at__lt=now - WIND_DOWN) | ~Q(state=AttemptState.SUCCEEDED),
        ended_at__isnull=False,
        gone_at=None,
    )


def stop(attempt_id: uuid.UUID, find: FindBackend) -> bool:
    """Ask an ended attempt's worker to leave; whether it still has to be asked again.

    That it has left is written down. Safe to repeat.
    """
    attempt = Attempt.objects.get(id=attempt_id)
    if attempt.gone_at or not attempt.ended_at:
        return False
    if not find(attempt.backend).stop(_remote(attempt)):
        return True
    Attempt.objects.filter(id=attempt.id, gone_at=None).update(gone_at=timezone.now())
    return False


def _remote(attempt: Attempt) -> Remote:
    return Remote(attempt.id, attempt.remote_id, attempt.endpoint)
