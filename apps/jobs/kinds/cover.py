"""Cover: a whole song in another voice, with all that it was mixed from."""

import uuid

from apps.billing.quotes import cover_quote
from apps.library.models import AudioFile
from gpu_worker.contract.job import CoverJob, CoverResult, cover_output_names
from gpu_worker.contract.params import CoverParams, JobKind
from gpu_worker.contract.provenance import generated_stems

from ..models import Attempt, Job
from ..requests import CoverStart
from . import base, singers, songs


def orders(workspace_id: uuid.UUID, wanted: CoverStart) -> list[base.Order]:
    """Check a request and lock its rows: one order a file, as asked.

    Raises ApiError, and then nothing has changed.
    """
    uses = singers.lock(workspace_id, wanted.shares)
    stems = [wanted.backing] if wanted.backing else []
    files = songs.lock_ready(workspace_id, [*wanted.files, *stems])
    backing = files[wanted.backing] if wanted.backing else None
    return [_order(uses, files[file_id], backing, wanted.params) for file_id in wanted.files]


def _order(
    uses: tuple[base.Use, ...], song: AudioFile, backing: AudioFile | None, params: CoverParams
) -> base.Order:
    converted_s = backing.duration_s or 0.0 if backing and params.convert_backing else 0.0
    return base.Order(
        kind=JobKind.COVER,
        title=song.name,
        voices=uses,
        params=params.model_dump(mode="json"),
        inputs=songs.frozen_inputs(song, backing),
        quote=cover_quote(song.duration_s or 0.0, len(uses), converted_s),
    )


class Cover(songs.SongKind[CoverParams]):
    """See ``base.Kind``."""

    params_type = CoverParams
    result_type = CoverResult

    def output_names(self, job: Job) -> tuple[str, ...]:
        return cover_output_names(self.params(job), backing="backing" in job.inputs)

    def is_generated(self, job: Job, stem: str) -> bool:
        song, backing = songs.is_ai(job.inputs["source"]), songs.is_ai(job.inputs.get("backing"))
        return stem in generated_stems(self.params(job), song=song, backing=backing)

    def build(self, job: Job, attempt: Attempt) -> CoverJob:
        uses = base.inspect(job)
        life_s = base.link_life_s(attempt)
        backing = job.inputs.get("backing")
        return CoverJob(
            **self.fields(job, attempt),
            backing=base.file_ref(backing, life_s) if backing else None,
            voices=singers.refs(uses, life_s),
        )
