"""Conversion: a song and a voice become a song in that voice."""

import uuid
from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

from apps.billing.plans import conversion_quote
from apps.common.errors import NOT_FOUND, ApiError
from apps.library.models import AudioFile, FileState
from apps.library.services import add_result_file
from apps.voices import services as voices
from apps.voices.models import Voice, VoiceState
from gpu_worker.contract.job import (
    ConvertJob,
    ConvertResult,
    EncoderRef,
    FileRef,
    Manifest,
    VoiceRef,
    convert_output_names,
)
from gpu_worker.contract.params import AudioFormat, ContentEncoderName, ConvertParams, JobKind

from ..models import Attempt, Job
from ..problems import JobProblem, WebCode
from ..states import AttemptState
from . import base

_SETUP_S: Final = 1800
_SECONDS_PER_SECOND: Final = 30.0
_LONGEST_S: Final = 5 * 24 * 3600
_CONTENT_TYPES: Final = {
    AudioFormat.WAV: "audio/wav",
    AudioFormat.FLAC: "audio/flac",
    AudioFormat.MP3: "audio/mpeg",
}


def orders(
    workspace_id: uuid.UUID,
    voice_id: uuid.UUID,
    file_ids: Sequence[uuid.UUID],
    params: ConvertParams,
) -> list[base.Order]:
    """Check a request and lock its rows: one order a file, as asked.

    Raises ApiError, and then nothing has changed.
    """
    voice = voices.lock(workspace_id, voice_id)
    files = _lock_files(workspace_id, file_ids)
    if voice is None or not set(file_ids) <= set(files):
        raise NOT_FOUND
    _check_usable(voice)
    return [_order(voice, files[file_id], params) for file_id in file_ids]


def _order(voice: Voice, file: AudioFile, params: ConvertParams) -> base.Order:
    if file.state != FileState.READY:
        raise ApiError(
            "file-not-ready",
            "아직 준비되지 않은 파일입니다. 확인이 끝난 뒤 다시 시도해 주세요.",
            "This file is not ready. Try again when it has been checked.",
            field="files",
        )
    source = base.frozen(file)
    return base.Order(
        kind=JobKind.CONVERT,
        title=file.name,
        voice=voice,
        params=params.model_dump(mode="json"),
        inputs={"source": source, "files": [source]},
        quote=conversion_quote(file.duration_s or 0.0),
    )


def _lock_files(
    workspace_id: uuid.UUID, file_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, AudioFile]:
    """The workspace's files of these, held until the transaction ends."""
    files = (
        AudioFile.objects.for_workspace(workspace_id)
        .exclude(state=FileState.DELETED)
        .filter(id__in=file_ids)
        .order_by("id")
        .select_for_update(no_key=True)
    )
    return {file.id: file for file in files}


def _check_usable(voice: Voice) -> None:
    if voices.valid_consent(voice) is None:
        raise ApiError(
            "consent-revoked",
            "이 목소리의 동의가 철회되어 사용할 수 없습니다.",
            "The consent for this voice was revoked, so it can't be used.",
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


class Convert:
    """See ``base.Kind``."""

    def deadline_s(self, job: Job) -> int:
        duration = float(job.inputs["source"]["duration_s"])
        return min(_LONGEST_S, int(_SETUP_S + duration * _SECONDS_PER_SECOND))

    def output_names(self, job: Job) -> tuple[str, ...]:
        return convert_output_names(self._params(job))

    def leftovers(self, job: Job, attempt: Attempt) -> tuple[str, ...]:
        return () if attempt.state == AttemptState.SUCCEEDED else self.output_names(job)

    def required(self, job: Job) -> tuple[str, ...]:
        return (self._output_name(job),)

    def build(self, job: Job, attempt: Attempt) -> ConvertJob:
        voice = base.inspect(job)
        life_s = base.link_life_s(attempt)
        return ConvertJob(
            **base.envelope(job, attempt, self.output_names(job)),
            params=self._params(job),
            source=base.file_ref(job.inputs["source"], life_s),
            voice=_voice_ref(voice, life_s),
            output_name=self._output_name(job),
        )

    def apply(self, job: Job, attempt: Attempt, manifest: Manifest) -> None:
        if not isinstance(manifest.result, ConvertResult):
            raise JobProblem(WebCode.RESULT_BROKEN, "not a conversion's result")
        name = self._output_name(job)
        params = self._params(job)
        stem = PurePath(job.inputs["source"]["name"]).stem or job.title
        add_result_file(
            job.workspace_id,
            name=f"{stem} ({_one_word(job.voice.name)}).{params.output_format}"[-255:],
            key=base.object_key(job.id, attempt.id, name),
            size=base.by_name(manifest)[name].size,
            content_type=_CONTENT_TYPES[params.output_format],
            job_id=job.id,
        )

    def reopen(self, job: Job) -> None:
        _check_usable(base.usable_inputs(job))

    def abandon(self, job: Job, *, failed: bool) -> None:
        """Nothing of ours waits for a conversion."""

    @staticmethod
    def _params(job: Job) -> ConvertParams:
        return ConvertParams.model_validate(job.params)

    def _output_name(self, job: Job) -> str:
        return convert_output_names(self._params(job))[0]


def _one_word(name: str) -> str:
    """A voice's name without what would read as a folder in a file's name."""
    return name.replace("/", "-").replace("\\", "-")


def _voice_ref(voice: Voice, life_s: int) -> VoiceRef:
    def ref(key: str, name: str, size: int, sha256: str) -> FileRef:
        snapshot = {"id": str(voice.id), "name": name, "key": key, "size": size}
        return base.file_ref(snapshot, life_s).model_copy(update={"sha256": sha256})

    index = None
    if voice.index_key:
        index = ref(voice.index_key, "model.index", voice.index_size, voice.index_sha256)
    return VoiceRef(
        id=str(voice.id),
        model=ref(voice.model_key, "model.pth", voice.model_size, voice.model_sha256),
        index=index,
        encoder=EncoderRef(id=ContentEncoderName(voice.encoder_id), sha256=voice.encoder_sha256),
    )
