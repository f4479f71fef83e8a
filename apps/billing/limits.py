"""What a workspace's plan allows. An installation that sells nothing sets no limits."""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from apps.accounts.allowances import DEFAULT_REQUESTS, Allowance
from apps.common.errors import ApiError

from .models import Standing, Subscription
from .plans import GB, NO_QUOTAS, PLANS, Plan, PlanName, Quotas
from .stored import stored_bytes

ZONE: Final = ZoneInfo("Asia/Seoul")
"""By whose midnight days and months are counted."""
GRACE: Final = timedelta(days=7)
"""After a payment failed everything works for so long."""


def is_selling() -> bool:
    """Whether a payment provider is configured."""
    return bool(settings.STRIPE_SECRET_KEY)


def subscription_of(workspace_id: uuid.UUID) -> Subscription:
    """The workspace's row; the first look opens it, on trial."""
    row, _ = Subscription.objects.get_or_create(workspace_id=workspace_id)
    return row


def this_month() -> datetime:
    """When the month began by which minutes are counted."""
    now = timezone.now().astimezone(ZONE)
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def plan_of(row: Subscription) -> Plan:
    return PLANS[PlanName(row.plan)]


def quotas_of(workspace_id: uuid.UUID) -> Quotas:
    """What the workspace's plan allows now."""
    return plan_of(subscription_of(workspace_id)).quotas if is_selling() else NO_QUOTAS


def allowance(workspace_id: uuid.UUID) -> Allowance:
    """What ``accounts`` asks of a plan: asked with each request of a key, so it opens no row."""
    if not is_selling():
        return Allowance()
    rows = Subscription.objects.filter(workspace_id=workspace_id)
    plan = rows.values_list("plan", flat=True).first() or PlanName.TRIAL
    quotas = PLANS[PlanName(plan)].quotas
    return Allowance(quotas.seats, quotas.requests or DEFAULT_REQUESTS)


def parallel_of(workspace_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many jobs of each workspace may run at once; those without a limit are left out."""
    if not is_selling():
        return {}
    rows = Subscription.objects.filter(workspace_id__in=workspace_ids)
    plans = dict(rows.values_list("workspace_id", "plan"))
    found = {
        each: PLANS[PlanName(plans.get(each, PlanName.TRIAL))].quotas.parallel
        for each in workspace_ids
    }
    return {each: most for each, most in found.items() if most is not None}


def line_up(workspace_id: uuid.UUID) -> None:
    """Before a quota is checked: wait for whoever counts against it, until the commit."""
    if is_selling():
        subscription_of(workspace_id)
        Subscription.objects.select_for_update(no_key=True).get(workspace_id=workspace_id)


def check_room(workspace_id: uuid.UUID) -> None:
    """Raises ApiError where the plan's storage is full: jobs would make more, and that is kept."""
    most = quotas_of(workspace_id).storage
    if most is not None and (used := stored_bytes(workspace_id)) >= most:
        have, limit = _gb(used), _gb(most)
        raise ApiError(
            "quota-storage",
            f"요금제의 저장 공간 {limit} GB가 가득 차서({have} GB) 새 작업을 시작할 수 없습니다. "
            "파일이나 목소리를 지우고 휴지통을 비우거나 요금제를 바꿔 주세요.",
            f"No new job starts: your plan's {limit} GB are full ({have} GB). Delete files or "
            "voices and empty the trash, or change your plan.",
            status=402,
        )


def check_storage(workspace_id: uuid.UUID, more: int) -> None:
    """Raises ApiError where ``more`` bytes beside the stored ones do not fit the plan."""
    most = quotas_of(workspace_id).storage
    if most is not None and (used := stored_bytes(workspace_id)) + more > most:
        have, limit = _gb(used), _gb(most)
        raise ApiError(
            "quota-storage",
            f"요금제의 저장 공간 {limit} GB 중 {have} GB를 쓰고 있어 이 파일을 올릴 수 없습니다. "
            "파일을 지우고 휴지통을 비우거나 요금제를 바꿔 주세요.",
            f"This file does not fit: {have} of your plan's {limit} GB are used. Delete files and "
            "empty the trash, or change your plan.",
            status=402,
        )


def check_minutes(workspace_id: uuid.UUID, used_s: float, more_s: float) -> None:
    """Raises ApiError where so many more seconds of sound are beyond the plan's month."""
    most = quotas_of(workspace_id).minutes
    if most is not None and used_s + more_s > most * 60:
        used, more = round(used_s / 60), max(1, round(more_s / 60))
        raise ApiError(
            "quota-minutes",
            f"이번 달에 요금제의 {most}분 중 {used}분을 썼고 이 작업에는 {more}분이 필요합니다. "
            "다음 달에 다시 하거나 요금제를 바꿔 주세요.",
            f"This needs {more} minutes of sound; {used} of your plan's {most} minutes are used "
            "this month. Wait for the next month or change your plan.",
            status=402,
        )


def check_payments(workspace_id: uuid.UUID) -> None:
    """Raises ApiError where a failed payment's grace is over: what is there stays, nothing new."""
    if not is_selling():
        return
    overdue = Subscription.objects.filter(
        workspace_id=workspace_id, standing=Standing.OVERDUE, grace_until__lt=timezone.now()
    )
    if overdue.exists():
        raise ApiError(
            "payment-overdue",
            "결제가 되지 않아 새 작업을 시작할 수 없습니다. 사용량 페이지에서 결제 수단을 확인해 "
            "주세요. 파일과 목소리는 그대로 있고 내려받을 수 있습니다.",
            "A payment failed, so no new jobs start. Check your payment method on the usage page. "
            "Your files and voices are safe and can be downloaded.",
            status=402,
        )


def _gb(size: int) -> str:
    return f"{size / GB:.1f}".removesuffix(".0")
