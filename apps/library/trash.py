"""The trash: files that are out of sight, and erased for certain when their time is over.

What is undone within that time is as it was, its places in datasets included.
"""

import uuid
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Workspace

from .announce import announce_some
from .models import AudioFile, FileState
from .selection import locked
from .services import delete_file

KEPT_FOR: Final = timedelta(days=7)
_AT_ONCE: Final = 500


@transaction.atomic
def put_in(workspace: Workspace, file_ids: Collection[uuid.UUID]) -> int:
    """Hide those of the files that are ready; returns how many. ApiError where one is unknown."""
    locked(workspace, file_ids)
    return _move(workspace, file_ids, FileState.READY, FileState.TRASHED)


@transaction.atomic
def take_out(workspace: Workspace, file_ids: Collection[uuid.UUID]) -> int:
    """Show those of the files again that are in the trash; returns how many. ApiError likewise."""
    locked(workspace, file_ids)
    return _move(workspace, file_ids, FileState.TRASHED, FileState.READY)


def _move(
    workspace: Workspace, file_ids: Collection[uuid.UUID], old: FileState, new: FileState
) -> int:
    now = timezone.now()
    trashed_at = now if new == FileState.TRASHED else None
    files = AudioFile.objects.for_workspace(workspace).filter(pk__in=file_ids, state=old)
    moved = files.update(state=new, trashed_at=trashed_at, updated_at=now)
    if moved:
        announce_some(AudioFile.objects.filter(pk__in=file_ids))
    return moved


def empty(workspace: Workspace) -> int:
    """Erase all that lies in the workspace's trash; returns how many files."""
    return _erase(AudioFile.objects.for_workspace(workspace).filter(state=FileState.TRASHED))


def expire() -> int:
    """Erase what has been in the trash for long enough; returns how many files."""
    over = timezone.now() - KEPT_FOR
    due = AudioFile.objects.filter(state=FileState.TRASHED, trashed_at__lt=over)
    return _erase(due.order_by("trashed_at")[:_AT_ONCE])


def _erase(files: Iterable[AudioFile]) -> int:
    return sum(delete_file(file, only_in=FileState.TRASHED) for file in files)
