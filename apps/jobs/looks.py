"""Asking backends how attempts are: many at once in a sweep, one where RunPod has hinted."""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import structlog
from django.utils import timezone

from gpu_worker.contract.errors import Code

from . import compute, services
from .backends import FindBackend
from .backends.base import Look, Remote, RemoteState, Unreachable
from .models import Attempt
from .states import AttemptState
from .timing import ASKING_BUDGET

log = structlog.get_logger(__name__)
Ask = Callable[[Remote], Look]
_THREADS: Final = 8
_PORTION: Final = 32


def remote(attempt: Attempt) -> Remote:
    return Remote(attempt.id, attempt.remote_id, attempt.endpoint)


def ask(
    attempts: Iterable[Attempt], of: Callable[[Attempt], Ask]
) -> Iterator[tuple[Attempt, Look]]:
    """Each attempt with its backend's answer, several asked at a time; ``of`` gives whom to ask.

    Those asked are marked, so that the next sweep begins with others. Who can't be reached is
    passed over; where a whole portion can't be, or time is up, the rest waits for the next sweep.
    The first portion is small: a backend that does not answer takes its time about it.
    """
    waiting = list(attempts)
    until = time.monotonic() + ASKING_BUDGET.total_seconds()
    with ThreadPoolExecutor(_THREADS) as pool:
        asked = 0
        while asked < len(waiting):
            portion = waiting[asked : asked + (_PORTION if asked else _THREADS)]
            asked += len(portion)
            _mark_asked(portion)
            whom = [_whom(each, of) for each in portion]
            answers = list(pool.map(_answer, whom, map(remote, portion)))
            _tell_operator(answers)
            heard = [
                (each, answer)
                for each, answer in zip(portion, answers, strict=True)
                if isinstance(answer, Look)
            ]
            yield from heard
            if not heard or time.monotonic() > until:
                log.warning("asked no further", asked=asked, of=len(waiting))
                return


def _mark_asked(attempts: list[Attempt]) -> None:
    Attempt.objects.filter(id__in=[each.id for each in attempts]).update(asked_at=timezone.now())


def _whom(attempt: Attempt, of: Callable[[Attempt], Ask]) -> Ask | None:
    """Whom to ask; None where the attempt's backend is none that we know."""
    try:
        return of(attempt)
    except KeyError:
        log.exception("an unknown backend", attempt=str(attempt.id), backend=attempt.backend)
        return None


def _answer(ask_it: Ask | None, whom: Remote) -> Look | Exception | None:
    """Runs in a thread of the pool: no database here."""
    if ask_it is None:
        return None
    try:
        return ask_it(whom)
    except Unreachable as error:
        return error
    except Exception as error:
        log.exception("a backend failed", attempt=str(whom.attempt_id))
        return error


def _tell_operator(answers: Iterable[Look | Exception | None]) -> None:
    """Of those who can't be asked before the operator has acted one speaks for all."""
    for answer in answers:
        if isinstance(answer, Unreachable) and answer.code:
            compute.held(answer.code, str(answer))
            return


def keep_cost(attempt_id: uuid.UUID, look: Look) -> None:
    """Write down how long the machine worked, where the backend said so."""
    if look.machine_s is not None:
        Attempt.objects.filter(id=attempt_id).update(machine_s=look.machine_s)


def follow_hint(attempt_id: uuid.UUID, remote_id: str, find: FindBackend) -> None:
    """Somebody who knew the attempt's own address says that it ended: nothing of it is believed.

    The backend is asked, and storage. ``remote_id`` names an attempt whose submit was ambiguous.
    What failed without saying why is left to the sweep: its worker's own word may be on its way.
    Safe to repeat. Raises Unreachable, ``STORAGE_ERRORS``.
    """
    attempt = Attempt.objects.get(id=attempt_id)
    if not attempt.backend:
        return
    backend = find(attempt.backend)
    named = Remote(attempt.id, attempt.remote_id or remote_id, attempt.endpoint)
    look = backend.status(named)
    if look.state in (RemoteState.GONE, RemoteState.UNCERTAIN):
        return
    if not attempt.remote_id:
        Attempt.objects.filter(id=attempt.id, remote_id="").update(remote_id=remote_id)
    if look.state != RemoteState.ENDED:
        return
    keep_cost(attempt.id, look)
    if not services.finish(attempt.id) and look.code:
        ending = AttemptState.LOST if look.code == Code.LOST else AttemptState.FAILED
        services.fail(attempt.id, look.code, look.detail, ending)
