"""Separation: a song becomes its vocals and its instrumental."""

import uuid

from apps.billing.quotes import separation_quote
from gpu_worker.contract.job import SeparateJob, SeparateResult, separate_output_names
from gpu_worker.contract.params import JobKind, SeparateParams

from ..models import Attempt, Job
from ..requests import SeparationStart
from . import base, songs


def orders(workspace_id: uuid.UUID, wanted: SeparationStart) -> list[base.Order]:
    """Check a request and lock its rows: one order a file, as asked.

    Raises ApiError, and then nothing has changed.
    """
    files = songs.lock_ready(workspace_id, wanted.files)
    return [
        base.Order(
            kind=JobKind.SEPARATE,
            title=files[file_id].name,
            params=wanted.params.model_dump(mode="json"),
            inputs=songs.frozen_inputs(files[file_id]),
            quote=separation_quote(files[file_id].duration_s or 0.0),
        )
        for file_id in wanted.files
    ]


class Separate(songs.SongKind[SeparateParams]):
    """See ``base.Kind``."""

    params_type = SeparateParams
    result_type = SeparateResult

    def output_names(self, job: Job) -> tuple[str, ...]:
        return separate_output_names(self.params(job))

    def build(self, job: Job, attempt: Attempt) -> SeparateJob:
        base.inspect(job)
        return SeparateJob(**self.fields(job, attempt))
