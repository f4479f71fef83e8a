"""Asking for a stretch of a file as a file of its own; the old one stays as it is.

The cut is asked for as a row, and made where the row is probed (``cutting``): what is lost on the
way is tried again as every probing is.
"""

import math
from pathlib import PurePosixPath
from typing import Final

from django.db import transaction

from apps.billing import limits
from apps.common.errors import ApiError, FieldError, invalid
from apps.common.sentences import Sentence

from .models import AudioFile, FileState, Origin
from .names import MAX_LENGTH, clean_name
from .services import enqueue_probe
from .sound import MIN_SECONDS
from .uploads import own_key

_WIDEST: Final = 4  # bytes a sample that are set aside before the cut is measured


def trim(file: AudioFile, *, start_s: float, end_s: float, name: str = "") -> AudioFile:
    """A new file of the stretch ``[start_s, end_s)``, cut and probed in the background.

    It keeps what is known of the old one: stem, tags, and that it is AI-generated. Raises ApiError
    where the file is not ready, the stretch lies outside it or is too short, or the plan is full.
    """
    if file.state != FileState.READY or file.duration_s is None:
        raise ApiError(
            "file-not-ready",
            "아직 준비되지 않은 파일입니다. 확인이 끝난 뒤 다시 시도해 주세요.",
            "This file is not ready. Try again when it has been checked.",
        )
    _check_stretch(file.duration_s, start_s, end_s)
    samples = (end_s - start_s) * (file.sample_rate or 0) * (file.channels or 0)
    cut = AudioFile(
        workspace_id=file.workspace_id,
        name=clean_name(name) if name else _name_of(file.name, start_s, end_s),
        state=FileState.PROBING,
        origin=Origin.UPLOAD,
        size=math.ceil(samples * _WIDEST),
        content_type="audio/wav",
        stem=file.stem,
        tags=file.tags,
        ai_generated=file.ai_generated,
        recorded=file.recorded,
        cut_of=file,
        cut_start_s=start_s,
        cut_end_s=end_s,
    )
    cut.key = own_key(cut)
    with transaction.atomic():
        limits.line_up(file.workspace_id)
        limits.check_storage(file.workspace_id, cut.size)
        cut.save(force_insert=True)
        enqueue_probe(cut)
    return cut


def _check_stretch(duration_s: float, start_s: float, end_s: float) -> None:
    if end_s > duration_s + 0.01 or start_s >= duration_s:
        beyond = Sentence(
            f"파일은 {duration_s:.2f}초까지입니다.", f"The file ends at {duration_s:.2f} s."
        )
        raise invalid({"end_s": FieldError("beyond-the-end", beyond)})
    if end_s - start_s < MIN_SECONDS:
        short = Sentence(
            f"{MIN_SECONDS}초 이상을 골라 주세요.",
            f"Choose {MIN_SECONDS} s at least.",
        )
        raise invalid({"end_s": FieldError("too-short", short)})


def _name_of(name: str, start_s: float, end_s: float) -> str:
    suffix = f" ({_clock(start_s)}-{_clock(end_s)}).wav"
    return PurePosixPath(name).stem[: MAX_LENGTH - len(suffix)] + suffix


def _clock(seconds: float) -> str:
    """Seconds for a file's name: ``1m05s``."""
    return f"{int(seconds) // 60}m{int(seconds) % 60:02d}s"
