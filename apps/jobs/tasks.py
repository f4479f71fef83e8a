"""Celery's side of the verbs."""

import uuid
from typing import Final

from celery import shared_task
from django.core.cache import cache

from apps.common.locks import alone
from apps.common.storage import STORAGE_ERRORS

from . import backends, dispatching, looks, services, weights
from . import canary as canaries
from . import sweep as broom
from .backends.base import Unreachable
from .timing import ASK_AGAIN, ASKS, FOLLOW_AGAIN

_CHAIN: Final = "follow-fetches"
_CHAIN_LASTS_S: Final = 15
"""After its last sign of life."""


@shared_task
def dispatch() -> None:
    dispatching.dispatch_waiting(backends.current())


@shared_task(throws=STORAGE_ERRORS)
def finish(attempt_id: str) -> None:
    services.finish(uuid.UUID(attempt_id))


@shared_task(throws=STORAGE_ERRORS)
def lose(attempt_id: str) -> None:
    services.lose_deserted(uuid.UUID(attempt_id))


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


@shared_task
def follow_fetches(in_chain: bool = False) -> None:
    """Start and follow downloads of weights; while one goes on, again in a moment.

    However many ask, one chain of tasks follows; the timer begins another where that has died.
    """
    fetches = backends.downloads()
    if fetches is None:
        return
    with alone("fetches") as mine:
        if mine:
            weights.go_round(fetches)
    if not weights.is_anything_live():
        cache.delete(_CHAIN)
    elif in_chain or cache.add(_CHAIN, True, _CHAIN_LASTS_S):
        cache.set(_CHAIN, True, _CHAIN_LASTS_S)
        follow_fetches.apply_async((True,), countdown=FOLLOW_AGAIN.total_seconds())


@shared_task
def look_at_weights() -> None:
    fetches = backends.downloads()
    with alone("look-at-weights") as mine:
        if fetches is not None and mine:
            weights.look(fetches)
