"""Customers who buy, cancel and fail to pay, and a Stripe whose webhooks come twice, shuffled."""

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.billing import follow, refunds, services
from apps.billing.models import Entry, ProviderEvent, Purchase, Refund, Subscription
from apps.billing.plans import PACKS, PLANS, WELCOME_CREDITS, PlanName
from apps.billing.reconcile import reconcile
from tests.stripe.fake import FakeStripe
from tests.stripe.shop import HOOK, JSON, Shop

THREADS: Final = 4
FAULTS: Final = ("away", "busy", "lost")
SOLD: Final = [plan.name for plan in PLANS.values() if plan.price]


def together(works: Sequence[Callable[[], object]], threads: int = THREADS) -> None:
    """Do all of it on a few threads, each with a connection of its own."""

    def apart(work: Callable[[], object]) -> None:
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        for each in [pool.submit(apart, work) for work in works]:
            each.result()


@dataclass
class Storm:
    """Some customers of one Stripe, driven by a seed."""

    shops: list[Shop]
    fake: FakeStripe
    chance: random.Random
    spent: dict[Any, int]

    def act(self, shop: Shop) -> None:
        """Something that a customer or a bank may do next."""
        plan = self._subscription(shop)
        if plan is None:
            self.chance.choice([self._pack, self._plan])(shop)
        else:
            self.chance.choice(
                [
                    self._pack,
                    lambda _: self.fake.renew(plan),
                    lambda _: self.fake.fail(plan),
                    lambda _: self._settle(plan),
                    lambda _: self.fake.cancel(plan, at_end=True),
                    lambda _: self.fake.cancel(plan),
                    self._refund,
                    self._desk,
                ]
            )(shop)

    def _subscription(self, shop: Shop) -> str | None:
        for each in self._all("subscription"):
            mine = each["metadata"]["workspace"] == str(shop.workspace.id)
            if mine and each["status"] != "canceled":
                return str(each["id"])
        return None

    def _all(self, kind: str) -> list[dict[str, Any]]:
        return [each for each in self.fake.objects.values() if each["object"] == kind]

    def _pack(self, shop: Shop) -> None:
        page = shop.open(self.chance.choice(list(PACKS)), self.chance.choice(["krw", "usd"]))
        if self.chance.random() < 0.8:
            later = self.chance.random() < 0.3
            self.fake.pay(page, later=later)
            if later and self.chance.random() < 0.8:
                self.fake.arrive(page)

    def _plan(self, shop: Shop) -> None:
        answer = shop.checkout(self.chance.choice(SOLD))
        if answer.status_code == 201:  # else the end of the last one was not heard yet
            self.fake.pay(str(answer.json()["url"]).rpartition("/")[2])

    def _settle(self, plan: str) -> None:
        for each in self._all("invoice"):
            details = each["parent"]["subscription_details"]
            if each["status"] == "open" and details["subscription"] == plan:
                self.fake.settle(each["id"])
                return

    def _refund(self, shop: Shop) -> None:
        paid = Purchase.objects.filter(workspace=shop.workspace, state="paid").first()
        if paid is not None and paid.refunded < paid.credits:
            some = self.chance.randint(1, paid.credits - paid.refunded)
            try:
                made = refunds.refund(
                    paid.id, some, reason="storm", operator="op", as_debt=self.chance.random() < 0.5
                )
            except services.NotEnoughCredits:
                return
            if made.refund_ref and self.chance.random() < 0.2:
                self.fake.bounce(made.refund_ref)

    def _desk(self, shop: Shop) -> None:
        paid = Purchase.objects.filter(workspace=shop.workspace, state="paid").last()
        if paid is not None and paid.payment_ref:
            payment = self.fake.objects[paid.payment_ref]
            left = payment["amount"] - payment["refunded"]
            if left > 0:
                self.fake.refund_at_the_desk(paid.payment_ref, self.chance.randint(1, left))

    # -- what is told of it ----------------------------------------------------------------------

    def tell(self, events: Sequence[dict[str, Any]]) -> list[Callable[[], object]]:
        """Every event twice, in any order; one in ten is lost."""
        heard = [each for each in events if self.chance.random() > 0.1] * 2
        self.chance.shuffle(heard)
        return [lambda each=each: self._tell_one(each) for each in heard]  # type: ignore[misc]

    def _tell_one(self, event: dict[str, Any]) -> None:
        body, signature = self.fake.signed(event)
        headers: Any = {"Stripe-Signature": signature}
        assert Client().post(HOOK, body, JSON, headers=headers).status_code == 200
        follow.follow(event["id"])

    def calm(self) -> None:
        """No more faults: the night's reconciliation, the sweep, and refunds that were stuck."""
        self.fake.faults.clear()
        Refund.objects.filter(state="pending").update(
            created_at=timezone.now() - timedelta(hours=1)
        )
        for _ in range(2):  # what a refund did is told as well
            reconcile()
            ProviderEvent.objects.update(not_before=timezone.now())
            for event_id in follow.due():
                follow.follow(event_id)
        reconcile()

    # -- what has to hold ------------------------------------------------------------------------

    def check(self) -> None:
        assert services.unbalanced() == []
        assert not ProviderEvent.objects.filter(done_at=None).exists()
        assert not Refund.objects.filter(state="pending").exists()
        for shop in self.shops:
            self._check_one(shop)

    def _check_one(self, shop: Shop) -> None:
        """Credits are what Stripe was paid for, less what went back and what was spent."""
        mine = {"workspace": str(shop.workspace.id)}
        bought = 0
        for each in self._all("checkout.session"):
            if mine.items() <= each["metadata"].items() and each["mode"] == "payment":
                paid = each["payment_status"] == "paid"
                bought += PACKS[each["metadata"]["item"]].credits if paid else 0
        for each in self._all("invoice"):
            tags = each["parent"]["subscription_details"]["metadata"]
            if mine.items() <= tags.items() and each["status"] == "paid":
                bought += PLANS[PlanName(tags["item"])].credits
        entries = Entry.objects.filter(workspace=shop.workspace, kind="grant")
        given = entries.filter(idempotency_key__regex="^(purchase|invoice):")
        assert sum(each.amount - each.owed for each in given) == bought, shop.workspace.name
        back = Refund.objects.filter(workspace=shop.workspace).exclude(state="refused")
        available, reserved, owed = shop.credits
        returned = sum(back.values_list("credits", flat=True))
        spent = self.spent.get(shop.workspace.id, 0)
        assert available + reserved - owed == WELCOME_CREDITS + bought - returned - spent
        row = Subscription.objects.filter(workspace=shop.workspace).first()
        plan = self._subscription(shop)
        if row is not None:
            status = self.fake.objects[plan]["status"] if plan else "canceled"
            assert (row.subscription_ref, row.standing == "overdue") == (plan, status == "past_due")
