"""Tells the workspace's browsers that it was suspended or resumed."""

import uuid

from apps.common.live import publish

from .models import Workspace


def publish_workspace(workspace_id: uuid.UUID) -> None:
    """Send what all members see alike, as it is after the commit."""
    publish(
        workspace_id,
        "workspace",
        lambda: Workspace.objects.values("id", "name", "suspended_at").get(id=workspace_id),
    )
