"""The broom: every 15 s it brings each job to where it would be, had no message been lost.

However many attempts are live, a sweep makes a bounded number of queries and of calls to backends.
"""

import time
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Final, TypeVar

import structlog
from django.db import connection, transaction
from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.utils import timezone

from apps.common.storage import STORAGE_ERRORS
from apps.voices.models import VoiceState
from gpu_worker.contract.errors import Code

from . import dispatching, leftovers, looks, rounds, services
from .backends import FindBackend
from .backends.base import Backend, Look, RemoteState, Unreachable
from .models import Attempt, VoiceUse
from .notices import note
from .problems import WebCode
from .states import JOB_ACTIVE, AttemptState, JobState
from .timing import (
    ACTING_BUDGET,
    ASK_AT_ONCE,
    CLAIM_STUCK,
    DEADLINE_GRACE,
    END_AT_ONCE,
    LEAVE_AT_ONCE,
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
    found = cache(find)
    _each(_orphans(), lambda orphan: services.fail(*orphan))
    _each(_stuck_claims(now), _mark_unknown)
    asked = looks.ask(_silent(now), lambda each: found(each.backend).status)
    _each(asked, lambda answer: _conclude(*answer, now))
    _each(_overdue(now), _end_overdue)
    leaving = looks.ask(_leaving(now), lambda each: found(each.backend).stop)
    _each(leaving, lambda answer: _note_gone(*answer))
    dispatching.dispatch_waiting(backend)
    _each(leftovers.untidy(now), leftovers.tidy)


def _each(items: Iterable[Item], act: Callable[[Item], object]) -> None:
    """One item that can't be dealt with keeps no other from it; the next sweep meets it again, and
    those that there was no time for."""
    until = time.monotonic() + ACTING_BUDGET.total_seconds()
    for item in items:
        try:
            act(item)
        except (*STORAGE_ERRORS, Unreachable) as error:
            log.warning("sweep has to wait", item=str(item), error=str(error))
        except Exception:
            log.exception("sweep failed on an item", item=str(item))
        if time.monotonic() > until:
            log.warning("sweep acted no further")
            return


_FILE_DELETED: Final = """
SELECT attempt.id FROM jobs_attempt attempt
JOIN jobs_job job ON job.id = attempt.job_id AND job.fence = attempt.fence
WHERE job.state = ANY(%s) AND EXISTS (
    SELECT 1 FROM jsonb_array_elements(job.inputs->'files') named
    JOIN library_audiofile file ON file.id = (named->>'id')::uuid
    WHERE file.state = 'deleted'
)
LIMIT %s
"""


def _orphans() -> list[tuple[uuid.UUID, str]]:
    """Attempts whose job lost a voice, a consent or a file, with the code that says so; not all at
    once."""
    with connection.cursor() as cursor:
        cursor.execute(_FILE_DELETED, [list(JOB_ACTIVE), END_AT_ONCE])
        found: dict[uuid.UUID, str] = {row[0]: WebCode.FILE_DELETED for row in cursor.fetchall()}
    of_current = VoiceUse.objects.filter(
        job__state__in=JOB_ACTIVE, job__attempts__fence=F("job__fence")
    )
    revoked = of_current.filter(Q(consent=None) | Q(consent__revoked_at__isnull=False))
    deleted = of_current.filter(voice__state=VoiceState.DELETED)
    for uses, code in ((revoked, WebCode.CONSENT_REVOKED), (deleted, WebCode.VOICE_DELETED)):
        ids = uses.order_by().values_list("job__attempts__id", flat=True)[:END_AT_ONCE]
        found |= dict.fromkeys(ids, code)
    return list(found.items())[:END_AT_ONCE]


def _stuck_claims(now: datetime) -> QuerySet[Attempt]:
    """Claimed by a process that did not come back: nobody knows whether it submitted."""
    stuck = Attempt.objects.filter(state=AttemptState.SUBMITTING, claimed_at__lt=now - CLAIM_STUCK)
    return stuck.order_by("claimed_at")[:END_AT_ONCE]


@transaction.atomic
def _mark_unknown(stuck: Attempt) -> None:
    job, attempt = rounds.lock(stuck.id)
    if attempt.state == AttemptState.SUBMITTING:
        attempt.move(AttemptState.UNKNOWN)
        attempt.save()
        job.move(JobState.DISPATCHED)
        note(attempt, "unknown")
        rounds.touch(job)


_UNHEARD: Final = (AttemptState.DISPATCHED, AttemptState.UNKNOWN)


def _silent(now: datetime) -> list[Attempt]:
    """Submitted attempts that have not been heard for a while, or ever; not all at once.

    Half the places are for those that ran: the others may only wait for a machine.
    """
    since = now - SILENT
    silent = Attempt.objects.filter(
        Q(last_seen_at__lt=since) | Q(last_seen_at=None, claimed_at__lt=since)
    ).order_by(F("asked_at").asc(nulls_first=True), "claimed_at")
    ran = list(silent.filter(state=AttemptState.RUNNING)[: ASK_AT_ONCE // 2])
    return ran + list(silent.filter(state__in=_UNHEARD)[: ASK_AT_ONCE - len(ran)])


def _conclude(attempt: Attempt, look: Look, now: datetime) -> None:
    """What the backend says of a silent attempt, and what follows from it."""
    if look.state == RemoteState.WAITING and attempt.state == AttemptState.RUNNING:
        services.lose(attempt.id, attempt.last_seen_at, "the backend has it in its queue again")
        return
    heard = attempt.last_seen_at or attempt.claimed_at or attempt.created_at
    patience = {
        RemoteState.WAITING: QUEUE_TTL,
        RemoteState.RUNNING: MUTE_LIMIT,
        RemoteState.UNCERTAIN: UNKNOWN_GRACE,
    }.get(look.state)
    if patience is not None and now - heard < patience:
        return
    looks.keep_cost(attempt.id, look)
    if services.finish(attempt.id):
        return
    detail = f"the backend says {look.state} {look.detail}".strip()
    code = look.code or Code.LOST
    ending = AttemptState.LOST if code == Code.LOST else AttemptState.FAILED
    services.fail(attempt.id, code, detail, ending)


def _overdue(now: datetime) -> QuerySet[Attempt]:
    """Attempts that run beyond their deadline, and those that nobody has heard of until then,
    however long they waited for a machine; not all at once."""
    allowed: Combinable = ExpressionWrapper(
        F("deadline_s") * Value(timedelta(seconds=1)), output_field=DurationField()
    )
    latest = now - DEADLINE_GRACE
    return Attempt.objects.filter(
        Q(state=AttemptState.RUNNING, started_at__lt=Value(latest) - allowed)
        | Q(state__in=_UNHEARD, claimed_at__lt=Value(latest - QUEUE_TTL) - allowed)
    ).order_by("claimed_at")[:END_AT_ONCE]


def _end_overdue(attempt: Attempt) -> None:
    """One that fell silent before its deadline was lost, whatever its backend knows by now."""
    seen, deadline = attempt.last_seen_at, timedelta(seconds=attempt.deadline_s)
    if attempt.started_at is None or seen is None or seen + SILENT < attempt.started_at + deadline:
        services.lose(attempt.id, seen, "not heard of until its time was up")
    elif not services.finish(attempt.id):
        services.fail(attempt.id, Code.DEADLINE)


def _leaving(now: datetime) -> QuerySet[Attempt]:
    """Ended attempts of which something may still run, not all at once; a success gets a moment."""
    return Attempt.objects.filter(
        Q(ended_at__lt=now - WIND_DOWN) | ~Q(state=AttemptState.SUCCEEDED),
        ended_at__isnull=False,
        gone_at=None,
    ).order_by(F("asked_at").asc(nulls_first=True), "ended_at")[:LEAVE_AT_ONCE]


def stop(attempt_id: uuid.UUID, find: FindBackend) -> bool:
    """Ask an ended attempt's worker to leave; whether it still has to be asked again.

    That it has left is written down. Safe to repeat. Raises Unreachable.
    """
    attempt = Attempt.objects.get(id=attempt_id)
    if attempt.gone_at or not attempt.ended_at:
        return False
    return not _note_gone(attempt, find(attempt.backend).stop(looks.remote(attempt)))


def _note_gone(attempt: Attempt, look: Look) -> bool:
    if look.is_over:
        looks.keep_cost(attempt.id, look)
        # what had no name yet when it was asked about may have been sent since
        same = Attempt.objects.filter(id=attempt.id, remote_id=attempt.remote_id, gone_at=None)
        same.update(gone_at=timezone.now())
    return look.is_over
