"""The panel's page of what is sold."""

from django.db.models import Count
from django.urls import reverse

from apps.billing.models import Purchase, PurchaseState, Subscription
from apps.billing.plans import GB, PACKS, PLANS, Plan, Price, margin
from apps.common.sections import Link, Section


def sections() -> list[Section]:
    """Plans with their quotas and subscribers, packs with how often they were bought."""
    return [_plans(), _packs()]


def _plans() -> Section:
    counted = dict(Subscription.objects.values_list("plan").annotate(count=Count("pk")).order_by())
    page = reverse("admin:billing_subscription_changelist")
    rows = [
        (
            plan.title.ko,
            *_money(plan.price, plan.credits),
            *_quotas(plan),
            Link(f"{counted.get(plan.name, 0):,}", f"{page}?plan={plan.name}"),
        )
        for plan in PLANS.values()
    ]
    columns = ("요금제", "원", "달러", "크레딧", "마진", "저장 공간", "분/월", "동시 작업", "고객")
    return Section("요금제 (plans)", (), columns, rows)


def _packs() -> Section:
    paid = Purchase.objects.filter(is_pack=True, state=PurchaseState.PAID).order_by()
    counted = dict(paid.values_list("item").annotate(count=Count("pk")))
    page = reverse("admin:billing_purchase_changelist")
    rows = [
        (
            pack.title.ko,
            *_money(pack.price, pack.credits),
            Link(f"{counted.get(pack.name, 0):,}", f"{page}?item={pack.name}"),
        )
        for pack in PACKS.values()
    ]
    columns = ("충전", "원", "달러", "크레딧", "마진", "팔린 수")
    return Section("충전 (packs)", (), columns, rows)


def _money(price: Price | None, credits: int) -> tuple[str, str, str, str]:
    if price is None:
        return "–", "–", f"{credits:,}", "–"
    left = f"{margin(price, credits):.0%}"
    return f"₩{price.krw:,}", f"${price.usd / 100:,.2f}", f"{credits:,}", left


def _quotas(plan: Plan) -> tuple[str, str, str]:
    """Storage, minutes a month, jobs at once; "–" where there is no limit."""
    quotas = plan.quotas
    storage = "–" if quotas.storage is None else f"{quotas.storage / GB:,.0f} GB"
    minutes = "–" if quotas.minutes is None else f"{quotas.minutes:,}"
    return storage, minutes, "–" if quotas.parallel is None else f"{quotas.parallel:,}"
