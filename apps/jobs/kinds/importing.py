"""Import: a model that another program published becomes an empty voice's own.

Its files are a stranger's: the web stores and hands them on, and only a worker reads them.
"""

import uuid
from datetime import timedelta
from typing import Any, Final

from apps.billing import limits
from apps.billing.quotes import import_quote
from apps.common import erasure, storage
from apps.common.errors import NOT_FOUND, ApiError
from apps.voices import services as voices
from apps.voices.models import Voice, VoiceState
from gpu_worker.contract.job import (
    INDEX,
    MODEL,
    FileRef,
    ImportJob,
    ImportResult,
    Manifest,
    import_output_names,
)
from gpu_worker.contract.params import ImportParams, JobKind

from ..models import Attempt, Job
from ..problems import JobProblem, WebCode
from ..requests import Import, ImportFiles
from ..states import AttemptState
from . import base, train

LINK_S: Final = 3600
KEEP: Final = timedelta(days=2)
"""What was sent lies there for so long, whatever became of it: longer than any job takes."""
_EMPTY: Final = (VoiceState.DRAFT, VoiceState.FAILED)


def links(voice: Voice, wanted: ImportFiles) -> dict[str, Any]:
    """Where a browser sends the files to; they are erased again by themselves."""
    _check_empty(voice)
    limits.check_storage(voice.workspace_id, wanted.model_size + (wanted.index_size or 0))
    upload = uuid.uuid4()
    model, index = _keys(voice, upload)
    with_index = wanted.index_size is not None
    erasure.erase([model, *([index] if with_index else [])], after=KEEP)
    return {
        "upload": upload,
        "model": storage.presign_put(model, LINK_S, wanted.model_size),
        "index": storage.presign_put(index, LINK_S, wanted.index_size) if with_index else None,
    }


def order(workspace_id: uuid.UUID, wanted: Import) -> base.Order:
    """Check a request and lock its voice. Raises ApiError, and then nothing has changed."""
    found = voices.of_workspace(workspace_id, wanted.voice)
    files = _sent(found, wanted)  # storage is asked before any row is locked
    voice = voices.lock(workspace_id, wanted.voice)
    if voice is None:
        raise NOT_FOUND
    consent = train.check_trainable(voice)
    _check_empty(voice)
    voices.begin_training(voice)
    return base.Order(
        kind=JobKind.IMPORT,
        title=voice.name,
        voices=(base.Use(voice, consent),),
        params=ImportParams().model_dump(mode="json"),
        inputs={"source": {"id": str(voice.id), "name": voice.name}, "files": [], **files},
        quote=import_quote(),
    )


def _sent(voice: Voice, wanted: Import) -> dict[str, Any]:
    """What has arrived of an upload. ApiError where something is missing."""
    keys = _keys(voice, wanted.upload)
    names = (MODEL, INDEX) if wanted.index else (MODEL,)
    files = {}
    for name, key in zip(names, keys, strict=False):
        size = storage.size(key)
        if not size:
            raise ApiError(
                "import-missing",
                "가져올 파일이 아직 다 올라오지 않았습니다. 파일을 다시 올려 주세요.",
                "The files to import have not arrived in full. Upload them again.",
                field="upload",
            )
        files["model" if name == MODEL else "index"] = {"key": key, "size": size}
    return files


def _keys(voice: Voice, upload: uuid.UUID) -> tuple[str, str]:
    """Under the voice's own folder: nobody's upload can be named from elsewhere."""
    folder = f"{storage.UPLOADS}{voice.workspace_id}/import/{voice.id}/{upload}"
    return f"{folder}/{MODEL}", f"{folder}/{INDEX}"


def _check_empty(voice: Voice) -> None:
    if voice.state not in _EMPTY or voice.model_key:
        raise ApiError(
            "voice-not-empty",
            "이미 학습한 목소리에는 가져올 수 없습니다. 새 목소리로 가져와 주세요.",
            "Only an empty voice can take in a model. Import it as a new voice.",
            field="voice",
        )


class Importing:
    """See ``base.Kind``."""

    def output_names(self, job: Job) -> tuple[str, ...]:
        return import_output_names(index="index" in job.inputs)

    def required(self, job: Job) -> tuple[str, ...]:
        return (MODEL, INDEX) if "index" in job.inputs else (MODEL,)

    def leftovers(self, job: Job, attempt: Attempt) -> tuple[str, ...]:
        """All of an attempt that came to nothing; what the voice has taken over is the voice's."""
        return () if attempt.state == AttemptState.SUCCEEDED else self.output_names(job)

    def build(self, job: Job, attempt: Attempt) -> ImportJob:
        [use] = base.inspect(job)
        life_s = base.link_life_s(attempt)
        return ImportJob(
            **base.envelope(job, attempt, self.output_names(job)),
            voice_name=use.voice.name,
            params=ImportParams.model_validate(job.params),
            model=_ref(job, "model", life_s),
            index=_ref(job, "index", life_s) if "index" in job.inputs else None,
        )

    def apply(self, job: Job, attempt: Attempt, manifest: Manifest) -> None:
        result = manifest.result
        if not isinstance(result, ImportResult):
            raise JobProblem(WebCode.RESULT_BROKEN, "not an import's result")
        files = base.by_name(manifest)
        index = files.get(INDEX)
        [use] = job.uses.all()
        voices.complete_import(
            job.workspace_id,
            use.voice_id,
            voices.ImportedVoice(
                job_id=job.id,
                preset=result.preset,
                sample_rate=result.sample_rate,
                encoder_id=result.encoder.id,
                encoder_sha256=result.encoder.sha256,
                model_key=base.object_key(job.id, attempt.id, MODEL),
                model_size=files[MODEL].size,
                model_sha256=files[MODEL].sha256,
                index_key=base.object_key(job.id, attempt.id, INDEX) if index else "",
                index_size=index.size if index else 0,
                index_sha256=index.sha256 if index else "",
            ),
        )

    def reopen(self, job: Job) -> None:
        """Tried again while what was sent still lies there. ApiError where it does not."""
        [use] = base.usable_inputs(job)
        if not storage.size(job.inputs["model"]["key"]):
            raise ApiError(
                "import-missing",
                "올렸던 파일이 더는 없습니다. 처음부터 다시 가져와 주세요.",
                "What was uploaded is no longer kept. Import it again from the beginning.",
            )
        train.check_trainable(use.voice)
        _check_empty(use.voice)
        voices.begin_training(use.voice)

    def abandon(self, job: Job, *, failed: bool) -> None:
        for use in job.uses.all():
            voices.abandon_training(use.voice_id, failed=failed)


def _ref(job: Job, part: str, life_s: int) -> FileRef:
    file = job.inputs[part]
    url = storage.presign_get(file["key"], life_s)
    return FileRef(id=job.inputs["source"]["id"], name=part, url=url, size=file["size"])
