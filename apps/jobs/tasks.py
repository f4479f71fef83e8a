"""Celery's side of the verbs."""

import uuid

from celery import shared_task

from apps.common.locks import alone
from apps.common.storage import STORAGE_ERRORS

from . import backends, looks, services
from . import canary as canaries
from . import sweep as broom
from .backends.base import Unreachable
from .timing import ASK_AGAIN, ASKS


@shared_task
def dispatch() -> None:
    services.dispatch_waiting(backends.current())


@shared_task(throws=STORAGE_ERRORS)
def finish(attempt_id: str) -> None:
    services.finish(uuid.UUID(attempt_id))


@shared_task(throws=(Unreachable,))
def stop(attempt_id: str, asked: int = 0) -> None:
    """Ask a worker to leave, and soon once more with force; after that the sweep goes on asking."""
    if broom.stop(uuid.UUID(attempt_id), backends.named) and asked < ASKS:
        stop.apply_async((attempt_id, asked + 1), countdown=ASK_AGAIN.total_seconds())


@shared_task
def sweep() -> None:
    with alone("sweep") as mine:
        if mine:
            broom.sweep(backends.current(), backends.named)


@shared_task(throws=(*STORAGE_ERRORS, Unreachable))
def look(attempt_id: str, remote_id: str = "") -> None:
    """RunPod has hinted that an attempt ended: read how it is."""
    looks.follow_hint(uuid.UUID(attempt_id), remote_id, backends.named)


@shared_task
def canary() -> None:
    with alone("canary") as mine:
        if mine:
            canaries.go_round(backends.runpod())
