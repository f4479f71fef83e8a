"""Training: a dataset becomes a voice, and a trained voice a better one."""

import uuid
from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Sum

from apps.billing.quotes import training_quote
from apps.common import storage
from apps.common.errors import NOT_FOUND, ApiError, FieldError, invalid
from apps.common.sentences import Sentence
from apps.library.models import GONE, AudioFile, Dataset, FileState
from apps.voices import services as voices
from apps.voices.models import Consent, Voice, VoiceState
from gpu_worker.contract.errors import TEXTS, Code
from gpu_worker.contract.job import (
    CHECKPOINT,
    INDEX,
    MODEL,
    FileRef,
    Manifest,
    TrainJob,
    TrainResult,
    train_output_names,
)
from gpu_worker.contract.params import JobKind, TrainParams

from ..models import Attempt, Job
from ..problems import JobProblem, WebCode, text_of
from ..requests import Continuation, TrainingQuote, TrainingStart
from ..states import AttemptState
from . import base

MIN_SECONDS: Final = 10.0


def order(workspace_id: uuid.UUID, wanted: TrainingStart) -> base.Order:
    """Check a request and lock its rows. Raises ApiError, and then nothing has changed."""
    voice = voices.lock(workspace_id, wanted.voice)
    dataset = Dataset.objects.for_workspace(workspace_id).filter(id=wanted.dataset).first()
    if voice is None or dataset is None:
        raise NOT_FOUND
    consent = check_trainable(voice)
    files = _lock_files(dataset)
    voices.begin_training(voice)
    inputs = {
        "source": {"id": str(dataset.id), "name": dataset.name},
        "files": [base.frozen(file) for file in files],
    }
    return _order(base.Use(voice, consent), wanted.params, inputs)


def quote(workspace_id: uuid.UUID, wanted: TrainingQuote) -> int:
    """Credits of a training on the dataset as it is now. ApiError where there is none."""
    dataset = Dataset.objects.for_workspace(workspace_id).filter(id=wanted.dataset).first()
    if dataset is None:
        raise NOT_FOUND
    files = AudioFile.objects.filter(datasets=dataset).exclude(state__in=GONE)
    recorded = files.aggregate(total=Sum("duration_s"))["total"] or 0.0
    return training_quote(wanted.params, recorded)


def continued(workspace_id: uuid.UUID, wanted: Continuation) -> base.Order:
    """The same training with more steps, from where the voice's last one ended. Raises ApiError."""
    key = _key_to_go_on_from(workspace_id, wanted.voice)  # asked before any row is locked
    voice = voices.lock(workspace_id, wanted.voice)
    if voice is None:
        raise NOT_FOUND
    consent = check_trainable(voice)
    jobs = Job.objects.for_workspace(workspace_id)
    last = jobs.filter(id=voice.trained_job).first() if voice.trained_job else None
    if last is None or voice.checkpoint_key != key:
        raise _checkpoint_gone()
    reached = voice.trained_steps or 0
    if wanted.total_steps <= reached:
        raise _too_few_steps(reached)
    _lock_same_files(last)
    changed = wanted.model_dump(exclude={"voice"}, exclude_none=True)
    if wanted.total_steps == last.params["total_steps"]:
        # Ended early, then continued to its old end: to the worker the same total means a retry,
        # which would only store again what that training had made.
        changed["total_steps"] += 1
    params = TrainParams.model_validate(last.params | changed)
    voices.begin_training(voice)
    inputs = {
        "source": last.inputs["source"],
        "files": last.inputs["files"],
        "resume": {"job": str(last.id), "key": key, "step": reached},
    }
    return _order(base.Use(voice, consent), params, inputs, done=reached)


def _order(use: base.Use, params: TrainParams, inputs: dict[str, Any], done: int = 0) -> base.Order:
    """The order of a training of which ``done`` steps are paid already."""
    return base.Order(
        kind=JobKind.TRAIN,
        title=use.voice.name,
        voices=(use,),
        params=params.model_dump(mode="json"),
        inputs=inputs,
        quote=training_quote(params, base.sound_s(inputs), done),
        total_steps=params.total_steps,
    )


def _key_to_go_on_from(workspace_id: uuid.UUID, voice_id: uuid.UUID) -> str:
    """Where the voice's last training left its state. Raises ApiError where it is no longer."""
    key = voices.of_workspace(workspace_id, voice_id).checkpoint_key
    if not key or not storage.size(key):
        raise _checkpoint_gone()
    return key


def _lock_same_files(last: Job) -> None:
    """The recordings of a training, held until the commit. ApiError where one is no longer."""
    ids = {uuid.UUID(file["id"]) for file in last.inputs["files"]}
    files = AudioFile.objects.filter(id__in=ids, state=FileState.READY).order_by("id")
    if len(files.select_for_update(no_key=True)) < len(ids):
        raise ApiError(
            "file-deleted",
            "학습에 쓴 녹음이 삭제되어 이어서 학습할 수 없습니다. 처음부터 다시 학습해 주세요.",
            "A recording of this training was deleted, so it can't go on. Train the voice anew.",
            field="voice",
        )


def _checkpoint_gone() -> ApiError:
    text = text_of(WebCode.CHECKPOINT_GONE)
    return ApiError("checkpoint-gone", text.ko, text.en, field="voice")


def _too_few_steps(reached: int) -> ApiError:
    text = Sentence(
        f"이미 {reached}스텝까지 학습했습니다. 더 큰 스텝 수를 정해 주세요.",
        f"The training has reached step {reached}. Ask for more steps.",
    )
    return invalid({"total_steps": FieldError("steps-too-few", text)})


def check_trainable(voice: Voice) -> Consent:
    """The consent of a voice that is not at work. Raises ApiError."""
    consent = voices.valid_consent(voice)
    if consent is None:
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
    return consent


def _lock_files(dataset: Dataset) -> list[AudioFile]:
    """The dataset's files, all ready and long enough together, held until the commit."""
    files = list(
        AudioFile.objects.filter(datasets=dataset)
        .exclude(state__in=GONE)
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

    def output_names(self, job: Job) -> tuple[str, ...]:
        return train_output_names(self._params(job))

    def leftovers(self, job: Job, attempt: Attempt) -> tuple[str, ...]:
        """All but the phrases that the job's page plays, and what the voice has taken over.

        Of a deleted voice everything: the phrases are its sound too.
        """
        voice = job.voice
        names = self.output_names(job)
        if voice is None or voice.state == VoiceState.DELETED:
            return names
        if attempt.state != AttemptState.SUCCEEDED:
            return tuple(name for name in names if not name.startswith("preview-"))
        owned = voices.objects_of(voice)
        return tuple(
            name
            for name in (CHECKPOINT, *_candidates(names))
            if base.object_key(job.id, attempt.id, name) not in owned
        )

    def required(self, job: Job) -> tuple[str, ...]:
        return (MODEL, INDEX)

    def build(self, job: Job, attempt: Attempt) -> TrainJob:
        [use] = base.inspect(job)
        life_s = base.link_life_s(attempt)
        return TrainJob(
            **base.envelope(job, attempt, self.output_names(job)),
            voice_name=use.voice.name,
            params=self._params(job),
            dataset=tuple(base.file_ref(file, life_s) for file in job.inputs["files"]),
            resume=_last_checkpoint(job, attempt, life_s),
        )

    def apply(self, job: Job, attempt: Attempt, manifest: Manifest) -> None:
        result = manifest.result
        if not isinstance(result, TrainResult):
            raise JobProblem(WebCode.RESULT_BROKEN, "not a training's result")
        [use] = job.uses.all()
        voices.complete_training(job.workspace_id, use.voice_id, _trained(job, attempt, manifest))
        done = job.inputs.get("resume", {}).get("step", 0)
        ran = self._params(job).model_copy(update={"total_steps": max(done, result.steps)})
        job.step = result.steps
        # steps that it did without are free
        job.cost = min(job.quote, training_quote(ran, base.sound_s(job.inputs), done))

    def reopen(self, job: Job) -> None:
        [use] = base.usable_inputs(job)
        check_trainable(use.voice)
        voices.begin_training(use.voice)

    def abandon(self, job: Job, *, failed: bool) -> None:
        for use in job.uses.all():
            voices.abandon_training(use.voice_id, failed=failed)

    @staticmethod
    def _params(job: Job) -> TrainParams:
        return TrainParams.model_validate(job.params)


def _candidates(names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith("candidate-")]


def _trained(job: Job, attempt: Attempt, manifest: Manifest) -> voices.TrainedVoice:
    """What the voice gets. JobProblem where the result names a candidate that was not stored."""
    result = manifest.result
    assert isinstance(result, TrainResult)
    files = base.by_name(manifest)
    if not {each.name for each in result.candidates} <= set(_candidates(files)):
        raise JobProblem(WebCode.RESULT_BROKEN, "a candidate is missing")

    def key(name: str) -> str:
        return base.object_key(job.id, attempt.id, name)

    return voices.TrainedVoice(
        job_id=job.id,
        preset=result.preset,
        sample_rate=result.sample_rate,
        encoder_id=result.encoder.id,
        encoder_sha256=result.encoder.sha256,
        model_key=key(MODEL),
        model_size=files[MODEL].size,
        model_sha256=files[MODEL].sha256,
        index_key=key(INDEX),
        index_size=files[INDEX].size,
        index_sha256=files[INDEX].sha256,
        f0_low_hz=result.f0_low_hz,
        f0_median_hz=result.f0_median_hz,
        f0_high_hz=result.f0_high_hz,
        mel_distance_start=result.mel_distance_start,
        mel_distance_end=result.mel_distance_end,
        base=result.base,
        steps=result.steps,
        best_step=result.best_step,
        scores=result.scores,
        candidates=tuple(
            voices.Kept(
                each.step,
                each.scores,
                key(each.name),
                files[each.name].size,
                files[each.name].sha256,
            )
            for each in result.candidates
        ),
        ending_ko=result.ending_ko,
        ending_en=result.ending_en,
        checkpoint_key=key(CHECKPOINT),
    )


def _last_checkpoint(job: Job, attempt: Attempt, life_s: int) -> FileRef | None:
    """The newest checkpoint that an earlier attempt left whole in storage.

    Else that of the training that this one continues: JobProblem where it is gone, since starting
    anew is not what was asked for. No checksum goes with it: the object may be newer than the last
    event that we heard.
    """
    earlier = job.attempts.filter(fence__lt=attempt.fence).order_by("-fence")
    for before in earlier:
        if ref := _checkpoint(before.id, base.object_key(job.id, before.id, CHECKPOINT), life_s):
            return ref
    resume = job.inputs.get("resume")
    if resume is None:
        return None
    ref = _checkpoint(resume["job"], resume["key"], life_s)
    if ref is None:
        raise JobProblem(WebCode.CHECKPOINT_GONE)
    return ref


def _checkpoint(owner: uuid.UUID | str, key: str, life_s: int) -> FileRef | None:
    size = storage.size(key)
    if not size:
        return None
    url = storage.presign_get(key, life_s)
    return FileRef(id=str(owner), name=CHECKPOINT, url=url, size=size)
