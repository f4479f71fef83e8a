"""Deleting from storage for good.

What a transaction lets go of is written down in that transaction, so that no lost message and no
store that is away leaves a deleted recording behind.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

import structlog
from celery import current_app
from django.db import transaction
from django.utils import timezone

from . import storage
from .models import Erasure

log = structlog.get_logger(__name__)

AT_ONCE: Final = 500
_FAILURES: Final = 3
"""After so many the store is taken to be away."""
_PAUSE: Final = timedelta(seconds=20)
_LONGEST_PAUSE: Final = timedelta(hours=1)


def erase(keys: Iterable[str], upload_id: str = "", *, after: timedelta = timedelta()) -> None:
    """Have objects deleted after the caller's commit; ``upload_id`` frees an unfinished upload.

    ``after`` is for what a link that was given out may still store until then.
    """
    due = timezone.now() + after
    rows = [Erasure(key=key, upload_id=upload_id, not_before=due) for key in keys if key]
    if rows:
        Erasure.objects.bulk_create(rows)
        transaction.on_commit(_hurry, robust=True)


def _hurry() -> None:
    """The sweep would come to it too."""
    current_app.send_task("apps.common.tasks.erase_due", retry=False)


def erase_due() -> int:
    """Delete what is due; returns how many are gone. Safe to run twice at once."""
    gone = failed = 0
    while gone < AT_ONCE and failed < _FAILURES:
        went = _erase_one()
        if went is None:
            break
        gone, failed = gone + went, failed + (not went)
    return gone


@transaction.atomic
def _erase_one() -> bool | None:
    """Whether an object went or has to wait; None where nothing is due."""
    due = Erasure.objects.filter(not_before__lte=timezone.now()).order_by("not_before", "id")
    row = due.select_for_update(no_key=True, skip_locked=True).first()
    if row is None:
        return None
    try:
        if row.upload_id:
            storage.abort_parts(row.key, row.upload_id)
        storage.delete(row.key)
    except storage.STORAGE_ERRORS as error:
        log.warning("an object has to wait for its end", key=row.key, error=str(error))
        row.tries += 1
        row.not_before = timezone.now() + min(_LONGEST_PAUSE, _PAUSE * 2 ** min(row.tries, 10))
        row.save(update_fields=["tries", "not_before"])
        return False
    row.delete()
    return True
