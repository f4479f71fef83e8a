"""What a customer does in the studio and at Stripe, and what Stripe tells us of it."""

import uuid
from dataclasses import dataclass, field
from typing import Any, Final

from django.test import Client

from apps.accounts.models import Workspace
from apps.billing import follow, services
from apps.billing.models import Entry, Purchase, Subscription

from .fake import FakeStripe

HOOK: Final = "/provider/v1/stripe"
JSON: Final = "application/json"


@dataclass
class Shop:
    """One workspace's owner with a browser."""

    fake: FakeStripe
    workspace: Workspace
    client: Client
    told: set[str] = field(default_factory=set)

    def checkout(self, item: str, currency: str = "krw") -> Any:
        body = {"item": item, "currency": currency}
        return self.client.post("/api/v1/billing/checkout", body, JSON)

    def open(self, item: str, currency: str = "krw") -> str:
        """The id of the pay page that a purchase opens."""
        response = self.checkout(item, currency)
        assert response.status_code == 201, response.content
        return str(response.json()["url"]).rpartition("/")[2]

    def subscribe(self, item: str = "starter") -> str:
        """A plan bought, paid and told of; the subscription's id."""
        session = self.fake.pay(self.open(item))
        self.tell()
        return str(session["subscription"])

    def tell(self) -> None:
        """Every event that has not been told, in order."""
        for event in list(self.fake.events):
            if event["id"] not in self.told:
                self.send(event)

    def send(self, event: dict[str, Any]) -> None:
        """One webhook, and the background work that it starts."""
        self.told.add(event["id"])
        body, signature = self.fake.signed(event)
        response = self.client.post(HOOK, body, JSON, headers={"Stripe-Signature": signature})
        assert response.status_code == 200, response.content
        follow.follow(event["id"])

    @property
    def row(self) -> Subscription:
        return Subscription.objects.get(workspace=self.workspace)

    @property
    def purchase(self) -> Purchase:
        return Purchase.objects.get(workspace=self.workspace)

    @property
    def credits(self) -> tuple[int, int, int]:
        """Available, reserved and owed; proven to be the ledger's sums."""
        assert services.unbalanced() == []
        found = services.balance_of(self.workspace.id)
        return found.available, found.reserved, found.owed

    def granted(self) -> list[tuple[str, int]]:
        """What was given, by memo, the oldest first."""
        rows = Entry.objects.filter(workspace=self.workspace, kind="grant").order_by("created_at")
        return [(memo, amount) for memo, amount in rows.values_list("memo", "amount")]

    def spend(self, credits: int) -> None:
        job = uuid.uuid4()
        services.reserve(self.workspace.id, credits, job_id=job, key=f"r:{job}")
        services.settle(self.workspace.id, credits, job_id=job, key=f"s:{job}")
