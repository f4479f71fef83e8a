"""What happened, written down in the transaction in which it happened.

Whoever tells others of it (``apps.hooks``) reads the rows; a message only hurries it.
"""

import uuid
from collections.abc import Mapping
from typing import Any, Final

from celery import current_app
from django.db import transaction

from .models import OutboxEvent

_FAN_OUT: Final = "apps.hooks.tasks.fan_out"
_USEFUL_S: Final = 60


def emit(workspace_id: uuid.UUID, kind: str, data: Mapping[str, Any]) -> None:
    """Note an event such as ``job.succeeded``; it is told after the caller's commit."""
    OutboxEvent.objects.create(workspace_id=workspace_id, kind=kind, data=dict(data))
    transaction.on_commit(_hurry, robust=True)


def _hurry() -> None:
    """The sweep would come to it too."""
    current_app.send_task(_FAN_OUT, retry=False, expires=_USEFUL_S)
