"""The ledger, every change of a workspace's credits with the balance that they add up to; and what
was sold: subscriptions, purchases, refunds, and the provider's events about them."""

import uuid
from typing import Final

from django.db import models
from django.db.models import F, Q

from apps.common.models import Owned

from .plans import PACKS, PLANS, Currency, PlanName
from .provider import About

PLAN_TITLES: Final = [(plan.name.value, plan.title.ko) for plan in PLANS.values()]
ITEM_TITLES: Final = [*PLAN_TITLES, *((pack.name, pack.title.ko) for pack in PACKS.values())]
CURRENCY_TITLES: Final = {Currency.KRW: "원 (KRW)", Currency.USD: "달러 (USD)"}
ABOUT_TITLES: Final = {
    About.SESSION: "결제 페이지 (session)",
    About.SUBSCRIPTION: "구독 (subscription)",
    About.INVOICE: "청구서 (invoice)",
    About.REFUND: "환불 (refund)",
    About.DISPUTE: "결제 분쟁 (dispute)",
}


class EntryKind(models.TextChoices):
    GRANT = "grant", "지급"
    RESERVE = "reserve", "예약"
    SETTLE = "settle", "사용"
    RELEASE = "release", "예약 해제"
    ADJUST = "adjust", "조정"
    REFUND = "refund", "환불"


class Balance(models.Model):
    """Credits of a workspace: free to use, held for jobs that have not ended, and owed.

    What is owed was refunded after it had been spent, and the operator chose to record it: credits
    that come in pay it off first, those too that were held at the time and come free.
    """

    workspace = models.OneToOneField(
        "accounts.Workspace",
        verbose_name="워크스페이스",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="balance",
    )
    available = models.BigIntegerField("쓸 수 있음", default=0)
    reserved = models.BigIntegerField("예약됨", default=0)
    owed = models.BigIntegerField("빚", default=0)
    updated_at = models.DateTimeField("바뀐 시각", auto_now=True)

    class Meta:
        verbose_name = "잔액"
        verbose_name_plural = "잔액"
        constraints = (
            models.CheckConstraint(condition=Q(available__gte=0), name="balance_available"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="balance_reserved"),
            models.CheckConstraint(condition=Q(owed__gte=0), name="balance_owed"),
        )

    def __str__(self) -> str:
        return f"{self.available} (+{self.reserved} held)"


class Entry(models.Model):
    """One line of the ledger; never changed nor deleted (a trigger refuses both), but for the
    operator's words in ``memo``, which go with an erased customer, and five years later the line.

    ``amount`` is the signed change of the available credits, ``held`` that of the reserved ones,
    ``owed`` that of the debt.
    """

    id = models.UUIDField("ID", primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(
        "accounts.Workspace",
        verbose_name="워크스페이스",
        on_delete=models.PROTECT,
        related_name="credit_entries",
    )
    kind = models.CharField("종류", max_length=8, choices=EntryKind.choices)
    amount = models.BigIntegerField("변화")
    held = models.BigIntegerField("예약 변화", default=0)
    owed = models.BigIntegerField("빚", default=0)
    job_id = models.UUIDField("작업 ID", null=True, blank=True)
    idempotency_key = models.CharField("중복 방지 키", max_length=200, unique=True)
    memo = models.CharField("메모", max_length=200, blank=True)
    created_at = models.DateTimeField("만든 시각", auto_now_add=True)

    class Meta:
        verbose_name = "원장 기록"
        verbose_name_plural = "원장 기록"
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=["workspace", "-created_at", "-id"], name="entry_by_workspace"),
            models.Index(fields=["job_id"], condition=Q(job_id__isnull=False), name="entry_by_job"),
        )
        constraints = (
            models.CheckConstraint(
                name="entry_adds_up",
                condition=Q(kind=EntryKind.GRANT, amount__gte=0, held=0, owed__lte=0)
                | Q(kind=EntryKind.RESERVE, amount=-F("held"), held__gte=0, owed=0)
                | Q(kind=EntryKind.SETTLE, amount=0, held__lte=0, owed=0)
                | Q(
                    kind=EntryKind.RELEASE,
                    amount=F("owed") - F("held"),
                    amount__gte=0,
                    held__lte=0,
                    owed__lte=0,
                )
                | Q(kind=EntryKind.ADJUST, held=0, owed=0)
                | Q(kind=EntryKind.ADJUST, amount__gte=0, held=0, owed__lt=0)
                | Q(kind=EntryKind.REFUND, amount__lte=0, held=0, owed__gte=0),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.amount:+d}/{self.held:+d}"


class Standing(models.TextChoices):
    """``overdue``: a payment failed; after ``grace_until`` no new paid jobs start."""

    NONE = "none", "없음"
    ACTIVE = "active", "이용 중"
    OVERDUE = "overdue", "결제 실패"
    ENDED = "ended", "끝남"


class Subscription(models.Model):
    """The plan of a workspace, and who it is to the payment provider; one row a workspace.

    ``checkout_ref`` is the pay page of a plan that may still be open.
    ``ends`` says that the provider will not renew it at ``period_end``.
    """

    workspace = models.OneToOneField(
        "accounts.Workspace",
        verbose_name="워크스페이스",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="+",
    )
    plan = models.CharField("요금제", max_length=16, choices=PLAN_TITLES, default=PlanName.TRIAL)
    standing = models.CharField(
        "구독 상태", max_length=8, choices=Standing.choices, default=Standing.NONE
    )
    customer_ref = models.CharField(
        "결제 고객 번호", max_length=100, null=True, blank=True, unique=True
    )
    subscription_ref = models.CharField(
        "구독 번호", max_length=100, null=True, blank=True, unique=True
    )
    checkout_ref = models.CharField("결제 페이지", max_length=100, blank=True)
    period_end = models.DateTimeField("기간 끝", null=True, blank=True)
    grace_until = models.DateTimeField("유예 기한", null=True, blank=True)
    ends = models.BooleanField("갱신 안 함", default=False)
    updated_at = models.DateTimeField("바뀐 시각", auto_now=True)

    class Meta:
        verbose_name = "구독"
        verbose_name_plural = "구독"

    def __str__(self) -> str:
        return f"{self.plan} ({self.standing})"


class PurchaseState(models.TextChoices):
    OPEN = "open", "결제 전"
    PAID = "paid", "결제됨"
    LAPSED = "lapsed", "만료됨"


class Purchase(Owned):
    """A pack or a plan's month: ``credits`` for ``amount`` of the currency's smallest unit.

    A pack's row is made before the customer pays, a month's when its invoice is paid. ``refunded``
    counts credits. What is ``elsewhere`` the operator has written down: it was paid past the
    provider, and brought no credits.
    """

    item = models.CharField("상품", max_length=20, choices=ITEM_TITLES)
    is_pack = models.BooleanField("충전 상품")
    credits = models.PositiveIntegerField("크레딧")
    amount = models.PositiveIntegerField("금액")
    currency = models.CharField(
        "통화", max_length=3, choices=[(c.value, CURRENCY_TITLES[c]) for c in Currency]
    )
    state = models.CharField(
        "상태", max_length=8, choices=PurchaseState.choices, default=PurchaseState.OPEN
    )
    session_ref = models.CharField(
        "결제 세션 번호", max_length=100, null=True, blank=True, unique=True
    )
    invoice_ref = models.CharField(
        "청구서 번호", max_length=100, null=True, blank=True, unique=True
    )
    payment_ref = models.CharField("결제 번호", max_length=100, blank=True)
    refunded = models.PositiveIntegerField("환불한 크레딧", default=0)
    paid_at = models.DateTimeField("결제한 시각", null=True, blank=True)
    elsewhere = models.BooleanField("밖에서 결제", default=False)

    class Meta:
        verbose_name = "구매"
        verbose_name_plural = "구매"
        ordering = ("-created_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(refunded__lte=F("credits")), name="purchase_refunded_at_most"
            ),
            models.CheckConstraint(
                condition=Q(elsewhere=False)
                | Q(credits=0, session_ref=None, invoice_ref=None, payment_ref=""),
                name="purchase_elsewhere",
            ),
        )

    def __str__(self) -> str:
        return f"{self.item} {self.amount} {self.currency}"


class RefundState(models.TextChoices):
    PENDING = "pending", "진행 중"
    DONE = "done", "완료"
    REFUSED = "refused", "거절됨"


class Refund(Owned):
    """Money that goes back: its credits are taken first; of a refused one they come back.

    ``is_dispute``: nobody gave it back, a bank took it; refused is then what the customer lost.
    """

    purchase = models.ForeignKey(
        Purchase, verbose_name="구매", on_delete=models.PROTECT, related_name="refunds"
    )
    credits = models.PositiveIntegerField("크레딧")
    owed = models.PositiveIntegerField("빚", default=0)
    amount = models.PositiveIntegerField("금액")
    state = models.CharField(
        "상태", max_length=8, choices=RefundState.choices, default=RefundState.PENDING
    )
    refund_ref = models.CharField("환불 번호", max_length=100, blank=True)
    is_dispute = models.BooleanField("결제 분쟁", default=False)
    reason = models.CharField("사유", max_length=200)
    operator = models.CharField("운영자", max_length=254)

    class Meta:
        verbose_name = "환불"
        verbose_name_plural = "환불"
        ordering = ("-created_at", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(owed__lte=F("credits")), name="refund_owed_at_most"),
        )

    def __str__(self) -> str:
        return f"{self.credits} credits, {self.amount} ({self.state})"


class ProviderEvent(models.Model):
    """A webhook of the provider, kept once by its id: a hint that an object has changed.

    The object itself is fetched anew when the event is followed; nothing else of it is kept.
    """

    id = models.CharField("ID", primary_key=True, max_length=100)
    type = models.CharField("종류", max_length=100)
    about = models.CharField(
        "대상 종류", max_length=16, choices=[(a.value, ABOUT_TITLES[a]) for a in About]
    )
    object_ref = models.CharField("대상 번호", max_length=100)
    created_at = models.DateTimeField("만든 시각")
    received_at = models.DateTimeField("받은 시각", auto_now_add=True)
    done_at = models.DateTimeField("처리한 시각", null=True, blank=True)
    tries = models.PositiveIntegerField("시도 횟수", default=0)
    not_before = models.DateTimeField("다시 할 시각")
    error = models.CharField("오류", max_length=200, blank=True)

    class Meta:
        verbose_name = "결제 이벤트"
        verbose_name_plural = "결제 이벤트"
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=["not_before"], condition=Q(done_at=None), name="event_not_done"),
        )

    def __str__(self) -> str:
        return f"{self.type} {self.object_ref}"


class Trial(models.Model):
    """That somebody with this proven address had the trial; ``trial`` says why it is kept."""

    fingerprint = models.CharField("지문", max_length=64, primary_key=True, editable=False)
    user = models.ForeignKey(
        "accounts.User",
        verbose_name="사람",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    created_at = models.DateTimeField("만든 시각", auto_now_add=True)
    ends_at = models.DateTimeField("지울 시각", null=True, blank=True)

    class Meta:
        verbose_name = "체험 기록"
        verbose_name_plural = "체험 기록"

    def __str__(self) -> str:
        return self.fingerprint[:8]
