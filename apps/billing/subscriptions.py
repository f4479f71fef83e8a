"""The operator changes a plan by hand, for whoever pays otherwise than at the provider, and writes
down what was paid."""

import uuid

from django.utils import timezone

from apps.common.errors import ApiError

from . import limits
from .models import Purchase, PurchaseState, Subscription
from .plans import Currency, PlanName


def change_plan(workspace_id: uuid.UUID, plan: PlanName) -> None:
    """Set the plan, and with it the quotas. ApiError where the provider has a subscription.

    No credits come with it: the operator adjusts those.
    """
    limits.subscription_of(workspace_id)
    free = Subscription.objects.filter(workspace_id=workspace_id, subscription_ref=None)
    if not free.update(plan=plan):
        raise ApiError(
            "subscribed",
            "결제 대행사의 구독이 있습니다. 거기에서 먼저 해지해 주세요.",
            "The provider has a subscription. Cancel it there first.",
        )


def record_payment(workspace_id: uuid.UUID, amount: int, currency: Currency) -> Purchase:
    """What a plan brought in past the provider, in the currency's smallest unit, as of now."""
    return Purchase.objects.create(
        workspace_id=workspace_id,
        item=limits.subscription_of(workspace_id).plan,
        is_pack=False,
        credits=0,
        amount=amount,
        currency=currency,
        state=PurchaseState.PAID,
        paid_at=timezone.now(),
        elsewhere=True,
    )


def withdraw_payment(purchase_id: uuid.UUID) -> None:
    """It was written down by mistake, or went back: it counts no more. ApiError where it can't."""
    recorded = Purchase.objects.filter(id=purchase_id, elsewhere=True, state=PurchaseState.PAID)
    if not recorded.update(state=PurchaseState.LAPSED):
        raise ApiError(
            "not-recorded",
            "손으로 적은 결제가 아니거나 이미 취소했습니다.",
            "This payment was not written down by hand, or was withdrawn already.",
        )
