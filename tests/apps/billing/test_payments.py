"""Plans and packs from the button to the credits, over real HTTP to a Stripe of our own."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Workspace
from apps.billing import follow, limits
from apps.billing.gateway import API_VERSION
from apps.billing.models import (
    Entry,
    ProviderEvent,
    Purchase,
    PurchaseState,
    Standing,
    Subscription,
)
from apps.billing.plans import PACKS, PLANS, WELCOME_CREDITS, PlanName
from apps.billing.reconcile import reconcile
from apps.common.errors import ApiError
from tests.stripe.fake import FakeStripe
from tests.stripe.shop import HOOK, JSON, Shop

SMALL = PACKS["small"]
STARTER = PLANS[PlanName.STARTER]


def code_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


# -- packs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("currency", "amount"), [("krw", 11_000), ("usd", 850)])
def test_a_pack_gives_its_credits_when_it_is_paid(shop: Shop, currency: str, amount: int) -> None:
    page = shop.open("small", currency)
    session = shop.fake.objects[page]
    assert (session["amount_total"], session["currency"]) == (amount, currency)
    shop.tell()
    assert shop.credits == (WELCOME_CREDITS, 0, 0), "nobody has paid"
    shop.fake.pay(page)
    shop.tell()
    assert shop.granted() == [("welcome", WELCOME_CREDITS), ("small", SMALL.credits)]
    purchase = shop.purchase
    assert (purchase.state, purchase.amount, purchase.currency) == ("paid", amount, currency)
    assert purchase.payment_ref.startswith("pi_")
    assert shop.row.plan == PlanName.PAYG, "whoever has paid is on trial no longer"


def test_a_slow_payment_gives_its_credits_when_it_arrives(shop: Shop) -> None:
    page = shop.open("small")
    shop.fake.pay(page, later=True)
    shop.tell()
    assert (shop.purchase.state, shop.credits) == ("open", (WELCOME_CREDITS, 0, 0))
    shop.fake.arrive(page)
    shop.tell()
    assert (shop.purchase.state, shop.credits) == (
        "paid",
        (WELCOME_CREDITS + SMALL.credits, 0, 0),
    )


def test_an_old_page_lapses(shop: Shop) -> None:
    page = shop.open("small")
    shop.fake.answer("POST", f"/v1/checkout/sessions/{page}/expire", {}, headers_of(shop.fake))
    shop.tell()
    assert (shop.purchase.state, shop.credits) == ("lapsed", (WELCOME_CREDITS, 0, 0))


def headers_of(fake: FakeStripe) -> dict[str, str]:
    return {
        "authorization": f"Bearer {fake.key}",
        "stripe-version": API_VERSION,
        "idempotency-key": "by hand",
    }


# -- plans ---------------------------------------------------------------------------------------


def test_a_plan_gives_its_credits_every_paid_month(shop: Shop) -> None:
    subscription = shop.subscribe()
    row = shop.row
    assert (row.plan, row.standing, row.subscription_ref) == ("starter", "active", subscription)
    assert row.period_end is not None
    shop.fake.renew(subscription)
    shop.tell()
    assert shop.granted()[1:] == [("starter", STARTER.credits)] * 2
    assert shop.row.period_end == row.period_end + timedelta(days=30)
    months = Purchase.objects.filter(workspace=shop.workspace, is_pack=False)
    assert [(m.state, m.amount, m.credits) for m in months] == [
        ("paid", 19_900, STARTER.credits)
    ] * 2


def test_one_plan_at_a_time(shop: Shop) -> None:
    shop.subscribe()
    assert code_of(shop.checkout("studio")) == (409, "subscribed-already")


def test_a_second_page_closes_the_first(shop: Shop) -> None:
    first, second = shop.open("starter"), shop.open("studio")
    assert shop.fake.objects[first]["status"] == "expired"
    shop.fake.pay(second)
    assert code_of(shop.checkout("starter")) == (409, "subscribed-already"), "paid, though untold"
    shop.tell()
    assert shop.row.plan == "studio"


def test_a_cancelled_plan_ends_at_its_end(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.fake.cancel(subscription, at_end=True)
    shop.tell()
    assert (shop.row.plan, shop.row.standing, shop.row.ends) == ("starter", "active", True)
    shop.fake.cancel(subscription)
    shop.tell()
    row = shop.row
    assert (row.plan, row.standing, row.subscription_ref) == ("payg", "ended", None)
    assert shop.credits == (WELCOME_CREDITS + STARTER.credits, 0, 0), "credits stay"
    assert shop.subscribe("studio") != subscription
    assert shop.row.plan == "studio"


def test_a_new_plan_counts_though_the_old_ones_end_was_not_heard(shop: Shop) -> None:
    old = shop.subscribe()
    Subscription.objects.update(standing=Standing.ENDED)  # so that it can be bought at all
    shop.fake.cancel(old)
    shop.told |= {event["id"] for event in shop.fake.events}
    new = shop.subscribe("studio")
    assert (shop.row.plan, shop.row.subscription_ref) == ("studio", new)


# -- a payment that fails ------------------------------------------------------------------------


def test_a_failed_payment_limits_gently(shop: Shop) -> None:
    subscription = shop.subscribe()
    invoice = shop.fake.fail(subscription)
    shop.tell()
    row = shop.row
    assert (row.standing, row.plan) == ("overdue", "starter")
    assert row.grace_until is not None
    limits.check_payments(shop.workspace.id)  # a week of grace
    first = row.grace_until
    shop.fake.fail(subscription)
    shop.tell()
    assert shop.row.grace_until == first, "a second failure begins no new week"
    Subscription.objects.update(grace_until=timezone.now() - timedelta(seconds=1))
    with pytest.raises(ApiError) as refused:
        limits.check_payments(shop.workspace.id)
    assert (refused.value.code, refused.value.status) == ("payment-overdue", 402)
    assert shop.client.get("/api/v1/files").status_code == 200
    shop.fake.settle(invoice["id"])
    shop.tell()
    assert shop.row.standing == "active"
    assert shop.row.grace_until is None
    limits.check_payments(shop.workspace.id)
    assert shop.granted()[1:] == [("starter", STARTER.credits)] * 2, "the late month came"


# -- webhooks ------------------------------------------------------------------------------------


def test_what_stripe_did_not_sign_is_refused(shop: Shop) -> None:
    shop.fake.pay(shop.open("small"))
    event = shop.fake.events[-1]
    body, signature = shop.fake.signed(event)
    _, old = shop.fake.signed(event, at=1_700_000_000)
    for changed, header in (
        (body.replace("paid", "Paid"), signature),
        (body, old),
        (body, signature.replace("v1=", "v1=0")),
        (body, ""),
        ("{", signature),
    ):
        response = shop.client.post(HOOK, changed, JSON, headers={"Stripe-Signature": header})
        assert code_of(response) == (400, "signature")
    assert not ProviderEvent.objects.exists()


def test_an_event_is_kept_once_and_followed_once(shop: Shop) -> None:
    shop.fake.pay(shop.open("small"))
    event = shop.fake.events[-1]
    for _ in range(3):
        shop.send(event)
    assert ProviderEvent.objects.get().done_at is not None
    assert shop.granted()[1:] == [("small", SMALL.credits)]


def test_events_of_others_are_dropped(shop: Shop) -> None:
    event = {
        "id": "evt_x",
        "object": "event",
        "type": "product.created",
        "created": 1,
        "data": {"object": {"id": "prod_1", "object": "product"}},
    }
    body, signature = shop.fake.signed(event)
    response = shop.client.post(HOOK, body, JSON, headers={"Stripe-Signature": signature})
    assert response.status_code == 200
    assert not ProviderEvent.objects.exists()


def test_an_event_waits_for_a_stripe_that_is_away(shop: Shop) -> None:
    shop.fake.pay(shop.open("small"))
    shop.fake.faults = ["away", "away", "away"]  # the client's own tries
    shop.send(shop.fake.events[-1])
    event = ProviderEvent.objects.get()
    assert (event.done_at, event.tries, event.error) == (None, 1, "ProviderAway: APIError")
    assert follow.due() == [], "not before its pause is over"
    ProviderEvent.objects.update(not_before=timezone.now())
    assert follow.due() == [event.id]
    follow.follow(event.id)
    assert shop.granted()[1:] == [("small", SMALL.credits)]


def test_a_bug_of_ours_is_not_met_every_minute(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(follow, "apply_session", broken)
    shop.fake.pay(shop.open("small"))
    with pytest.raises(RuntimeError):
        shop.send(shop.fake.events[-1])
    event = ProviderEvent.objects.get()
    assert (event.done_at, event.tries, event.error) == (None, 1, "RuntimeError")


def test_the_night_finds_what_no_webhook_told(shop: Shop) -> None:
    shop.fake.pay(shop.open("small"))
    shop.fake.pay(shop.open("starter"))
    reconcile()
    assert shop.row.plan == "payg", "events are kept; the sweep follows them"
    for event_id in ProviderEvent.objects.values_list("id", flat=True):
        follow.follow(event_id)
    assert sorted(shop.granted()[1:]) == [
        ("small", SMALL.credits),
        ("starter", STARTER.credits),
    ]
    assert shop.row.plan == "starter"
    kept = ProviderEvent.objects.count()
    reconcile()
    assert ProviderEvent.objects.count() == kept


def test_the_night_asks_about_pages_and_plans_themselves(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.fake.pay(shop.open("small"))
    shop.fake.cancel(subscription)
    shop.fake.events.clear()
    reconcile()
    assert (shop.row.plan, shop.row.standing) == ("payg", "ended")
    assert shop.granted()[-1] == ("small", SMALL.credits)


# -- refusals ------------------------------------------------------------------------------------


def test_only_what_is_sold_can_be_bought(shop: Shop) -> None:
    for item in ("trial", "payg", "enormous"):
        assert code_of(shop.checkout(item)) == (400, "invalid")
    assert code_of(shop.checkout("small", "eur")) == (400, "invalid")
    assert not Purchase.objects.exists()


def test_a_member_may_look_but_not_buy(shop: Shop, mate_client: Client) -> None:
    body = {"item": "small", "currency": "krw"}
    assert code_of(mate_client.post("/api/v1/billing/checkout", body, JSON)) == (403, "owner-only")
    assert code_of(mate_client.post("/api/v1/billing/portal")) == (403, "owner-only")
    assert mate_client.get("/api/v1/plans").json()["selling"] is True
    assert shop.fake.calls == []


def test_the_portal_needs_a_customer(shop: Shop) -> None:
    assert code_of(shop.client.post("/api/v1/billing/portal")) == (409, "nothing-bought")
    shop.subscribe()
    url = shop.client.post("/api/v1/billing/portal").json()["url"]
    assert url == f"{shop.fake.url}/portal/{shop.row.customer_ref}"


def test_a_stripe_that_is_away_charges_nobody(shop: Shop) -> None:
    shop.fake.faults = ["away"] * 3
    assert code_of(shop.checkout("small")) == (503, "payments-away")
    assert not Purchase.objects.exists()
    shop.fake.faults = ["lost"]  # done, but nobody heard: the client asks again with its key
    shop.open("small")
    assert Purchase.objects.count() == 1
    customers = [each for each in shop.fake.objects.values() if each["object"] == "customer"]
    assert len(customers) == 1


def test_a_wrong_key_is_the_operators_to_mend(shop: Shop, settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = "sk_test_wrong"
    assert code_of(shop.checkout("small")) == (503, "payments-away")


def test_without_keys_nothing_is_sold(owner_client: Client, workspace: Workspace) -> None:
    assert owner_client.get("/api/v1/plans").json()["selling"] is False
    body = {"item": "small", "currency": "krw"}
    assert code_of(owner_client.post("/api/v1/billing/checkout", body, JSON)) == (
        409,
        "not-selling",
    )
    assert owner_client.post(HOOK, "{}", JSON).status_code == 404
    reconcile()
    assert limits.quotas_of(workspace.id).storage is None


def test_a_deleted_workspaces_events_change_nothing(shop: Shop) -> None:
    page = shop.open("starter")
    shop.fake.objects[page]["metadata"]["workspace"] = "0b9ff0b6-0000-4000-8000-000000000000"
    shop.fake.pay(page)
    shop.tell()
    assert not ProviderEvent.objects.filter(done_at=None).exists()
    assert (shop.row.standing, Entry.objects.count()) == ("none", 1)
    assert PurchaseState.PAID not in Purchase.objects.values_list("state", flat=True)
