"""One module a kind of job."""

import uuid
from typing import Final

from apps.voices import services as voices
from gpu_worker.contract.params import JobKind

from .. import requests as asked
from ..models import Job
from . import analyse, convert, cover, importing, preprocess, separate, train
from .base import Kind, Order, deadline

__all__ = ["Kind", "Order", "deadline", "of", "orders"]

_KINDS: Final[dict[JobKind, Kind]] = {
    JobKind.TRAIN: train.Train(),
    JobKind.CONVERT: convert.Convert(),
    JobKind.COVER: cover.Cover(),
    JobKind.SEPARATE: separate.Separate(),
    JobKind.PREPROCESS: preprocess.Preprocess(),
    JobKind.ANALYSE: analyse.Analyse(),
    JobKind.IMPORT: importing.Importing(),
}


def of(job: Job) -> Kind:
    """What is particular to a job's kind."""
    return _KINDS[JobKind(job.kind)]


def orders(workspace_id: uuid.UUID, wanted: asked.Start) -> list[Order]:
    """Check a request and lock its rows: an order a job.

    Raises ApiError, and then nothing has changed.
    """
    match wanted:
        case asked.TrainingStart():
            return [train.order(workspace_id, wanted)]
        case asked.Continuation():
            return [train.continued(workspace_id, wanted)]
        case asked.AnalysisStart():
            return [analyse.order(workspace_id, wanted)]
        case asked.Import():
            return [importing.order(workspace_id, wanted)]
        case asked.ConversionGrid() | asked.CoverGrid():
            return _of_grid(workspace_id, wanted)
        case asked.ConversionStart():
            return convert.orders(workspace_id, wanted)
        case asked.CoverStart():
            return cover.orders(workspace_id, wanted)
        case asked.SeparationStart():
            return separate.orders(workspace_id, wanted)
        case asked.PreprocessStart():
            return preprocess.orders(workspace_id, wanted)


def _of_grid(workspace_id: uuid.UUID, wanted: asked.Grid) -> list[Order]:
    """The orders of all cells. All voices are locked before any file, as elsewhere."""
    voices.lock_all(workspace_id, {voice for one in wanted.singers for voice in one.shares})
    return [order for start in wanted.starts() for order in orders(workspace_id, start)]
