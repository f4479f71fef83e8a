"""Verbs of files that exist: results, names, links, deletion. Uploads begin in ``uploads``."""

import uuid
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Workspace
from apps.common import erasure, storage
from apps.common.errors import ApiError

from . import tasks
from .announce import announce
from .limits import SIGNED_SECONDS
from .models import AudioFile, DatasetItem, FileState, Origin
from .names import clean_name

DOWNLOAD_SECONDS: Final = 3600
LINK_LIFE: Final = timedelta(seconds=SIGNED_SECONDS + 60)
"""After this no link that an upload was given can store anything."""


def add_result_file(
    workspace: Workspace | uuid.UUID,
    *,
    name: str,
    key: str,
    size: int,
    content_type: str,
    job_id: uuid.UUID,
    stem: str = "",
    ai_generated: bool = False,
) -> AudioFile:
    """A job's result as a file like any other; it is probed next. Idempotent by ``key``."""
    workspace_id = workspace if isinstance(workspace, uuid.UUID) else workspace.pk
    file, made = AudioFile.objects.get_or_create(
        key=key,
        defaults={
            "workspace_id": workspace_id,
            "name": clean_name(name),
            "state": FileState.PROBING,
            "origin": Origin.JOB,
            "size": size,
            "content_type": content_type,
            "job_id": job_id,
            "stem": stem,
            "ai_generated": ai_generated,
        },
    )
    if made:
        enqueue_probe(file)
    return file


def enqueue_probe(file: AudioFile) -> None:
    """Asks a worker to probe the file once the transaction commits."""
    transaction.on_commit(lambda: tasks.probe_file.delay(str(file.pk)), robust=True)
    announce(file)


def rename(file: AudioFile, name: str) -> AudioFile:
    """Gives the file another name; its key in storage never holds it."""
    file.name = clean_name(name)
    with transaction.atomic():
        file.save(update_fields=["name", "updated_at"])
        announce(file)
    return file


def delete_file(file: AudioFile, *, only_in: FileState | None = None) -> bool:
    """Takes the file out of every dataset and removes its object. Harmless when repeated.

    For a failed file this dismisses the reason; for one still uploading it frees the parts.
    Returns whether it did: ``only_in`` leaves alone what is in another state by now.
    """
    with transaction.atomic():
        rows = AudioFile.objects.filter(pk=file.pk).exclude(state=FileState.DELETED)
        if only_in is not None:
            rows = rows.filter(state=only_in)
        if not rows.update(state=FileState.DELETED, peaks=[], updated_at=timezone.now()):
            return False
        DatasetItem.objects.filter(file=file).delete()
        erasure.erase([file.key], file.upload_id)
        if file.state == FileState.UPLOADING:  # the browser may still hold a link
            erasure.erase([file.key], after=LINK_LIFE)
        announce(file)
    return True


class Link(NamedTuple):
    url: str
    expires_at: datetime
    filename: str


def download_link(file: AudioFile, *, inline: bool = False) -> Link:
    """An address that serves the object for an hour, to play (``inline``) or to save.

    Raises ApiError for a file that is not ready.
    """
    if file.state != FileState.READY:
        raise ApiError(
            "file-not-ready",
            "아직 준비되지 않은 파일입니다. 확인이 끝난 뒤 다시 시도해 주세요.",
            "This file is not ready. Try again when it has been checked.",
        )
    url = storage.presign_get(file.key, DOWNLOAD_SECONDS, file.name, inline=inline)
    return Link(url, timezone.now() + timedelta(seconds=DOWNLOAD_SECONDS), file.name)
