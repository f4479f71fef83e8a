"""Money in the operator's rooms: all to be read; verbs that ask for a reason adjust credits, refund
purchases and change plans."""

import uuid
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.urls import reverse
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from apps.accounts.admin import WorkspaceAdmin
from apps.accounts.models import Workspace
from apps.common import audit
from apps.common.errors import ApiError
from apps.common.looking import Asked, ReadOnlyAdmin, ReasonForm, Verb
from apps.common.sections import Link, Section

from . import follow, limits, refunds, services, subscriptions
from .models import (
    CURRENCY_TITLES,
    PLAN_TITLES,
    Balance,
    Entry,
    ProviderEvent,
    Purchase,
    PurchaseState,
    Refund,
    RefundState,
    Subscription,
)
from .plans import Currency, PlanName
from .statement import spent_by_month


class AdjustForm(ReasonForm):
    credits = forms.IntegerField(
        label="크레딧 (credits, -: 회수)", widget=UnfoldAdminTextInputWidget
    )


class RefundForm(ReasonForm):
    credits = forms.IntegerField(
        label="환불할 크레딧 (credits)", min_value=1, widget=UnfoldAdminTextInputWidget
    )
    as_debt = forms.BooleanField(
        label="이미 쓴 크레딧은 빚으로 (spent credits are owed)",
        required=False,
        widget=UnfoldBooleanWidget,
    )


class PlanForm(ReasonForm):
    plan = forms.ChoiceField(
        label="요금제 (plan)",
        choices=PLAN_TITLES,
        widget=UnfoldAdminSelectWidget,
    )


class PaymentForm(ReasonForm):
    currency = forms.ChoiceField(
        label="통화 (currency)",
        choices=[(each.value, name) for each, name in CURRENCY_TITLES.items()],
        widget=UnfoldAdminSelectWidget,
    )
    amount = forms.DecimalField(
        label="받은 금액 (amount)",
        min_value=Decimal("0.01"),
        max_value=10**9,
        decimal_places=2,
        widget=UnfoldAdminTextInputWidget,
    )

    def clean(self) -> dict[str, Any]:
        """In the currency's smallest unit: a won has none below it."""
        given: dict[str, Any] = super().clean() or {}
        if "amount" in given and "currency" in given:
            cents = given["currency"] != Currency.KRW
            units = given["amount"] * (100 if cents else 1)
            if units != int(units):
                self.add_error("amount", "원에는 소수가 없습니다. (A won has no decimals.)")
            given["amount"] = int(units)
        return given


def _adjust(row: Balance, asked: Asked) -> None:
    credits = asked.given["credits"]
    memo = f"{asked.reason} ({asked.who})"[:200]
    try:
        services.adjust(row.workspace_id, credits, key=f"adjust:{uuid.uuid4()}", memo=memo)
    except services.NotEnoughCredits:
        raise ApiError(
            "credits-short",
            f"{row.available} 크레딧만 남아 있습니다.",
            f"Only {row.available} credits are available.",
        ) from None


_WAITS: Final = (
    "환불이 결제 대행사의 답을 기다리는 중입니다. 1분마다 다시 묻습니다. "
    "(The refund waits for the provider, who is asked again each minute.)"
)


def _refund(row: Purchase, asked: Asked) -> str:
    try:
        made = refunds.refund(row.id, operator=asked.who, reason=asked.reason[:200], **asked.given)
    except refunds.NotRefundable as error:
        raise ApiError(
            "not-refundable",
            f"환불할 수 없습니다. ({error})",
            f"It can't be refunded. ({error})",
        ) from None
    except services.NotEnoughCredits:
        raise ApiError(
            "credits-short",
            "남은 크레딧이 부족합니다. 빚으로 남기려면 아래를 고르세요.",
            "The credits are spent; tick as_debt to have them owed.",
        ) from None
    if made.state == RefundState.REFUSED:  # it was tried: the log says so, too
        audit.record(asked.request, "refund", row, {}, {}, asked.reason)
        raise ApiError(
            "refund-refused",
            "결제 대행사가 환불을 거절했습니다. 크레딧은 돌려놓았습니다. 대행사 화면에서 이 결제를 "
            "확인해 주세요.",
            "The provider refused the refund; the credits are back. Look at the payment there.",
        )
    return "" if made.state == RefundState.DONE else _WAITS


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """The ledger is read-only, here as everywhere."""

    list_display = ("created_at", "workspace", "kind", "amount", "held", "owed", "job_id", "memo")
    list_filter = ("kind",)
    search_fields = ("workspace__name", "job_id", "idempotency_key")
    list_select_related = ("workspace",)


@admin.register(Balance)
class BalanceAdmin(ReadOnlyAdmin):
    list_display = ("workspace", "available", "reserved", "owed", "updated_at")
    search_fields = ("workspace__name",)
    list_select_related = ("workspace",)
    verbs = (
        Verb(
            "adjust",
            "크레딧 조정 (adjust)",
            "크레딧을 더하거나 뺍니다. 원장과 변경 기록에 남습니다. "
            "(Adds or takes credits; the ledger and the change log keep it.)",
            _adjust,
            lambda row: True,
            AdjustForm,
        ),
    )


@admin.register(Purchase)
class PurchaseAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at",
        "workspace",
        "item",
        "amount",
        "currency",
        "credits",
        "refunded",
        "state",
    )
    list_filter = ("state", "item", "currency", "elsewhere")
    search_fields = ("workspace__name", "payment_ref", "invoice_ref", "session_ref")
    list_select_related = ("workspace",)
    verbs = (
        Verb(
            "refund",
            "환불 (refund)",
            "크레딧을 먼저 거두고 돈을 돌려줍니다. "
            "(Takes the credits back first, then sends the money.)",
            _refund,
            lambda row: row.state == PurchaseState.PAID and row.refunded < row.credits,
            RefundForm,
            is_atomic=False,  # the provider is asked between two commits
        ),
        Verb(
            "withdraw",
            "적은 결제 취소 (withdraw)",
            "잘못 적었거나 돌려준 결제입니다. 매출에서 빠집니다. "
            "(Written down by mistake, or given back: it counts as revenue no more.)",
            lambda row, _: subscriptions.withdraw_payment(row.pk),
            lambda row: row.elsewhere and row.state == PurchaseState.PAID,
        ),
    )


@PurchaseAdmin.shows
def _refunds(row: Purchase) -> Section:
    columns = ("시각", "크레딧", "빚", "금액", "상태", "운영자", "사유")
    rows = [
        (
            f"{each.created_at:%F %T}",
            f"{each.credits:,}",
            f"{each.owed:,}",
            f"{each.amount:,} {row.currency}",
            each.get_state_display(),
            each.operator,
            each.reason,
        )
        for each in row.refunds.all()
    ]
    return Section("환불 (refunds)", (), columns, rows, empty="환불한 적이 없습니다.")


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = ("workspace", "plan", "standing", "period_end", "grace_until", "ends")
    list_filter = ("plan", "standing")
    search_fields = ("workspace__name", "customer_ref", "subscription_ref")
    list_select_related = ("workspace",)
    verbs = (
        Verb(
            "change_plan",
            "요금제 바꾸기 (change plan)",
            "결제 없이 요금제와 한도만 바꿉니다. 결제 대행사의 구독이 있으면 거절됩니다. "
            "(Changes plan and quotas without payment; refused where the provider has a "
            "subscription.)",
            lambda row, asked: subscriptions.change_plan(
                row.workspace_id, PlanName(asked.given["plan"])
            ),
            lambda row: row.subscription_ref is None,
            PlanForm,
        ),
        Verb(
            "record_payment",
            "받은 돈 적기 (record a payment)",
            "결제 대행사 밖에서 받은 요금제 값을 적습니다. 오늘의 매출에 들어가고, 크레딧은 "
            "늘지 않습니다. (Writes down what a plan brought in past the provider: it counts as "
            "revenue of today and brings no credits.)",
            lambda row, asked: subscriptions.record_payment(
                row.workspace_id, asked.given["amount"], Currency(asked.given["currency"])
            ),
            lambda row: row.subscription_ref is None,
            PaymentForm,
            then=lambda row: f"{_of(row.workspace, 'purchase')}&elsewhere__exact=1",
        ),
    )


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at",
        "workspace",
        "purchase",
        "credits",
        "owed",
        "amount",
        "state",
        "is_dispute",
        "operator",
        "reason",
    )
    list_filter = ("state", "is_dispute")
    list_select_related = ("workspace", "purchase")


@admin.register(ProviderEvent)
class ProviderEventAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "type", "object_ref", "done_at", "tries", "error")
    list_filter = ("type", ("done_at", admin.EmptyFieldListFilter))
    search_fields = ("id", "object_ref")
    verbs = (
        Verb(
            "follow",
            "다시 처리 (follow again)",
            "결제 대행사에서 대상을 새로 읽어 반영합니다. "
            "(Reads the object anew from the provider and applies it.)",
            lambda row, _: follow.again(row.id),
            lambda row: row.done_at is None,
        ),
    )


@WorkspaceAdmin.shows
def _money(workspace: Workspace) -> Section:
    balance = services.balance_of(workspace.pk)
    row = limits.subscription_of(workspace.pk)
    facts = [
        ("쓸 수 있음 (available)", f"{balance.available:,}"),
        ("예약됨 (reserved)", f"{balance.reserved:,}"),
        ("빚 (owed)", f"{balance.owed:,}"),
        ("요금제 (plan)", limits.plan_of(row).title.ko),
        ("구독 상태 (standing)", row.get_standing_display()),
        ("기간 끝 (period end)", f"{row.period_end:%F}" if row.period_end else "–"),
    ]
    rows = [(month, f"{spent:,}") for month, spent in spent_by_month(workspace.pk)]
    links = [
        Link("크레딧 조정 (adjust)", reverse("admin:billing_balance_adjust", args=[workspace.pk])),
        Link("원장 (ledger)", _of(workspace, "entry")),
        Link("구매 (purchases)", _of(workspace, "purchase")),
        Link("구독 (subscription)", reverse("admin:billing_subscription_change", args=[row.pk])),
    ]
    columns = ("달 (month)", "쓴 크레딧 (credits spent)")
    empty = "아직 쓴 크레딧이 없습니다."
    return Section("크레딧과 요금제 (credits, plan)", facts, columns, rows, links, empty)


def _of(workspace: Workspace, model: str) -> str:
    return f"{reverse(f'admin:billing_{model}_changelist')}?workspace__id__exact={workspace.pk}"
