"""What a timer does: nothing stays half done because a message got lost or a tab was closed."""

from datetime import timedelta
from typing import Final

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from apps.common.locks import alone

from . import trash
from .models import AudioFile, FileState
from .services import delete_file
from .tasks import probe_file

STUCK_AFTER: Final = timedelta(minutes=16)
"""Longer than a task may take."""
SMALL_BYTES: Final = 200_000_000
SMALL_STUCK_AFTER: Final = timedelta(minutes=3)
"""A file of at most so many bytes is measured within seconds."""
UPLOAD_LIFETIME: Final = timedelta(days=3)


@shared_task
def probe_again() -> int:
    """Asks again for files whose probing got lost; returns how many."""
    with alone("probe-again") as mine:
        return _probe_again() if mine else 0


def _probe_again() -> int:
    now = timezone.now()
    small = Q(size__lte=SMALL_BYTES, updated_at__lt=now - SMALL_STUCK_AFTER)
    stuck = AudioFile.objects.filter(state=FileState.PROBING)
    stuck = stuck.filter(small | Q(updated_at__lt=now - STUCK_AFTER)).order_by("updated_at")
    ids = list(stuck.values_list("pk", flat=True)[:200])
    for pk in ids:
        probe_file.delay(str(pk))
    return len(ids)


@shared_task
def expire_uploads() -> int:
    """Gives up uploads that nobody finished within days; returns how many."""
    with alone("expire-uploads") as mine:
        return _expire_uploads() if mine else 0


def _expire_uploads() -> int:
    old = AudioFile.objects.filter(
        state=FileState.UPLOADING, created_at__lt=timezone.now() - UPLOAD_LIFETIME
    )
    files = list(old[:500])
    for file in files:
        delete_file(file)
    return len(files)


@shared_task
def empty_trash() -> int:
    """Erases what has been in the trash for days; returns how many files."""
    with alone("empty-trash") as mine:
        return trash.expire() if mine else 0
