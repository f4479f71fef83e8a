"""A customer's own words for jobs, to find them again."""

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, Func
from django.utils import timezone

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


def in_use(workspace_id: uuid.UUID) -> list[str]:
    """Every label of the workspace's jobs, by name."""
    labelled = Job.objects.for_workspace(workspace_id).exclude(labels=[]).order_by()
    names = labelled.annotate(label=Func(F("labels"), function="unnest"))
    return sorted(set(names.values_list("label", flat=True)))
