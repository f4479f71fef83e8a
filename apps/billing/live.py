"""Tells the workspace's browsers about its credits."""

import uuid
from typing import Any

from apps.common.live import publish

from .models import Balance
from .serializers import BalanceSerializer


def publish_credits(workspace_id: uuid.UUID) -> None:
    """Send the balance as it is after the commit."""

    def data() -> dict[str, Any]:
        return dict(BalanceSerializer(Balance.objects.get(workspace_id=workspace_id)).data)

    publish(workspace_id, "credits", data)
