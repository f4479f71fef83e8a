"""The operator changes a plan by hand, for whoever pays otherwise than at the provider."""

import uuid

from apps.common.errors import ApiError

from . import limits
from .models import Subscription
from .plans import PlanName


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
