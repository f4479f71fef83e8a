"""Who of several workers does an attempt that was delivered more than once."""

from django.utils import timezone

from gpu_worker.contract.events import Batch

from . import timing
from .models import Attempt


def belongs_to(attempt: Attempt, batch: Batch) -> bool:
    """Whether the worker that speaks does this attempt: claims it in memory where it is free.

    The first who speaks has it. One that fell silent has lost it to the next one who speaks.
    """
    if not batch.run or batch.run == attempt.run:
        return True
    seen = attempt.last_seen_at
    is_silent = seen is not None and timezone.now() - seen > timing.SILENT
    if attempt.run and not (attempt.is_active and is_silent):
        return False
    attempt.run = batch.run
    return True
