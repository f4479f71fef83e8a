"""What the operator sees first: jobs, the line, machines, money, failures."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from apps.accounts.models import User, Workspace
from apps.billing import disputes
from apps.jobs import line
from apps.jobs.models import Attempt, Job
from apps.jobs.problems import text_of
from apps.jobs.states import JOB_ACTIVE, JobState

from . import charts, takings

DAYS: Final = 14
WORST: Final = 8
"""Failure codes that are shown."""
WAYS: Final = (
    ("warn", JobState.QUEUED),
    ("main", JobState.DISPATCHED),
    ("good", JobState.RUNNING),
)
ENDINGS: Final = (
    ("good", "성공", JobState.SUCCEEDED),
    ("bad", "실패", JobState.FAILED),
    ("quiet", "취소", JobState.CANCELLED),
)


def figures() -> dict[str, Any]:
    """The dashboard's context: a handful of queries, whatever the number of jobs."""
    now = timezone.now()
    days = [(now - timedelta(days=back)).date() for back in reversed(range(DAYS))]
    since = now - timedelta(days=DAYS)
    active = active_jobs()
    return {
        "cards": _cards(now, active),
        "charts": [
            _by_state(active),
            _endings(days, since),
            _waits(days, since),
            *takings.charts(days, since),
        ],
        "failures": _failures(since),
        "days": DAYS,
    }


def queue_age_s(now: datetime) -> float:
    """How long the oldest attempt that could be sent has waited for it, in seconds."""
    oldest = line.sendable(now).aggregate(oldest=Min("not_before"))["oldest"]
    return (now - oldest).total_seconds() if oldest else 0.0


def active_jobs() -> dict[str, int]:
    """Jobs that have not ended, by state."""
    found = Job.objects.filter(state__in=JOB_ACTIVE).order_by().values_list("state")
    counted: dict[str, int] = dict(found.annotate(count=Count("id")))
    return {state.value: counted.get(state, 0) for state in JOB_ACTIVE}


def _cards(now: datetime, active: Mapping[str, int]) -> list[tuple[str, str]]:
    return [
        ("대기 (queued)", f"{active[JobState.QUEUED]:,}"),
        ("보냄 (dispatched)", f"{active[JobState.DISPATCHED]:,}"),
        ("실행 (running)", f"{active[JobState.RUNNING]:,}"),
        ("가장 오래 기다린 작업 (queue age)", age(queue_age_s(now))),
        ("고객 (people)", f"{User.objects.filter(is_active=True).count():,}"),
        ("정지된 워크스페이스 (suspended)", f"{_suspended():,}"),
        ("결제 분쟁 (disputes open)", f"{disputes.open_ones():,}"),
    ]


def _suspended() -> int:
    return Workspace.objects.filter(suspended_at__isnull=False).count()


def age(seconds: float) -> str:
    """Seconds as a person says them."""
    if seconds < 60:
        return f"{seconds:.0f}초"
    if seconds < 3600:
        return f"{seconds / 60:.0f}분"
    return f"{seconds / 3600:.1f}시간"


def _by_state(active: Mapping[str, int]) -> charts.Chart:
    """A column a state, of the jobs that have not ended."""
    labels = [str(state.label) for _, state in WAYS]
    series = [
        (kind, str(own.label), [float(active[own]) if own is state else 0.0 for _, state in WAYS])
        for kind, own in WAYS
    ]
    total = f"{sum(active.values()):,}"
    return charts.stacked("지금 작업 (jobs by state)", total, labels, series)


def _waits(days: list[date], since: datetime) -> charts.Chart:
    """How long the attempt that waited longest did, by the day on which it began to run."""
    begun = Attempt.objects.filter(started_at__gte=since).order_by()
    by_day = begun.annotate(day=TruncDate("started_at")).values("day")
    found = by_day.annotate(longest=Max(F("started_at") - F("not_before")))
    waited = {row["day"]: row["longest"].total_seconds() for row in found}
    minutes = [max(0.0, waited.get(day, 0.0)) / 60 for day in days]
    return charts.stacked(
        "가장 긴 대기, 분 (longest wait in the queue)",
        age(60 * max(minutes)),
        charts.names(days),
        [("warn", "분", minutes)],
        "{:,.1f}",
    )


def _endings(days: list[date], since: datetime) -> charts.Chart:
    found = (
        Job.objects.filter(finished_at__gte=since)
        .order_by()
        .annotate(day=TruncDate("finished_at"))
        .values("day", "state")
        .annotate(count=Count("id"))
    )
    counted = {(row["day"], row["state"]): float(row["count"]) for row in found}
    series = [
        (kind, label, [counted.get((day, state), 0.0) for day in days])
        for kind, label, state in ENDINGS
    ]
    total = sum(counted.values())
    return charts.stacked("끝난 작업 (jobs ended)", f"{total:,.0f}", charts.names(days), series)


def failed(since: datetime) -> QuerySet[Job]:
    """Jobs that failed with a code."""
    return Job.objects.filter(~Q(error_code=""), state=JobState.FAILED, finished_at__gte=since)


def _failures(since: datetime) -> list[dict[str, Any]]:
    found = failed(since).order_by().values("error_code").annotate(count=Count("id"))
    rows = list(found.order_by("-count", "error_code")[:WORST])
    most = max((row["count"] for row in rows), default=1)
    return [
        {
            "code": row["error_code"],
            "count": row["count"],
            "share": round(100 * row["count"] / most),
            "text": text_of(row["error_code"]).ko,
        }
        for row in rows
    ]
