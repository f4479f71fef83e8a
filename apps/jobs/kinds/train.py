"""Training: a dataset becomes a voice."""

import uuid
from typing import Final

from apps.billing.plans import training_quote
from apps.common import storage
from apps.common.errors import NOT_FOUND, ApiError
from apps.library.models import AudioFile, Dataset, FileState
from apps.voices import services as voices
from apps.voices.models import Voice, VoiceState
from gpu_worker.contract.errors import TEXTS, Code
from gpu_worker.contract.job import (
    CHECKPOINT,
    INDEX,
    MANIFEST,
    MODEL,
    REPORT,
    FileRef,
    Manifest,
    TrainJob,
    TrainResult,
    train_output_names,
)
from gpu_worker.contract.params import JobKind, TrainParams

from ..models import Attempt, Job
from ..problems import JobProblem, WebCode
from ..states import AttemptState
from . import base

MIN_SECONDS: Final = 10.0
_SETUP_S: Final = 1800
_SECONDS_PER_SAMPLE: Final = 3.0
_SECONDS_PER_SECOND: Final = 5.0
"""Of recording, for its features."""
_LONGEST_S: Final = 5 * 24 * 3600  # presigned links live 7 days at most


def order(
    workspace_id: uuid.UUID, voice_id: uuid.UUID, dataset_id: uuid.UUID, params: TrainParams
) -> base.Order:
    """Check a request and lock its rows. Raises ApiError, and then nothing has changed."""
    voice = voices.lock(workspace_id, voice_id)
    dataset = Dataset.objects.for_workspace(workspace_id).filter(id=dataset_id).first()
    if voice is None or dataset is None:
        raise NOT_FOUND
    _check_trainable(voice)
    files = _lock_files(dataset)
    voices.begin_training(voice)
    return base.Order(
        kind=JobKind.TRAIN,
        title=voice.name,
        voice=voice,
        params=params.model_dump(mode="json"),
        inputs={
            "source": {"id": str(dataset.id), "name": dataset.name},
            "files": [base.frozen(file) for file in files],
        },
        quote=training_quote(params),
        total_steps=params.total_steps,
    )


def _check_trainable(voice: Voice) -> None:
    if voices.valid_consent(voice) is None:
        raise ApiError(
            "consent-missing",
            "목소리 주인의 동의 기록이 없어 학습할 수 없습니다. 먼저 동의서를 작성해 주세요.",
            "Training needs a consent record of the voice's owner. Record the consent first.",
            status=403,
            field="voice",
        )
    if voice.state == VoiceState.TRAINING:
        raise ApiError(
            "voice-busy",
            "이미 학습 중인 목소리입니다. 끝난 뒤 다시 시작해 주세요.",
            "This voice is already being trained. Start again when that has ended.",
            field="voice",
        )


def _lock_files(dataset: Dataset) -> list[AudioFile]:
    """The dataset's files, all ready and long enough together, held until the commit."""
    files = list(
        AudioFile.objects.filter(datasets=dataset)
        .exclude(state=FileState.DELETED)
        .order_by("id")
        .select_for_update(of=("self",), no_key=True)
    )
    if any(file.state != FileState.READY for file in files):
        raise ApiError(
            "file-not-ready",
            "데이터셋에 아직 준비되지 않은 파일이 있습니다. 확인이 끝난 뒤 다시 시작해 주세요.",
            "A file of the dataset is not ready. Start again when it has been checked.",
            field="dataset",
        )
    if sum(file.duration_s or 0.0 for file in files) < MIN_SECONDS:
        text = TEXTS[Code.TOO_LITTLE_SPEECH]
        raise ApiError(Code.TOO_LITTLE_SPEECH, text.ko, text.en, status=400, field="dataset")
    return files


class Train:
    """See ``base.Kind``."""

    def deadline_s(self, job: Job) -> int:
        params = self._params(job)
        samples = params.total_steps * params.batch_size
        recorded = sum(file["duration_s"] for file in job.inputs["files"])
        work = samples * _SECONDS_PER_SAMPLE + recorded * _SECONDS_PER_SECOND
        return min(_LONGEST_S, int(_SETUP_S + work))

    def output_names(self, job: Job) -> tuple[str, ...]:
        return train_output_names(self._params(job))

    def leftovers(self, job: Job, attempt: Attempt) -> tuple[str, ...]:
        """All but the phrases that the job's page plays; of the winner only the checkpoint.

        Of a deleted voice everything: the phrases are its sound too.
        """
        if job.voice.state == VoiceState.DELETED:
            return self.output_names(job)
        if attempt.state == AttemptState.SUCCEEDED:
            return (CHECKPOINT,)
        return (CHECKPOINT, MODEL, INDEX, REPORT, MANIFEST)

    def required(self, job: Job) -> tuple[str, ...]:
        return (MODEL, INDEX)

    def build(self, job: Job, attempt: Attempt) -> TrainJob:
        voice = base.inspect(job)
        life_s = base.link_life_s(attempt)
        return TrainJob(
            **base.envelope(job, attempt, self.output_names(job)),
            voice_name=voice.name,
            params=self._params(job),
            dataset=tuple(base.file_ref(file, life_s) for file in job.inputs["files"]),
            resume=_last_checkpoint(job, attempt, life_s),
        )

    def apply(self, job: Job, attempt: Attempt, manifest: Manifest) -> None:
        result = manifest.result
        if not isinstance(result, TrainResult):
            raise JobProblem(WebCode.RESULT_BROKEN, "not a training's result")
        files = base.by_name(manifest)
        model, index = files[MODEL], files[INDEX]
        voices.complete_training(
            job.workspace_id,
            job.voice_id,
            voices.TrainedVoice(
                job_id=job.id,
                preset=result.preset,
                sample_rate=result.sample_rate,
                encoder_id=result.encoder.id,
                encoder_sha256=result.encoder.sha256,
                model_key=base.object_key(job.id, attempt.id, MODEL),
                model_size=model.size,
                model_sha256=model.sha256,
                index_key=base.object_key(job.id, attempt.id, INDEX),
                index_size=index.size,
                index_sha256=index.sha256,
                f0_low_hz=result.f0_low_hz,
                f0_high_hz=result.f0_high_hz,
                mel_distance_start=result.mel_distance_start,
                mel_distance_end=result.mel_distance_end,
            ),
        )

    def reopen(self, job: Job) -> None:
        voice = base.usable_inputs(job)
        _check_trainable(voice)
        voices.begin_training(voice)

    def abandon(self, job: Job, *, failed: bool) -> None:
        voices.abandon_training(job.voice_id, failed=failed)

    @staticmethod
    def _params(job: Job) -> TrainParams:
        return TrainParams.model_validate(job.params)


def _last_checkpoint(job: Job, attempt: Attempt, life_s: int) -> FileRef | None:
    """The newest checkpoint that an earlier attempt left whole in storage.

    No checksum goes with it: the object may be newer than the last event that we heard.
    """
    earlier = job.attempts.filter(fence__lt=attempt.fence).order_by("-fence")
    for before in earlier:
        key = base.object_key(job.id, before.id, CHECKPOINT)
        size = storage.size(key)
        if size:
            return FileRef(
                id=str(before.id),
                name=CHECKPOINT,
                url=storage.presign_get(key, life_s),
                size=size,
            )
    return None
