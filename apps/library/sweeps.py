"""What a timer does: nothing stays half done because a message got lost or a tab was closed."""

from datetime import timedelta
from typing import Final

from celery import shared_task
from django.utils import timezone

from .models import AudioFile, FileState
from .services import delete_file
from .tasks import probe_file

STUCK_AFTER: Final = timedelta(minutes=16)  # longer than a task may take
UPLOAD_LIFETIME: Final = timedelta(days=3)


@shared_task
def probe_again() -> int:
    """Asks again for files whose probing got lost; returns how many."""
    stuck = AudioFile.objects.filter(
        state=FileState.PROBING, updated_at__lt=timezone.now() - STUCK_AFTER
    )
    ids = list(stuck.values_list("pk", flat=True)[:200])
    for pk in ids:
        probe_file.delay(str(pk))
    return len(ids)


@shared_task
def expire_uploads() -> int:
    """Gives up uploads that nobody finished within days; returns how many."""
    old = AudioFile.objects.filter(
        state=FileState.UPLOADING, created_at__lt=timezone.now() - UPLOAD_LIFETIME
    )
    files = list(old[:500])
    for file in files:
        delete_file(file)
    return len(files)
