"""A customer's own words for jobs, to find them again."""

import uuid
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.db.models import F, Func
from django.utils import timezone

from apps.common.errors import NOT_FOUND, FieldError, invalid
from apps.common.sentences import Sentence

from .limits import MAX_LABELS
from .live import publish_job
from .models import Job


@transaction.atomic
def label(job: Job, labels: Iterable[str]) -> Job:
    """Give a job these labels instead of those that it had; each stands once, in order."""
    wanted = list(dict.fromkeys(labels))
    changed = (
        Job.objects.filter(id=job.id)
        .exclude(labels=wanted)
        .update(labels=wanted, version=F("version") + 1, updated_at=timezone.now())
    )
    job.refresh_from_db()
    if changed:
        publish_job(job)
    return job


@transaction.atomic
def change(
    workspace_id: uuid.UUID,
    job_ids: Collection[uuid.UUID],
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
) -> int:
    """Put labels on jobs and take others off; returns how many jobs changed.

    Raises ApiError: 404 where a job is unknown, 400 where one would have too many labels.
    """
    jobs = Job.objects.for_workspace(workspace_id).filter(pk__in=job_ids).order_by("id")
    found = list(jobs.select_for_update(no_key=True))
    if len(found) < len(set(job_ids)):
        raise NOT_FOUND
    changed = 0
    for job in found:
        wanted = [one for one in dict.fromkeys([*job.labels, *add]) if one not in remove]
        if len(wanted) > MAX_LABELS:
            raise invalid({"add": _too_many()})
        if wanted != job.labels:
            label(job, wanted)
            changed += 1
    return changed


def _too_many() -> FieldError:
    return FieldError(
        "too-many-labels",
        Sentence(
            f"작업 하나에 라벨은 {MAX_LABELS}개까지 붙일 수 있습니다.",
            f"A job can have {MAX_LABELS} labels at most.",
        ),
    )


def in_use(workspace_id: uuid.UUID) -> list[str]:
    """Every label of the workspace's jobs, by name."""
    labelled = Job.objects.for_workspace(workspace_id).exclude(labels=[]).order_by()
    names = labelled.annotate(label=Func(F("labels"), function="unnest"))
    return sorted(set(names.values_list("label", flat=True)))
