"""Conversion: a song and a voice, or a blend of voices, become a song in that voice."""

import uuid

from apps.billing.quotes import conversion_quote
from gpu_worker.contract.job import ConvertJob, ConvertResult, convert_output_names
from gpu_worker.contract.params import ConvertParams, JobKind

from ..models import Attempt, Job
from ..requests import ConversionStart
from . import base, singers, songs


def orders(workspace_id: uuid.UUID, wanted: ConversionStart) -> list[base.Order]:
    """Check a request and lock its rows: one order a file, as asked.

    Raises ApiError, and then nothing has changed.
    """
    uses = singers.lock(workspace_id, wanted.shares)
    files = songs.lock_ready(workspace_id, wanted.files)
    return [
        base.Order(
            kind=JobKind.CONVERT,
            title=files[file_id].name,
            voices=uses,
            params=wanted.params.model_dump(mode="json"),
            inputs=songs.frozen_inputs(files[file_id]),
            quote=conversion_quote(files[file_id].duration_s or 0.0, len(uses)),
        )
        for file_id in wanted.files
    ]


class Convert(songs.SongKind[ConvertParams]):
    """See ``base.Kind``."""

    params_type = ConvertParams
    result_type = ConvertResult

    def output_names(self, job: Job) -> tuple[str, ...]:
        return convert_output_names(self.params(job))

    def is_generated(self, job: Job, stem: str) -> bool:
        return True

    def build(self, job: Job, attempt: Attempt) -> ConvertJob:
        uses = base.inspect(job)
        voices = singers.refs(uses, base.link_life_s(attempt))
        return ConvertJob(**self.fields(job, attempt), voices=voices)
