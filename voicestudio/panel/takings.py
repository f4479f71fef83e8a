"""Money by day: what came in, what machines cost, what is left.

Revenue is what customers paid less what went back that day, in each currency by itself. The margin
needs no rate of exchange: credits spent, at the lowest price in dollars at which they are sold,
less what the machines cost.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Sum
from django.db.models.functions import TruncDate

from apps.billing.models import Entry, EntryKind, Purchase, PurchaseState, Refund, RefundState
from apps.billing.plans import Currency, usd_per_credit
from apps.jobs.machine_time import priced
from apps.jobs.models import Attempt

from .charts import Chart, names, stacked

Days = Sequence[date]


def charts(days: Days, since: datetime) -> list[Chart]:
    """Machine time, its cost, credits spent, revenue in won and dollars, margin."""
    ended = priced(Attempt.objects.filter(ended_at__gte=since).order_by())
    by_day = ended.annotate(day=TruncDate("ended_at")).values("day")
    rows = {row["day"]: row for row in by_day.annotate(s=Sum("seconds"), cost=Sum("usd"))}
    seconds, cost = _column(rows, days, "s"), _column(rows, days, "cost")
    spent = _spent(days, since)
    return [
        _one("연산 시간, 초 (machine seconds)", days, ("main", "초", seconds), "{:,.0f}"),
        _one("연산 비용, USD (machine cost)", days, ("warn", "USD", cost), "${:,.4f}", "${:,.2f}"),
        _one("쓴 크레딧 (credits spent)", days, ("good", "크레딧", spent), "{:,.0f}"),
        _revenue("매출, 원 (revenue, KRW)", days, since, Currency.KRW),
        _revenue("매출, 달러 (revenue, USD)", days, since, Currency.USD),
        _margin(days, cost, spent),
    ]


def _one(
    name: str, days: Days, series: tuple[str, str, list[float]], unit: str, total: str = ""
) -> Chart:
    shown = (total or unit).format(sum(series[2]))
    return stacked(name, shown, names(days), [series], unit)


def _spent(days: Days, since: datetime) -> list[float]:
    settled = Entry.objects.filter(kind=EntryKind.SETTLE, created_at__gte=since).order_by()
    by_day = settled.annotate(day=TruncDate("created_at")).values("day")
    rows = {row["day"]: row for row in by_day.annotate(spent=-Sum("held"))}
    return _column(rows, days, "spent")


def _revenue(name: str, days: Days, since: datetime, currency: Currency) -> Chart:
    """What came in, at the provider and past it, and how much of it went back; the sum in the title
    is what stayed."""
    paid = Purchase.objects.filter(
        state=PurchaseState.PAID, paid_at__gte=since, currency=currency
    ).order_by()
    came = paid.annotate(day=TruncDate("paid_at")).values("day", "elsewhere")
    sums = {(row["day"], row["elsewhere"]): row["sum"] for row in came.annotate(sum=Sum("amount"))}
    back = (
        Refund.objects.filter(
            state=RefundState.DONE, created_at__gte=since, purchase__currency=currency
        )
        .order_by()
        .annotate(day=TruncDate("created_at"))
        .values("day")
        .annotate(sum=Sum("amount"))
    )
    part, unit = (1, "₩{:,.0f}") if currency is Currency.KRW else (100, "${:,.2f}")
    taken, elsewhere = (
        [float(sums.get((day, where), 0)) / part for day in days] for where in (False, True)
    )
    returned = [each / part for each in _column({row["day"]: row for row in back}, days, "sum")]
    series = [
        ("good", "결제", taken),
        ("main", "밖에서 결제", elsewhere),
        ("bad", "환불", returned),
    ]
    total = unit.format(sum(taken) + sum(elsewhere) - sum(returned))
    return stacked(name, total, names(days), series, unit)


def _margin(days: Days, cost: list[float], spent: list[float]) -> Chart:
    """A column is what the day's credits are worth: cost and margin; a loss is what cost exceeds
    it."""
    value = [credits * usd_per_credit() for credits in spent]
    pairs = list(zip(value, cost, strict=True))
    series = [
        ("warn", "원가", [min(worth, paid) for worth, paid in pairs]),
        ("good", "마진", [max(0.0, worth - paid) for worth, paid in pairs]),
        ("bad", "손실", [max(0.0, paid - worth) for worth, paid in pairs]),
    ]
    margin = sum(value) - sum(cost)
    share = f" ({margin / sum(value):.0%})" if sum(value) else ""
    total = f"{'-' if margin < 0 else ''}${abs(margin):,.2f}{share}"
    return stacked("마진, USD (margin)", total, names(days), series, "${:,.4f}")


def _column(rows: Mapping[date, Mapping[str, Any]], days: Days, name: str) -> list[float]:
    return [float(rows.get(day, {}).get(name) or 0.0) for day in days]
