"""One module a kind of job."""

from typing import Final

from gpu_worker.contract.params import JobKind

from ..models import Job
from .base import Kind
from .convert import Convert
from .train import Train

_KINDS: Final[dict[JobKind, Kind]] = {JobKind.TRAIN: Train(), JobKind.CONVERT: Convert()}


def of(job: Job) -> Kind:
    """What is particular to a job's kind."""
    return _KINDS[JobKind(job.kind)]
