"""Hands work to Celery by name once the transaction has committed."""

import uuid
from datetime import timedelta
from typing import Literal

from celery import current_app
from django.db import transaction

Task = Literal["canary", "dispatch", "finish", "look", "lose", "stop", "sweep"]


def later(
    task: Task,
    attempt_id: uuid.UUID | None = None,
    after: timedelta | None = None,
    extra: tuple[str, ...] = (),
) -> None:
    """Enqueue on commit. A broker that is away loses only time: the sweep comes to the same."""
    args = [] if attempt_id is None else [str(attempt_id), *extra]
    delay = after.total_seconds() if after else None

    def send() -> None:
        current_app.send_task(f"apps.jobs.tasks.{task}", args=args, countdown=delay, retry=False)

    transaction.on_commit(send, robust=True)
