"""What can happen to a voice and its consent."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.common import erasure, outbox, storage
from apps.common.errors import NOT_FOUND, ApiError
from gpu_worker.contract.scores import Scores

from . import statement
from .live import publish_voice
from .models import Consent, ConsentScope, Voice, VoiceCheckpoint, VoiceState
from .serializers import VoiceSerializer

EXPORT_LINK_LIFE: Final = timedelta(minutes=10)
KEEP_CHECKPOINT: Final = timedelta(days=30)
"""How long a finished training can be continued."""
IMPORTED: Final = "imported"
"""The base of a voice that another program trained."""
_TAKEN_OVER: Final = (
    "preset",
    "sample_rate",
    "encoder_id",
    "encoder_sha256",
    "model_key",
    "model_size",
    "model_sha256",
    "index_key",
    "index_size",
    "index_sha256",
    "f0_low_hz",
    "f0_median_hz",
    "f0_high_hz",
    "mel_distance_start",
    "mel_distance_end",
    "base",
    "best_step",
    "ending_ko",
    "ending_en",
    "checkpoint_key",
)


@dataclass(frozen=True)
class Kept:
    """A checkpoint to choose from: a published model in storage."""

    step: int
    scores: Scores
    key: str
    size: int
    sha256: str


@dataclass(frozen=True)
class MadeVoice:
    """What every job that makes a voice hands to it; without an index ``index_key`` is empty."""

    job_id: uuid.UUID
    preset: str
    sample_rate: int
    encoder_id: str
    encoder_sha256: str
    model_key: str
    model_size: int
    model_sha256: str
    index_key: str
    index_size: int
    index_sha256: str


@dataclass(frozen=True)
class TrainedVoice(MadeVoice):
    """What a training hands to its voice; ``candidates`` beside the best one.

    ``checkpoint_key`` is the state that a later training can go on from.
    """

    f0_low_hz: float | None
    f0_median_hz: float | None
    f0_high_hz: float | None
    mel_distance_start: float
    mel_distance_end: float
    base: str
    steps: int
    best_step: int
    scores: Scores
    candidates: tuple[Kept, ...]
    ending_ko: str
    ending_en: str
    checkpoint_key: str


@dataclass(frozen=True)
class ExportLink:
    """A download that expires."""

    url: str
    filename: str
    size: int


def create(workspace_id: uuid.UUID, name: str, made_by: User | None = None) -> Voice:
    """A new voice without consent, which can't be trained yet."""
    voice = Voice.objects.create(workspace_id=workspace_id, name=name, made_by=made_by)
    publish_voice(voice.workspace_id, voice.id)
    return voice


@transaction.atomic
def delete(voice_id: uuid.UUID) -> None:
    """Take the voice away and delete its files; jobs that use it end by themselves."""
    voice = _lock(voice_id)
    erasure.erase(objects_of(voice))
    voice.checkpoints.all().delete()
    voice.state = VoiceState.DELETED
    voice.model_key = voice.index_key = voice.checkpoint_key = ""
    voice.picture_key = voice.demo_key = ""
    voice.checkpoint_until = None
    voice.save()
    publish_voice(voice.workspace_id, voice.id)


def objects_of(voice: Voice) -> set[str]:
    """Everything in storage that is the voice's own."""
    kept = voice.checkpoints.values_list("model_key", flat=True)
    own = (
        voice.model_key,
        voice.index_key,
        voice.checkpoint_key,
        voice.picture_key,
        voice.demo_key,
    )
    return {*own, *kept} - {""}


def valid_consent(voice: Voice) -> Consent | None:
    """The consent that this voice stands on now."""
    return voice.consents.filter(revoked_at=None).select_related("user").first()


def latest_consent(voice: Voice) -> Consent | None:
    """The last consent, also where it is revoked: what the studio shows."""
    return voice.consents.select_related("user").order_by("-created_at").first()


@transaction.atomic
def give_consent(
    voice_id: uuid.UUID, user: User, *, version: str, singer_name: str, scope: ConsentScope
) -> Consent:
    """Record who agreed to the statement. The same consent again changes nothing."""
    voice = _lock(voice_id)
    if voice.state == VoiceState.DELETED:
        raise NOT_FOUND
    if version != statement.VERSION:
        raise ApiError(
            "statement-outdated",
            "동의서가 바뀌었습니다. 새 동의서를 읽고 다시 동의해 주세요.",
            "The consent statement has changed. Read the new one and agree again.",
            field="statement_version",
        )
    current = valid_consent(voice)
    if current is not None:
        if (current.singer_name, current.scope, current.statement_version) == (
            singer_name,
            scope,
            version,
        ):
            return current
        raise ApiError(
            "consent-exists",
            "이 목소리에는 이미 유효한 동의가 있습니다. 먼저 철회해 주세요.",
            "This voice already has a valid consent. Revoke it first.",
        )
    consent = Consent.objects.create(
        workspace_id=voice.workspace_id,
        voice=voice,
        user=user,
        singer_name=singer_name,
        scope=scope,
        statement_version=version,
        statement_text="\n\n".join(statement.TEXT.values()),
    )
    if voice.state == VoiceState.DISABLED:
        voice.state = voice.resting_state
        voice.save(update_fields=["state", "updated_at"])
    publish_voice(voice.workspace_id, voice.id)
    return consent


@transaction.atomic
def revoke_consent(voice_id: uuid.UUID, user: User) -> Voice:
    """Withdraw the consent and disable the voice; running jobs with it end. Safe to repeat."""
    voice = _lock(voice_id)
    if voice.state == VoiceState.DELETED:
        return voice
    revoked = voice.consents.filter(revoked_at=None).update(
        revoked_at=timezone.now(), revoked_by=user
    )
    if revoked:
        voice.state = VoiceState.DISABLED
        voice.save(update_fields=["state", "updated_at"])
        publish_voice(voice.workspace_id, voice.id)
    return voice


def export_links(voice: Voice) -> dict[str, ExportLink | None]:
    """Links to the published files, for a voice that may be used; one may have no index."""
    if voice.state != VoiceState.READY:
        raise ApiError(
            "voice-not-ready",
            "아직 내보낼 수 없는 목소리입니다. 학습이 끝난 뒤 다시 시도해 주세요.",
            "This voice can't be exported yet. Try again when its training has finished.",
        )
    return {
        "model": _link(voice.model_key, f"{voice.name}.pth", voice.model_size),
        "index": _link(voice.index_key, f"{voice.name}.index", voice.index_size)
        if voice.index_key
        else None,
    }


def begin_training(voice: Voice) -> None:
    """Mark a voice that the caller has locked as being trained."""
    voice.state = VoiceState.TRAINING
    voice.save(update_fields=["state", "updated_at"])
    publish_voice(voice.workspace_id, voice.id)


@transaction.atomic
def complete_training(workspace_id: uuid.UUID, voice_id: uuid.UUID, trained: TrainedVoice) -> None:
    """Give the voice its new files and figures and make it ready; delete those it had before.

    Safe to repeat.
    """
    voice = _lock(voice_id)
    before = objects_of(voice)
    voice.checkpoints.all().delete()
    for name in _TAKEN_OVER:
        setattr(voice, name, getattr(trained, name))
    voice.state = VoiceState.READY
    voice.trained_job, voice.trained_steps = trained.job_id, trained.steps
    voice.scores, voice.quality = trained.scores.model_dump(mode="json"), trained.scores.quality
    voice.checkpoint_until = timezone.now() + KEEP_CHECKPOINT
    voice.save()
    _keep_checkpoints(voice, trained)
    erasure.erase(before - objects_of(voice))
    publish_voice(workspace_id, voice_id)
    outbox.emit(workspace_id, "voice.ready", VoiceSerializer(voice).data)


def _keep_checkpoints(voice: Voice, trained: TrainedVoice) -> None:
    best = Kept(
        trained.best_step,
        trained.scores,
        trained.model_key,
        trained.model_size,
        trained.model_sha256,
    )
    by_step = {each.step: each for each in trained.candidates} | {best.step: best}
    VoiceCheckpoint.objects.bulk_create(
        VoiceCheckpoint(
            workspace_id=voice.workspace_id,
            voice=voice,
            step=kept.step,
            quality=kept.scores.quality,
            scores=kept.scores.model_dump(mode="json"),
            best=kept is best,
            model_key=kept.key,
            model_size=kept.size,
            model_sha256=kept.sha256,
        )
        for kept in by_step.values()
    )


@dataclass(frozen=True)
class ImportedVoice(MadeVoice):
    """What an import hands to its voice: the files and what they are."""


@transaction.atomic
def complete_import(workspace_id: uuid.UUID, voice_id: uuid.UUID, made: ImportedVoice) -> None:
    """Give an empty voice the files that were taken in, and make it ready. Safe to repeat."""
    voice = _lock(voice_id)
    for field in fields(ImportedVoice):
        if field.name != "job_id":
            setattr(voice, field.name, getattr(made, field.name))
    voice.trained_job = made.job_id
    voice.base = IMPORTED
    voice.state = VoiceState.READY
    voice.save()
    publish_voice(workspace_id, voice_id)
    outbox.emit(workspace_id, "voice.ready", VoiceSerializer(voice).data)


@transaction.atomic
def abandon_training(voice_id: uuid.UUID, *, failed: bool) -> None:
    """A training ended without a voice; a deleted or disabled voice stays as it is."""
    voice = _lock(voice_id)
    if voice.state != VoiceState.TRAINING:
        return
    voice.state = voice.resting_state
    if failed and voice.state == VoiceState.DRAFT:
        voice.state = VoiceState.FAILED
    voice.save(update_fields=["state", "updated_at"])
    publish_voice(voice.workspace_id, voice.id)


def of_workspace(workspace_id: uuid.UUID, voice_id: uuid.UUID) -> Voice:
    """A workspace's voice; a stranger's or a deleted one does not exist for it."""
    found = Voice.objects.for_workspace(workspace_id).exclude(state=VoiceState.DELETED)
    voice = found.filter(id=voice_id).first()
    if voice is None:
        raise NOT_FOUND
    return voice


def lock(workspace_id: uuid.UUID, voice_id: uuid.UUID) -> Voice | None:
    """A workspace's voice, held against deletion and revocation until the transaction ends."""
    return lock_all(workspace_id, [voice_id]).get(voice_id)


def lock_all(workspace_id: uuid.UUID, voice_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Voice]:
    """Those of the voices that are the workspace's, locked in the order of their ids."""
    found = (
        Voice.objects.for_workspace(workspace_id)
        .exclude(state=VoiceState.DELETED)
        .filter(id__in=voice_ids)
        .order_by("id")
        .select_for_update(no_key=True)
    )
    return {voice.id: voice for voice in found}


def _lock(voice_id: uuid.UUID) -> Voice:
    return Voice.objects.select_for_update(no_key=True).get(id=voice_id)


def _link(key: str, filename: str, size: int) -> ExportLink:
    seconds = int(EXPORT_LINK_LIFE.total_seconds())
    return ExportLink(storage.presign_get(key, seconds, filename=filename), filename, size)
