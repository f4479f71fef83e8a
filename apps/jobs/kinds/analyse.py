"""Analysis: a dataset gets its report card."""

import uuid

from apps.billing.quotes import analysis_quote
from apps.common.errors import NOT_FOUND, ApiError
from apps.library import cards
from apps.library.models import Dataset
from gpu_worker.contract.job import ANALYSE_OUTPUT_NAMES, AnalyseJob, AnalyseResult, Manifest
from gpu_worker.contract.params import AnalyseParams, JobKind

from ..models import Attempt, Job
from ..problems import JobProblem, WebCode
from ..requests import AnalysisStart
from ..states import AttemptState
from . import base, songs


def order(workspace_id: uuid.UUID, wanted: AnalysisStart) -> base.Order:
    """Check a request and lock its rows. Raises ApiError, and then nothing has changed."""
    dataset = Dataset.objects.for_workspace(workspace_id).filter(id=wanted.dataset).first()
    if dataset is None:
        raise NOT_FOUND
    ids = list(dataset.items.present().values_list("file_id", flat=True))
    if not ids:
        raise ApiError(
            "dataset-empty",
            "데이터셋에 파일이 없습니다. 먼저 녹음을 추가해 주세요.",
            "The dataset has no files. Add recordings first.",
            field="dataset",
        )
    files = songs.lock_ready(workspace_id, ids, field="dataset")
    inputs = {
        "source": {"id": str(dataset.id), "name": dataset.name},
        "files": [base.frozen(files[file_id]) for file_id in ids],
    }
    return base.Order(
        kind=JobKind.ANALYSE,
        title=dataset.name,
        params=wanted.params.model_dump(mode="json"),
        inputs=inputs,
        quote=analysis_quote(base.sound_s(inputs)),
    )


class Analyse:
    """See ``base.Kind``."""

    def output_names(self, job: Job) -> tuple[str, ...]:
        return ANALYSE_OUTPUT_NAMES

    def required(self, job: Job) -> tuple[str, ...]:
        """The card is in the manifest itself."""
        return ()

    def leftovers(self, job: Job, attempt: Attempt) -> tuple[str, ...]:
        return () if attempt.state == AttemptState.SUCCEEDED else self.output_names(job)

    def build(self, job: Job, attempt: Attempt) -> AnalyseJob:
        base.inspect(job)
        if not Dataset.objects.filter(id=job.inputs["source"]["id"]).exists():
            raise JobProblem(WebCode.DATASET_DELETED)
        life_s = base.link_life_s(attempt)
        return AnalyseJob(
            **base.envelope(job, attempt, self.output_names(job)),
            params=AnalyseParams.model_validate(job.params),
            dataset=tuple(base.file_ref(file, life_s) for file in job.inputs["files"]),
        )

    def apply(self, job: Job, attempt: Attempt, manifest: Manifest) -> None:
        result = manifest.result
        if not isinstance(result, AnalyseResult):
            raise JobProblem(WebCode.RESULT_BROKEN, "not an analysis's result")
        asked = [file["id"] for file in job.inputs["files"]]
        if [file.id for file in result.card.files] != asked:
            raise JobProblem(WebCode.RESULT_BROKEN, "the card is of other files")
        if not cards.keep(uuid.UUID(job.inputs["source"]["id"]), job.id, result.card):
            raise JobProblem(WebCode.DATASET_DELETED)

    def reopen(self, job: Job) -> None:
        base.usable_inputs(job)

    def abandon(self, job: Job, *, failed: bool) -> None:
        """Nothing of ours waits for a card."""
