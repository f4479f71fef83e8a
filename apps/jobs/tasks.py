"""Celery's side of the verbs."""

import uuid

from celery import shared_task

from apps.common.storage import STORAGE_ERRORS

from . import backends, services
from . import sweep as broom
from .backends.base import Unreachable


@shared_task
def dispatch() -> None:
    services.dispatch_waiting(backends.current())


@shared_task(throws=STORAGE_ERRORS)
def finish(attempt_id: str) -> None:
    services.finish(uuid.UUID(attempt_id))


@shared_task(throws=(Unreachable,))
def stop(attempt_id: str) -> None:
    broom.stop(uuid.UUID(attempt_id), backends.named)


@shared_task
def sweep() -> None:
    broom.sweep(backends.current(), backends.named)
