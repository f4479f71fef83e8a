"""The measuring of a file, as a worker does it."""

import uuid
from typing import Final, NamedTuple

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.common import outbox, storage
from gpu_worker.contract.errors import TEXTS, Code, JobError

from . import cutting, sound
from .announce import announce
from .models import AudioFile, FileState, Origin
from .serializers import FileSerializer

log = structlog.get_logger(__name__)

MAX_PROBES: Final = 5


class Reason(NamedTuple):
    """Why a file was refused."""

    code: str
    ko: str
    en: str


UPLOAD_MISSING: Final = Reason(
    "user:upload-missing",
    "올린 파일이 저장소에 없습니다. 다시 올려 주세요.",
    "The uploaded file is not in storage. Upload it again.",
)
UPLOAD_SIZE: Final = Reason(
    "user:upload-size",
    "올린 파일의 크기가 처음 알린 크기와 다릅니다. 다시 올려 주세요.",
    "The uploaded file is not of the size that was announced. Upload it again.",
)

CUT_OF_NOTHING: Final = Reason(
    "user:cut-of-nothing",
    "원본 파일이 지워져 자를 수 없습니다. 원본을 다시 올려 잘라 주세요.",
    "The original file was deleted. Upload it again to cut something out of it.",
)


def reason(code: Code) -> Reason:
    return Reason(code, TEXTS[code].ko, TEXTS[code].en)


def probe(file_id: uuid.UUID | str) -> None:
    """Measures a file and makes it ready, or refuses it and deletes its object.

    Nothing happens to a file that is not waiting for it. Storage errors pass through: the task
    tries again. A file that kills its worker is refused after a few tries.
    """
    waiting = AudioFile.objects.filter(pk=file_id, state=FileState.PROBING)
    if not waiting.update(probes=F("probes") + 1, updated_at=timezone.now()):
        return
    file = AudioFile.objects.get(pk=file_id)
    if file.probes > MAX_PROBES:
        fail(file, reason(Code.AUDIO_UNREADABLE))
        return
    try:
        cutting.make_object(file)
        with storage.open_stream(file.key) as stream:
            found = sound.inspect(stream, ours=file.origin == Origin.JOB)
    except FileNotFoundError:
        fail(file, UPLOAD_MISSING if file.cut_of_id is None else CUT_OF_NOTHING)
    except storage.STORAGE_ERRORS:
        waiting.update(probes=F("probes") - 1)  # not the file's fault
        raise
    except JobError as error:
        log.info("file refused", file=str(file.pk), code=error.code, detail=error.detail)
        fail(file, reason(error.code))
    else:
        _make_ready(file, found)


def _make_ready(file: AudioFile, found: sound.Sound) -> None:
    with transaction.atomic():
        made = AudioFile.objects.filter(pk=file.pk, state=FileState.PROBING).update(
            state=FileState.READY,
            duration_s=found.duration_s,
            sample_rate=found.sample_rate,
            channels=found.channels,
            loudness_lufs=found.loudness_lufs,
            true_peak_db=found.true_peak_db,
            peaks=found.peaks,
            # Of a result the job knows: its tag follows the row, not the row its tag.
            ai_generated=file.ai_generated or (file.origin == Origin.UPLOAD and found.ai_generated),
            updated_at=timezone.now(),
        )
        if made:
            announce(file)
            _tell(file.pk, "file.ready")


def fail(file: AudioFile, why: Reason) -> None:
    """Keeps the reason on the row, until the customer dismisses it, and deletes the object.

    A job's result stays in storage: it was paid for, and may be the only copy.
    """
    with transaction.atomic():
        failed = AudioFile.objects.filter(
            pk=file.pk, state__in=[FileState.UPLOADING, FileState.PROBING]
        ).update(
            state=FileState.FAILED,
            error_code=why.code,
            error_ko=why.ko,
            error_en=why.en,
            updated_at=timezone.now(),
        )
        if failed:
            announce(file)
            _tell(file.pk, "file.failed")
            if file.origin == Origin.UPLOAD:
                storage.delete(file.key)  # where that fails all of this is tried again


def _tell(pk: uuid.UUID, event: str) -> None:
    """Whoever subscribed hears of the file as it is now."""
    file = AudioFile.objects.defer("peaks").get(pk=pk)
    outbox.emit(file.workspace_id, event, FileSerializer(file).data)
