"""Sending what waits to a backend, each attempt once.

Whoever sends has claimed the attempt by one conditional UPDATE (``line``); the rest happens under
the job's row lock.
"""

import time
import uuid
from datetime import timedelta
from enum import Enum

from django.db import transaction
from django.utils import timezone

from apps.common.storage import STORAGE_ERRORS

from . import compute, kinds, line, log_ids, rounds, services
from .backends.base import Ambiguous, Backend, Busy, Closed, Refused, Submission
from .models import Attempt
from .notices import note, noted_at
from .problems import JobProblem
from .queue import later
from .states import AttemptState, JobState
from .timing import (
    CLOSED_AT_MOST,
    CLOSED_IN_A_ROW,
    CLOSED_PAUSE,
    DISPATCH_AT_ONCE,
    DISPATCH_BUDGET,
    QUEUE_TTL,
    STORAGE_PAUSE,
)


def dispatch_waiting(backend: Backend) -> None:
    """Send what waits, in the fair order of ``line``, until the backend has no room.

    After a submit that nobody answered, no more are sent until the backend answers at all: each
    would be lost for as long as it takes to be sure. A backend that takes its time about each is
    given no more than ``DISPATCH_BUDGET``: whoever dispatches has other things to do.
    """
    if line.is_in_doubt(backend.name) and not backend.health().ok:
        return
    turned_away = 0
    until = time.monotonic() + DISPATCH_BUDGET.total_seconds()
    for _ in range(DISPATCH_AT_ONCE):
        attempt_id = line.claim_next(backend)
        if attempt_id is None:
            return
        outcome = _send(attempt_id, backend)
        turned_away = turned_away + 1 if outcome is Sent.HELD else 0
        if outcome in (Sent.NO_ROOM, Sent.PERHAPS) or turned_away >= CLOSED_IN_A_ROW:
            return
        if time.monotonic() > until:
            break
    later("dispatch")


def dispatch(attempt_id: uuid.UUID, backend: Backend) -> bool:
    """Claim this attempt and submit it, once. False where the backend can take no more now."""
    if not line.claim(attempt_id, backend.name):
        return True
    return _send(attempt_id, backend) in (Sent.ON, Sent.PERHAPS)


class Sent(Enum):
    """What became of a claim: it is on its way or over, perhaps so, put back for want of room, or
    held."""

    ON = 1
    PERHAPS = 2
    NO_ROOM = 3
    HELD = 4


def _send(attempt_id: uuid.UUID, backend: Backend) -> Sent:
    """Submit a claimed attempt, once.

    Between the claim and the book-keeping this process may die; the sweep then finds a claim
    that nobody finished and treats the submit as unknown.
    """
    attempt = Attempt.objects.select_related("job").get(id=attempt_id)
    with log_ids.about(attempt.job, attempt):
        return _submit(attempt, backend)


def _submit(attempt: Attempt, backend: Backend) -> Sent:
    attempt_id = attempt.id
    try:
        spec = kinds.of(attempt.job).build(attempt.job, attempt)
    except JobProblem as problem:
        services.fail(attempt_id, problem.code, problem.detail)
        return Sent.ON
    except STORAGE_ERRORS:
        _put_back(attempt_id, STORAGE_PAUSE)
        return Sent.ON
    try:
        submission = backend.submit(spec, int(attempt.deadline_s + QUEUE_TTL.total_seconds()))
    except Busy:
        _put_back(attempt_id)
        return Sent.NO_ROOM
    except Closed as problem:
        _hold(attempt, problem)
        return Sent.HELD
    except Refused as error:
        services.fail(attempt_id, error.code, str(error))
    except Ambiguous as error:
        _submitted(attempt_id, error.where)
        return Sent.PERHAPS
    else:
        _submitted(attempt_id, submission)
    return Sent.ON


@transaction.atomic
def _put_back(attempt_id: uuid.UUID, pause: timedelta = timedelta(), code: str = "") -> None:
    """Certainly nothing was submitted: wait in line again; ``code`` is what the log says of it."""
    _, attempt = rounds.lock(attempt_id)
    if attempt.state == AttemptState.SUBMITTING:
        attempt.move(AttemptState.QUEUED)
        attempt.backend = attempt.endpoint = ""
        attempt.price_per_s = None
        attempt.not_before = timezone.now() + pause if pause else attempt.not_before
        attempt.save()
        if code:
            note(attempt, "held", code)


def _hold(attempt: Attempt, problem: Closed) -> None:
    """Only the operator can get it moving: it waits, and fails where that takes too long."""
    compute.held(problem.code, problem.detail)
    since = noted_at(attempt, "held")  # a note is written once: this is the first of all holds
    if since is not None and timezone.now() - since > CLOSED_AT_MOST:
        services.fail(attempt.id, problem.code, problem.detail)
    else:
        _put_back(attempt.id, CLOSED_PAUSE, problem.code)


@transaction.atomic
def _submitted(attempt_id: uuid.UUID, submission: Submission) -> None:
    """Write down where the attempt went; without a remote id after an ambiguous submit.

    The worker may have been heard already, and the customer may have cancelled meanwhile.
    """
    job, attempt = rounds.lock(attempt_id)
    is_certain = bool(submission.remote_id)
    attempt.remote_id = attempt.remote_id or submission.remote_id
    attempt.endpoint = submission.endpoint
    attempt.price_per_s = submission.price_per_s
    if attempt.state == AttemptState.SUBMITTING:
        attempt.move(AttemptState.DISPATCHED if is_certain else AttemptState.UNKNOWN)
        job.move(JobState.DISPATCHED)
        note(attempt, "submitted" if is_certain else "unknown")
        rounds.touch(job)
        rounds.tell(job, attempt)
    if not attempt.is_active:
        attempt.gone_at = None  # whoever was told to stop did not know yet what to stop
        later("stop", attempt.id)
    attempt.save()
    line.served(job.workspace_id)
    if is_certain:
        compute.flows()
