"""Seconds of machines and what they cost: of a job, by day, by month of a workspace."""

import uuid
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Count, F, FloatField, QuerySet, Sum
from django.db.models.functions import Cast, Ceil, Coalesce, Extract, TruncMonth

from apps.billing.limits import ZONE

from .models import Attempt


def priced(attempts: QuerySet[Attempt]) -> QuerySet[Attempt]:
    """With ``seconds`` and ``usd``; without the backend's word, seconds are from start to end."""
    ours = Cast(Extract(F("ended_at") - F("started_at"), "epoch"), FloatField())
    return attempts.annotate(seconds=Coalesce(F("machine_s"), ours)).annotate(
        usd=Ceil("seconds") * Cast("price_per_s", FloatField())
    )


def by_month(workspace_id: uuid.UUID, months: int = 12) -> list[tuple[str, int, float, float]]:
    """(2026-11, attempts, seconds, USD) of the last months with any, the newest first."""
    ended = Attempt.objects.filter(job__workspace_id=workspace_id, ended_at__isnull=False)
    rows = (
        priced(ended.order_by())
        .annotate(month=TruncMonth("ended_at", tzinfo=ZONE))
        .values("month")
        .annotate(count=Count("id"), seconds_sum=Sum("seconds"), usd_sum=Sum("usd"))
        .order_by("-month")[:months]
    )
    return [
        (f"{row['month']:%Y-%m}", row["count"], row["seconds_sum"] or 0.0, row["usd_sum"] or 0.0)
        for row in rows
    ]


def cost_of(attempts: Iterable[Attempt]) -> Decimal | None:
    """USD of those whose cost is known; None where none is."""
    known = [cost for each in attempts if (cost := each.cost_usd) is not None]
    return sum(known, Decimal()) if known else None
