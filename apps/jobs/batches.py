"""Jobs that were started together, as one thing."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from apps.common.errors import NOT_FOUND

from .models import Job
from .states import JOB_ACTIVE, JobState


class Tally(TypedDict):
    """How many jobs of a batch stand how."""

    active: int
    succeeded: int
    failed: int
    cancelled: int


class BatchFacts(TypedDict):
    """A batch: what its jobs have in common, and how they stand."""

    id: uuid.UUID
    kind: str
    jobs_total: int
    jobs: Tally
    is_over: bool
    created_at: datetime
    finished_at: datetime | None


def firsts(workspace_id: uuid.UUID) -> QuerySet[Job]:
    """The oldest job of each batch of a workspace: what a list of batches is paged by."""
    jobs = Job.objects.for_workspace(workspace_id).exclude(batch=None)
    older = Job.objects.filter(batch=OuterRef("batch")).filter(
        Q(created_at__lt=OuterRef("created_at"))
        | Q(created_at=OuterRef("created_at"), id__lt=OuterRef("id"))
    )
    return jobs.filter(~Exists(older))


def describe(workspace_id: uuid.UUID, firsts: Sequence[Job]) -> list[BatchFacts]:
    """The batches that these jobs are the first of, in their order, by one query."""
    jobs = Job.objects.for_workspace(workspace_id).filter(batch__in=[job.batch for job in firsts])
    counted = (
        jobs.order_by()
        .values("batch")
        .annotate(
            total=Count("id"),
            active=Count("id", filter=Q(state__in=JOB_ACTIVE)),
            succeeded=Count("id", filter=Q(state=JobState.SUCCEEDED)),
            failed=Count("id", filter=Q(state=JobState.FAILED)),
            cancelled=Count("id", filter=Q(state=JobState.CANCELLED)),
            last=Max("finished_at"),
        )
    )
    by_batch = {row["batch"]: row for row in counted}
    return [_facts(job, by_batch[job.batch]) for job in firsts if job.batch is not None]


def _facts(first: Job, counted: Mapping[str, Any]) -> BatchFacts:
    assert first.batch is not None
    return BatchFacts(
        id=first.batch,
        kind=first.kind,
        jobs_total=counted["total"],
        jobs=Tally(
            active=counted["active"],
            succeeded=counted["succeeded"],
            failed=counted["failed"],
            cancelled=counted["cancelled"],
        ),
        is_over=not counted["active"],
        created_at=first.created_at,
        finished_at=None if counted["active"] else counted["last"],
    )


def of_workspace(workspace_id: uuid.UUID, batch: uuid.UUID) -> BatchFacts:
    """A workspace's batch; a stranger's does not exist for it."""
    first = firsts(workspace_id).filter(batch=batch).first()
    if first is None:
        raise NOT_FOUND
    [facts] = describe(workspace_id, [first])
    return facts
