"""What a customer makes of a voice's page: name, tags, rating, picture and demo clip."""

import uuid
from typing import Final, TypedDict

from django.db import transaction

from apps.common import erasure, storage
from apps.common.errors import NOT_FOUND, ApiError

from . import pictures
from .live import publish_voice
from .models import Voice, VoiceState
from .services import valid_consent

DEMO_LINK_S: Final = 3600
MAX_DEMO_BYTES: Final = 100 * 2**20
NO_PICTURE: Final = ApiError(
    "no-picture", "이 목소리에는 사진이 없습니다.", "This voice has no picture.", status=404
)
NO_DEMO: Final = ApiError(
    "no-demo", "이 목소리에는 데모가 없습니다.", "This voice has no demo clip.", status=404
)


class Changes(TypedDict, total=False):
    """What may be changed at once; what is left out stays."""

    name: str
    tags: list[str]
    rating: int | None


@transaction.atomic
def change(voice_id: uuid.UUID, changes: Changes) -> Voice:
    """Rename, tag or rate a voice."""
    voice = _lock(voice_id)
    for field, value in changes.items():
        setattr(voice, field, value)
    voice.save(update_fields=[*changes, "updated_at"])
    publish_voice(voice.workspace_id, voice.id)
    return voice


def set_picture(voice_id: uuid.UUID, data: bytes) -> Voice:
    """Give the voice a picture, made anew from what was sent. ApiError where that is none."""
    webp = pictures.square(data)
    key = f"voices/{voice_id}/picture-{uuid.uuid4().hex}.webp"
    storage.write_bytes(key, webp)
    return _take_picture(voice_id, key)


def drop_picture(voice_id: uuid.UUID) -> Voice:
    """Back to the picture that follows from the voice's id. Safe to repeat."""
    return _take_picture(voice_id, "")


@transaction.atomic
def _take_picture(voice_id: uuid.UUID, key: str) -> Voice:
    voice = _lock(voice_id, written=key)
    erasure.erase([voice.picture_key])
    voice.picture_key = key
    voice.save(update_fields=["picture_key", "updated_at"])
    publish_voice(voice.workspace_id, voice.id)
    return voice


def picture_of(voice: Voice) -> bytes:
    """The picture as it lies in storage. ApiError where there is none."""
    try:
        return storage.read_bytes(voice.picture_key) if voice.picture_key else _missing()
    except FileNotFoundError:
        return _missing()


def _missing() -> bytes:
    raise NO_PICTURE


def set_demo(voice_id: uuid.UUID, source_key: str, name: str) -> Voice:
    """Keep a copy of a sound as the voice's demo clip: it outlives what it was copied from."""
    size = storage.size(source_key)
    if size is None:
        raise NOT_FOUND
    if size > MAX_DEMO_BYTES:
        raise ApiError(
            "demo-too-large",
            "데모로 쓰기에는 너무 큰 파일입니다. 100MB 이하의 결과를 골라 주세요.",
            "This file is too large for a demo. Choose a result of at most 100 MB.",
            status=400,
        )
    key = f"voices/{voice_id}/demo-{uuid.uuid4().hex}"
    storage.copy(source_key, key)
    return _take_demo(voice_id, key, name, size)


def drop_demo(voice_id: uuid.UUID) -> Voice:
    """Let go of the demo clip. Safe to repeat."""
    return _take_demo(voice_id, "", "", 0)


@transaction.atomic
def _take_demo(voice_id: uuid.UUID, key: str, name: str, size: int) -> Voice:
    voice = _lock(voice_id, written=key)
    erasure.erase([voice.demo_key])
    voice.demo_key, voice.demo_name, voice.demo_size = key, name, size
    voice.save(update_fields=["demo_key", "demo_name", "demo_size", "updated_at"])
    publish_voice(voice.workspace_id, voice.id)
    return voice


def demo_link(voice: Voice) -> str:
    """A link to the demo clip; none while the singer does not consent, whose sound it is."""
    if not voice.demo_key or valid_consent(voice) is None:
        raise NO_DEMO
    return storage.presign_get(voice.demo_key, DEMO_LINK_S)


def _lock(voice_id: uuid.UUID, written: str = "") -> Voice:
    """The voice's row; where it was deleted meanwhile, what was ``written`` for it goes too."""
    voice = Voice.objects.select_for_update(no_key=True).get(id=voice_id)
    if voice.state == VoiceState.DELETED:
        if written:
            storage.delete(written)
        raise NOT_FOUND
    return voice
