"""Preprocessing: a recording becomes one that a voice can be trained on."""

import uuid

from apps.billing.quotes import preprocess_quote
from apps.library.models import Stem
from gpu_worker.contract.job import PreprocessJob, PreprocessResult, convert_output_names
from gpu_worker.contract.params import JobKind, PreprocessParams

from ..models import Attempt, Job
from ..requests import PreprocessStart
from . import base, songs


def orders(workspace_id: uuid.UUID, wanted: PreprocessStart) -> list[base.Order]:
    """Check a request and lock its rows: one order a file, as asked.

    Raises ApiError, and then nothing has changed.
    """
    files = songs.lock_ready(workspace_id, wanted.files)
    params = wanted.params
    return [
        base.Order(
            kind=JobKind.PREPROCESS,
            title=files[file_id].name,
            params=params.model_dump(mode="json"),
            inputs=songs.frozen_inputs(files[file_id]),
            quote=preprocess_quote(files[file_id].duration_s or 0.0, separate=params.separate),
        )
        for file_id in wanted.files
    ]


class Preprocess(songs.SongKind[PreprocessParams]):
    """See ``base.Kind``."""

    params_type = PreprocessParams
    result_type = PreprocessResult

    def output_names(self, job: Job) -> tuple[str, ...]:
        return convert_output_names(self.params(job))

    def stem_of(self, name: str) -> str:
        return Stem.CLEANED

    def build(self, job: Job, attempt: Attempt) -> PreprocessJob:
        base.inspect(job)
        return PreprocessJob(**self.fields(job, attempt))
