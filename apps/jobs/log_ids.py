"""The ids by which a job's lines are found in every log."""

from contextlib import AbstractContextManager

from structlog.contextvars import bind_contextvars, bound_contextvars

from .models import Attempt, Job


def ids(job: Job, attempt: Attempt) -> dict[str, str]:
    """``request_id`` is the request that began the job, where that is known."""
    known = {"workspace": str(job.workspace_id), "job": str(job.pk), "attempt": str(attempt.pk)}
    return known | ({"request_id": job.request_id} if job.request_id else {})


def bind(job: Job, attempt: Attempt) -> None:
    """What is logged from here on, in this request or task, is about this attempt."""
    bind_contextvars(**ids(job, attempt))


def about(job: Job, attempt: Attempt) -> AbstractContextManager[None]:
    """What is logged within, and what is sent from there, is about this attempt."""
    return bound_contextvars(**ids(job, attempt))
