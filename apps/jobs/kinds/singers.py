"""The voices of a job: checked when it is asked for, referred to when it is sent."""

import uuid
from collections.abc import Mapping, Sequence

from apps.common.errors import NOT_FOUND, ApiError
from apps.voices import services as voices
from apps.voices.models import Consent, Voice, VoiceState
from gpu_worker.contract.errors import TEXTS, Code
from gpu_worker.contract.job import EncoderRef, FileRef, VoiceRef
from gpu_worker.contract.params import ContentEncoderName

from ..models import VoiceUse
from . import base


def lock(workspace_id: uuid.UUID, shares: Mapping[uuid.UUID, float]) -> tuple[base.Use, ...]:
    """The voices by their shares, all usable and held until the transaction ends.

    Raises ApiError.
    """
    found = voices.lock_all(workspace_id, shares)
    if len(found) < len(shares):
        raise NOT_FOUND
    uses = tuple(
        base.Use(found[voice_id], usable(found[voice_id]), weight)
        for voice_id, weight in shares.items()
    )
    _check_blend(uses)
    return uses


def _check_blend(uses: Sequence[base.Use]) -> None:
    """Only networks of one shape can be blended."""
    shapes = {(use.voice.preset, use.voice.sample_rate, use.voice.encoder_sha256) for use in uses}
    if len(shapes) > 1:
        text = TEXTS[Code.VOICES_DO_NOT_BLEND]
        raise ApiError(Code.VOICES_DO_NOT_BLEND, text.ko, text.en, field="blend")


def usable(voice: Voice) -> Consent:
    """The consent of a voice that may sing. Raises ApiError."""
    consent = voices.valid_consent(voice)
    if consent is None:
        raise ApiError(
            "consent-revoked",
            "이 목소리의 동의가 철회되었습니다. 다시 쓰려면 새로 동의를 받아 주세요.",
            "The consent for this voice was revoked. Record a new one to use it again.",
            status=403,
            field="voice",
        )
    if voice.state != VoiceState.READY:
        raise ApiError(
            "voice-not-ready",
            "아직 준비되지 않은 목소리입니다. 학습이 끝난 뒤 다시 시도해 주세요.",
            "This voice is not ready. Try again when its training has finished.",
            field="voice",
        )
    return consent


def refs(uses: Sequence[VoiceUse], life_s: int) -> tuple[VoiceRef, ...]:
    """What a worker needs of the voices, with fresh links."""
    return tuple(_ref(use.voice, use.weight, life_s) for use in uses)


def _ref(voice: Voice, weight: float, life_s: int) -> VoiceRef:
    def file(key: str, name: str, size: int, sha256: str) -> FileRef:
        snapshot = {"id": str(voice.id), "name": name, "key": key, "size": size}
        return base.file_ref(snapshot, life_s).model_copy(update={"sha256": sha256})

    index = None
    if voice.index_key:
        index = file(voice.index_key, "model.index", voice.index_size, voice.index_sha256)
    return VoiceRef(
        id=str(voice.id),
        model=file(voice.model_key, "model.pth", voice.model_size, voice.model_sha256),
        index=index,
        encoder=EncoderRef(id=ContentEncoderName(voice.encoder_id), sha256=voice.encoder_sha256),
        f0_median_hz=voice.typical_f0_hz,
        weight=weight,
    )
