"""Choosing among a voice's kept checkpoints, and letting go of what training can go on from."""

import uuid

from django.db import transaction
from django.utils import timezone

from apps.common import erasure
from apps.common.errors import NOT_FOUND, ApiError

from .live import publish_voice
from .models import Voice, VoiceState
from .services import lock, valid_consent

BUSY = ApiError(
    "voice-busy",
    "학습 중인 목소리입니다. 끝난 뒤 다시 시도해 주세요.",
    "This voice is being trained. Try again when that has ended.",
)


@transaction.atomic
def choose(workspace_id: uuid.UUID, voice_id: uuid.UUID, checkpoint_id: uuid.UUID) -> Voice:
    """Let the voice use another of its checkpoints; the index stays. Safe to repeat.

    Jobs that wait take the one that is chosen when they are sent. Raises ApiError.
    """
    voice = lock(workspace_id, voice_id)
    if voice is None:
        raise NOT_FOUND
    wanted = voice.checkpoints.filter(id=checkpoint_id).first()
    if wanted is None:
        raise NOT_FOUND
    _check_free(voice)
    if voice.model_key == wanted.model_key:
        return voice
    voice.model_key = wanted.model_key
    voice.model_size = wanted.model_size
    voice.model_sha256 = wanted.model_sha256
    voice.best_step = wanted.step
    voice.quality = wanted.quality
    voice.scores = wanted.scores
    voice.save()
    publish_voice(workspace_id, voice_id)
    return voice


def _check_free(voice: Voice) -> None:
    if valid_consent(voice) is None:
        raise ApiError(
            "consent-revoked",
            "이 목소리의 동의가 철회되었습니다. 다시 쓰려면 새로 동의를 받아 주세요.",
            "The consent for this voice was revoked. Record a new one to use it again.",
            status=403,
        )
    if voice.state == VoiceState.TRAINING:
        raise BUSY
    if voice.state != VoiceState.READY:
        raise ApiError(
            "voice-not-ready",
            "아직 준비되지 않은 목소리입니다. 학습이 끝난 뒤 다시 시도해 주세요.",
            "This voice is not ready. Try again when its training has finished.",
        )


def expire() -> int:
    """Erase what trainings could have gone on from, once its time is over; returns how many."""
    old = Voice.objects.filter(checkpoint_until__lt=timezone.now())
    ids = list(old.exclude(state=VoiceState.TRAINING).values_list("id", flat=True)[:200])
    return sum(_expire(voice_id) for voice_id in ids)


@transaction.atomic
def _expire(voice_id: uuid.UUID) -> bool:
    """Not while the voice is trained: that may be going on from it just now."""
    voice = Voice.objects.select_for_update(no_key=True).get(id=voice_id)
    until = voice.checkpoint_until
    if voice.state == VoiceState.TRAINING or until is None or until >= timezone.now():
        return False
    erasure.erase([voice.checkpoint_key])
    voice.checkpoint_key, voice.checkpoint_until = "", None
    voice.save()
    publish_voice(voice.workspace_id, voice.id)
    return True
