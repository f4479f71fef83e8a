"""How much of its plan a workspace has used, and what it spent by day and by kind of job."""

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from apps.accounts.models import Workspace
from apps.billing import limits, services
from apps.billing.stored import stored_bytes

from .models import Job
from .starts import sound_used
from .states import JOB_ACTIVE, JobState

DAYS: Final = 30


def usage(workspace: Workspace) -> dict[str, Any]:
    """See ``UsageSerializer``."""
    row = limits.subscription_of(workspace.pk)
    balance = services.balance_of(workspace.pk)
    quotas = limits.quotas_of(workspace.pk)
    return {
        "selling": limits.is_selling(),
        "plan": limits.plan_of(row).name,
        "standing": row.standing,
        "period_end": row.period_end,
        "grace_until": row.grace_until,
        "ends": row.ends,
        "available": balance.available,
        "reserved": balance.reserved,
        "owed": balance.owed,
        "storage": {"used": stored_bytes(workspace.pk), "limit": quotas.storage},
        "minutes": {
            "used": round(sound_used(workspace.pk) / 60),
            "limit": quotas.minutes,
        },
        "parallel": {"used": _active(workspace.pk), "limit": quotas.parallel},
        "days": _days(workspace.pk),
    }


def _active(workspace_id: uuid.UUID) -> int:
    jobs = Job.objects.for_workspace(workspace_id).filter(state__in=JOB_ACTIVE)
    return jobs.exclude(state=JobState.QUEUED).count()


def _days(workspace_id: uuid.UUID) -> list[dict[str, Any]]:
    """The last 30 days, today included, with what their jobs cost; days without any too."""
    today = timezone.now().astimezone(limits.ZONE).date()
    first = today - timedelta(days=DAYS - 1)
    since = datetime.combine(first, time(), limits.ZONE)
    rows = (
        Job.objects.for_workspace(workspace_id)
        .filter(state=JobState.SUCCEEDED, finished_at__gte=since)
        .annotate(day=TruncDate("finished_at", tzinfo=limits.ZONE))
        .values("day", "kind")
        .annotate(credits=Sum("cost"), jobs=Count("id"))
        .order_by("day", "kind")
    )
    kinds: dict[date, list[dict[str, Any]]] = {}
    for each in rows:
        kinds.setdefault(each["day"], []).append(
            {"kind": each["kind"], "credits": each["credits"], "jobs": each["jobs"]}
        )
    days = [first + timedelta(days=number) for number in range(DAYS)]
    return [
        {
            "day": day,
            "credits": sum(each["credits"] for each in kinds.get(day, [])),
            "kinds": kinds.get(day, []),
        }
        for day in days
    ]
