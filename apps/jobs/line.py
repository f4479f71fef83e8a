"""Who comes next: fair between workspaces, each with at most so many attempts in flight.

What a suspended workspace has queued is held, with its credits, until it is resumed.
"""

import math
import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import Case, Count, F, IntegerField, QuerySet, Value, When
from django.utils import timezone

from apps.billing.limits import parallel_of
from apps.common.locks import in_turn

from .backends.base import Backend, Limits
from .models import Attempt, Turn
from .states import ATTEMPT_REMOTE, AttemptState
from .timing import DOUBT


def claim_next(backend: Backend) -> uuid.UUID | None:
    """Claim the attempt that comes next; None where none may be sent now.

    First the workspace with the fewest attempts in flight, of those the one that was served longest
    ago, and its oldest job. One caller at a time, so that no limit is overstepped.
    """
    now = timezone.now()
    with transaction.atomic():
        in_turn("jobs/line")
        attempt_id = _next(_in_flight(backend.name), backend.limits, now)
        if attempt_id is not None and not claim(attempt_id, backend.name):
            return None  # cancelled a moment ago; whoever comes next finds the line without it
    return attempt_id


def claim(attempt_id: uuid.UUID, backend: str) -> bool:
    """Whether this caller, of however many at once, may submit the attempt."""
    now = timezone.now()
    claimed = Attempt.objects.filter(
        id=attempt_id, state=AttemptState.QUEUED, not_before__lte=now
    ).update(state=AttemptState.SUBMITTING, backend=backend, claimed_at=now)
    return claimed == 1


def sendable(now: datetime) -> QuerySet[Attempt]:
    """Attempts that wait for nothing but their turn."""
    waiting = Attempt.objects.filter(state=AttemptState.QUEUED, not_before__lte=now)
    return waiting.filter(job__workspace__suspended_at=None)


def is_in_doubt(backend: str) -> bool:
    """Whether a submit of the last minutes got no answer, and its worker was not heard of since."""
    since = timezone.now() - DOUBT
    return Attempt.objects.filter(
        state=AttemptState.UNKNOWN, backend=backend, claimed_at__gt=since
    ).exists()


def served(workspace_id: uuid.UUID) -> None:
    """Something of the workspace was sent."""
    Turn.objects.update_or_create(workspace_id=workspace_id, defaults={"served_at": timezone.now()})


def _in_flight(backend: str) -> dict[uuid.UUID, int]:
    """Attempts of each workspace that are with the backend."""
    counted = (
        Attempt.objects.filter(state__in=ATTEMPT_REMOTE, backend=backend)
        .values_list("job__workspace_id")
        .annotate(count=Count("id"))
    )
    return dict(counted.order_by())


def _next(flying: dict[uuid.UUID, int], limits: Limits, now: datetime) -> uuid.UUID | None:
    if limits.total is not None and sum(flying.values()) >= limits.total:
        return None
    waiting = sendable(now)
    if full := _full(flying, limits):
        waiting = waiting.exclude(job__workspace_id__in=full)
    return (
        waiting.order_by(
            *_fewest_first(flying),
            F("job__workspace__turn__served_at").asc(nulls_first=True),
            "job__created_at",
            "job_id",
        )
        .values_list("id", flat=True)
        .first()
    )


def _full(flying: dict[uuid.UUID, int], limits: Limits) -> list[uuid.UUID]:
    """Workspaces that have as many attempts in flight as the backend or their plan allows."""
    plans = parallel_of(flying)
    most = {each: min(_known(limits.per_workspace, plans.get(each))) for each in flying}
    return [each for each, count in flying.items() if count >= most[each]]


def _known(*most: int | None) -> list[float]:
    return [math.inf if each is None else each for each in most]


def _fewest_first(flying: dict[uuid.UUID, int]) -> list[Case]:
    """Orders waiting attempts by what their workspace has in flight."""
    by_count: dict[int, list[uuid.UUID]] = {}
    for workspace_id, count in flying.items():
        by_count.setdefault(count, []).append(workspace_id)
    ranks = [When(job__workspace_id__in=ids, then=Value(count)) for count, ids in by_count.items()]
    # without any rank the expression would be a bare number, which SQL takes for a column's place
    return [Case(*ranks, default=Value(0), output_field=IntegerField())] if ranks else []
