"""Celery's side of the verbs: one bounded step a task."""

import uuid

from celery import shared_task
from django.utils import timezone

from apps.common.locks import alone

from . import erasure, steps


@shared_task
def go_on(removal_id: str) -> None:
    if steps.go_on(uuid.UUID(removal_id)):
        go_on.delay(removal_id)


@shared_task
def sweep() -> None:
    with alone("leaving") as mine:
        if mine:
            for removal in erasure.due(timezone.now())[:50]:
                go_on.delay(str(removal.pk))
            steps.sweep_again()
