"""Celery's side of the verbs: one bounded step a task."""

import uuid

from celery import shared_task
from django.utils import timezone

from apps.common.locks import alone

from . import erasure, exports, letters, records, steps


@shared_task
def go_on(removal_id: str) -> None:
    if steps.go_on(uuid.UUID(removal_id)):
        go_on.delay(removal_id)


@shared_task
def pack(export_id: str) -> None:
    if exports.pack(uuid.UUID(export_id)):
        pack.delay(export_id)


@shared_task(autoretry_for=(OSError,), retry_backoff=5, max_retries=6)
def mail(name: str, user_id: str, removal_id: str) -> None:
    letters.send(name, user_id, removal_id)


@shared_task
def sweep() -> None:
    """Whatever lost its message goes on; what is over is put away."""
    with alone("leaving") as mine:
        if mine:
            now = timezone.now()
            for removal in erasure.due(now)[:50]:
                go_on.delay(str(removal.pk))
            for export in exports.due(now)[:50]:
                pack.delay(str(export.pk))
            steps.sweep_again()
            exports.expire()


@shared_task
def end_records() -> None:
    with alone("records") as mine:
        if mine:
            records.end(timezone.now())
