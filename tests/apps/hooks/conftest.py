"""A workspace with a webhook whose receiver listens on this machine."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest

from apps.accounts.models import Workspace
from apps.hooks import services
from apps.hooks.models import Endpoint

from .receiver import Receiver, listening


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    with listening() as receiver:
        yield receiver


@pytest.fixture
def hook(receiver: Receiver, workspace: Workspace) -> tuple[Endpoint, str]:
    """An endpoint for every event, and its secret."""
    return services.create(workspace, url=receiver.url, events=["*"])
