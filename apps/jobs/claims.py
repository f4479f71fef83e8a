"""Who of several workers does an attempt that was delivered more than once."""

from django.utils import timezone

from gpu_worker.contract.events import Batch

from . import timing
from .models import Attempt


def belongs_to(attempt: Attempt, batch: Batch) -> bool:
    """Whether the worker that speaks does this attempt: claims it in memory where it is free.

    The first who speaks has it for good. One that comes after it would start over, from where the
    first had started and not from what that stored since, and its events have numbers that are
    taken: whom the first leaves alone is given up (``is_deserted``), and the next attempt goes on.
    """
    if not batch.run or batch.run == attempt.run:
        return True
    if attempt.run:
        return False
    attempt.run = batch.run
    return True


def is_deserted(attempt: Attempt) -> bool:
    """Whether the worker that has an attempt fell silent."""
    seen = attempt.last_seen_at
    return attempt.is_active and seen is not None and timezone.now() - seen > timing.SILENT


def name(attempt: Attempt, remote_id: str) -> bool:
    """Keep in memory what the backend calls an attempt; whether that was unknown until now."""
    if attempt.remote_id or not is_name(remote_id):
        return False
    attempt.remote_id = remote_id
    return True


def is_name(text: str) -> bool:
    """Whether RunPod may name a job so: it becomes part of an address."""
    return text.isascii() and text.replace("-", "").replace("_", "").isalnum()
