"""Verbs of uploads: bytes go from the browser straight to storage.

The server chooses the key and signs one request at a time, each for exactly the bytes that were
announced: a single PUT, or the steps of a multipart upload (create, part, list, complete, abort).
"""

import uuid

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from apps.accounts.models import Workspace
from apps.billing import limits
from apps.common import storage
from apps.common.errors import ApiError

from .announce import announce
from .limits import MAX_UNFINISHED, PART_BYTES, SIGNED_SECONDS, Method
from .models import AudioFile, FileState, Origin
from .names import clean_name
from .probing import UPLOAD_SIZE, fail
from .services import delete_file, enqueue_probe


def start_upload(
    workspace: Workspace, *, name: str, size: int, content_type: str, recorded: bool = False
) -> AudioFile:
    """Makes the row that an upload will fill.

    Raises ApiError where too many are unfinished, or the plan's storage is full.
    """
    if _uploading(workspace).count() >= MAX_UNFINISHED:
        raise ApiError(
            "too-many-uploads",
            "끝나지 않은 업로드가 너무 많습니다. 먼저 마치거나 취소해 주세요.",
            "Too many uploads are unfinished. Finish or cancel some first.",
        )
    file = AudioFile(
        workspace=workspace,
        name=clean_name(name),
        state=FileState.UPLOADING,
        origin=Origin.UPLOAD,
        size=size,
        content_type=content_type,
        recorded=recorded,
    )
    file.key = own_key(file)
    with transaction.atomic():
        limits.line_up(workspace.pk)
        limits.check_storage(workspace.pk, size)
        file.save(force_insert=True)
        announce(file)
    return file


def own_key(file: AudioFile) -> str:
    """Where the object of a file lies that no job made."""
    return f"{storage.UPLOADS}{file.workspace_id}/{file.pk}/source"


def held_bytes(workspace_id: uuid.UUID) -> int:
    """Bytes of the workspace's files, those that are still coming or in the trash included."""
    held = (FileState.UPLOADING, FileState.PROBING, FileState.READY, FileState.TRASHED)
    files = AudioFile.objects.for_workspace(workspace_id).filter(state__in=held)
    return int(files.aggregate(total=Sum("size"))["total"] or 0)


def _uploading(workspace: Workspace) -> QuerySet[AudioFile]:
    return AudioFile.objects.for_workspace(workspace).filter(state=FileState.UPLOADING)


def sign(
    file: AudioFile,
    method: Method,
    upload_id: str | None = None,
    part_number: int | None = None,
) -> str:
    """An address for one request of the upload.

    Raises ApiError 409 once the upload is over, 400 for a request that no upload needs.
    """
    if file.state != FileState.UPLOADING:
        raise _over()
    if upload_id and upload_id != file.upload_id:
        # The browser creates the multipart upload itself: this is how we learn its id.
        AudioFile.objects.filter(pk=file.pk, state=FileState.UPLOADING).update(
            upload_id=upload_id, updated_at=timezone.now()
        )
    match method, upload_id, part_number:
        case Method.PUT, None, None:
            return storage.presign_put(file.key, SIGNED_SECONDS, file.size)
        case Method.POST, None, None:
            return storage.presign_create_parts(file.key, SIGNED_SECONDS)
        case Method.PUT, str(), int():
            size = _part_size(file.size, part_number)
            return storage.presign_part(file.key, SIGNED_SECONDS, upload_id, part_number, size)
        case Method.GET, str(), None:
            return storage.presign_list_parts(file.key, SIGNED_SECONDS, upload_id)
        case Method.POST, str(), None:
            return storage.presign_complete_parts(file.key, SIGNED_SECONDS, upload_id)
        case Method.DELETE, str(), None:
            return storage.presign_abort_parts(file.key, SIGNED_SECONDS, upload_id)
    raise _not_signed()


def _part_size(size: int, number: int) -> int:
    """Bytes of one part: all are ``PART_BYTES`` long but the last."""
    start = (number - 1) * PART_BYTES
    if not 0 <= start < size:
        raise _not_signed()
    return min(PART_BYTES, size - start)


def _not_signed() -> ApiError:
    return ApiError(
        "not-signed",
        "업로드에 필요하지 않은 요청입니다.",
        "No upload needs this request.",
        400,
    )


def finish_upload(file: AudioFile) -> AudioFile:
    """Checks that the object is there and whole, and sends the file on to probing. Idempotent.

    A wrong size fails the file; a missing object raises ApiError, so that the browser can go on.
    """
    if file.state != FileState.UPLOADING:
        return file
    stored = storage.size(file.key)
    if stored is None:
        raise ApiError(
            "upload-missing",
            "파일이 아직 다 올라오지 않았습니다. 계속 올려 주세요.",
            "The file has not arrived in full. Go on uploading.",
        )
    if stored != file.size:
        fail(file, UPLOAD_SIZE)
    else:
        _to_probing(file)
    file.refresh_from_db()
    return file


def _to_probing(file: AudioFile) -> None:
    with transaction.atomic():
        moved = AudioFile.objects.filter(pk=file.pk, state=FileState.UPLOADING).update(
            state=FileState.PROBING, updated_at=timezone.now()
        )
        if moved:
            enqueue_probe(file)


def cancel_upload(file: AudioFile) -> None:
    """Gives an unfinished upload up and frees its bytes. ApiError 409 once it is over."""
    if file.state != FileState.UPLOADING:
        raise _over()
    delete_file(file)


def _over() -> ApiError:
    return ApiError("upload-over", "이미 끝난 업로드입니다.", "This upload is over.")
