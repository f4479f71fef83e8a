"""An export's life: asked for, packed step by step, kept for a week."""

import json
import uuid
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

import structlog
from celery import current_app
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from apps.accounts.models import User, Workspace
from apps.common import erasure, storage
from apps.common.errors import ApiError
from apps.common.locks import alone

from . import contents, letters, packing
from .models import Export, ExportState
from .packing import Member, Progress

log = structlog.get_logger(__name__)

LIFE: Final = timedelta(days=7)
LINK_S: Final = 3600
MOST_TRIES: Final = 8
_PAUSE: Final = timedelta(seconds=20)
_MEMBERS_A_STEP: Final = 200


def start(workspace: Workspace, user: User) -> Export:
    """Begin a zip of the workspace. ApiError while another is being made."""
    pk = uuid.uuid4()
    key = f"{storage.EXPORTS}{workspace.pk}/{pk}.zip"
    try:
        with transaction.atomic():
            export = Export.objects.create(id=pk, workspace=workspace, user_id=user.pk, key=key)
    except IntegrityError as error:
        raise ApiError(
            "export-under-way",
            "이미 내보내기를 준비하고 있습니다. 끝나면 메일로 알려 드릴게요.",
            "An export is being made already. We will mail you when it is done.",
        ) from error
    hurry(export.pk)
    return export


def hurry(export_id: uuid.UUID) -> None:
    """Pack after the commit; the timer would come to it too."""
    transaction.on_commit(
        lambda: current_app.send_task(
            "apps.leaving.tasks.pack", args=[str(export_id)], retry=False
        ),
        robust=True,
    )


def due(now: datetime) -> QuerySet[Export]:
    waiting = Export.objects.filter(state=ExportState.PACKING)
    return waiting.filter(Q(not_before=None) | Q(not_before__lte=now)).order_by("created_at")


def pack(export_id: uuid.UUID) -> bool:
    """One step; whether another can follow at once. Killed anywhere, it is done again."""
    with alone(f"export/{export_id}") as mine:
        export = due(timezone.now()).filter(pk=export_id).first() if mine else None
        if export is None:
            return False
        try:
            return _step(export)
        except storage.STORAGE_ERRORS as error:
            _failed(export, error)
            return False
        except Exception as error:
            _failed(export, error)
            raise


def _step(export: Export) -> bool:
    if not export.upload_id:
        export.upload_id = storage.begin_parts(export.key)
        export.save(update_fields=["upload_id", "updated_at"])
    if not export.packed:
        _begin(export)
        return True
    progress = Progress(**export.packed)
    listing = [
        Member(name, key) for name, key, _ in json.loads(storage.read_bytes(_list_key(export)))
    ]
    done = export.files_done
    if done == len(listing):
        _finish(export, progress)
        return False
    before = len(progress.members)
    ahead = list(islice(listing, done, done + _MEMBERS_A_STEP))
    after = packing.add(export.key, export.upload_id, progress, ahead)
    _keep(export, after, done + len(after.members) - before)
    return True


def _begin(export: Export) -> None:
    """Freeze the list of objects, and pack all that is text."""
    found = contents.objects(export)
    storage.write_bytes(_list_key(export), json.dumps(found).encode())
    export.files_total, export.bytes_total = len(found), sum(size for *_, size in found)
    after = packing.add(export.key, export.upload_id, Progress(), [*contents.documents(export)])
    with transaction.atomic():
        export.save(update_fields=["files_total", "bytes_total", "updated_at"])
        _keep(export, after, 0)


def _keep(export: Export, after: Progress, done: int) -> None:
    """Write down how far it is; what waited for a part before is not needed any more."""
    before = export.packed.get("rest", "")
    with transaction.atomic():
        Export.objects.filter(pk=export.pk, state=ExportState.PACKING).update(
            packed=asdict(after),
            files_done=done,
            bytes_done=after.offset,
            tries=0,
            not_before=None,
            updated_at=timezone.now(),
        )
        if before and before != after.rest:
            erasure.erase([before])


def _finish(export: Export, progress: Progress) -> None:
    size = packing.close(export.key, export.upload_id, progress)
    now = timezone.now()
    with transaction.atomic():
        Export.objects.filter(pk=export.pk, state=ExportState.PACKING).update(
            state=ExportState.READY,
            size=size,
            upload_id="",
            packed={},
            bytes_done=F("bytes_total"),
            ready_at=now,
            expires_at=now + LIFE,
        )
        erasure.erase([progress.rest, _list_key(export)])
        erasure.erase([export.key], after=LIFE)
        letters.later("export_ready", export.user_id)


def _failed(export: Export, error: Exception) -> None:
    """Try again after a pause; after many tries give the parts back."""
    log.warning("an export has to wait", export=str(export.pk), error=type(error).__name__)
    is_over = export.tries + 1 >= MOST_TRIES
    with transaction.atomic():
        Export.objects.filter(pk=export.pk, state=ExportState.PACKING).update(
            state=ExportState.FAILED if is_over else ExportState.PACKING,
            tries=F("tries") + 1,
            not_before=timezone.now() + _PAUSE * 2 ** min(export.tries, 8),
        )
        if is_over:
            erasure.erase([export.key], export.upload_id)
            erasure.erase([export.packed.get("rest", ""), _list_key(export)])


def expire() -> int:
    """Those whose week is over; the object goes by the queue of erasures."""
    over = Export.objects.filter(state=ExportState.READY, expires_at__lte=timezone.now())
    return over.update(state=ExportState.EXPIRED)


def link(export: Export) -> str:
    """Where the zip can be fetched for an hour. ApiError where there is none."""
    if export.state != ExportState.READY:
        raise ApiError(
            "export-not-ready",
            "지금은 내려받을 수 없습니다. 준비 중이면 잠시 기다리고, "
            "기간이 지났으면 새로 만들어 주세요.",
            "This export can't be downloaded: wait until it is ready, or make a new one where "
            "it has expired.",
        )
    return storage.presign_get(export.key, LINK_S, filename(export))


def filename(export: Export) -> str:
    return f"ai-voice-studio-{export.created_at:%Y-%m-%d}.zip"


def _list_key(export: Export) -> str:
    return f"{export.key}.list"
