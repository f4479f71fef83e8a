"""The operator gives the credits of a job back: its result was not what was paid for."""

import uuid

from apps.billing import services as billing
from apps.billing.models import Entry
from apps.common.errors import ApiError

from .models import Job
from .states import JobState


def may(job: Job) -> bool:
    """Whether the job has spent credits that did not come back yet."""
    return job.state == JobState.SUCCEEDED and bool(job.cost) and not is_given_back(job.pk)


def is_given_back(job_id: uuid.UUID) -> bool:
    return Entry.objects.filter(idempotency_key=_key(job_id)).exists()


def give_back(job: Job, *, reason: str, operator: str) -> None:
    """All that the job cost, once; its result stays. ApiError where there is nothing to give."""
    if not may(job):
        raise ApiError(
            "nothing-to-give-back",
            "돌려줄 크레딧이 없습니다. 이미 돌려주었거나 쓴 크레딧이 없는 작업입니다.",
            "There are no credits to give back: the job spent none, or they came back already.",
        )
    memo = f"{reason} ({operator})"[:200]
    billing.adjust(job.workspace_id, job.cost or 0, key=_key(job.pk), memo=memo, job_id=job.pk)


def _key(job_id: uuid.UUID) -> str:
    return f"give-back:{job_id}"
