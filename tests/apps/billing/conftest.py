"""The owner of a workspace, in a studio that sells."""

import pytest
from django.test import Client

from apps.accounts.models import Workspace
from tests.stripe.fake import FakeStripe
from tests.stripe.shop import Shop


@pytest.fixture
def shop(selling: FakeStripe, workspace: Workspace, owner_client: Client) -> Shop:
    return Shop(selling, workspace, owner_client)
