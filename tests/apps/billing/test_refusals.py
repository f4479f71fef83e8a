"""What Stripe will not do: the customer reads what to do, and the night goes on."""

from typing import Any

from apps.billing.models import Purchase, Subscription
from apps.billing.plans import PACKS, PLANS, WELCOME_CREDITS, PlanName
from apps.billing.reconcile import reconcile
from tests.stripe.shop import Shop

SMALL = PACKS["small"]


def code_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def test_a_customer_deleted_at_the_desk_is_made_anew(shop: Shop) -> None:
    shop.open("small")
    old = shop.row.customer_ref
    assert old is not None
    shop.fake.forget_at_the_desk(old)
    for item in ("small", "starter"):
        page = shop.open(item)
        assert shop.fake.objects[page]["customer"] == shop.row.customer_ref != old
    assert [each["object"] for each in shop.fake.objects.values()].count("customer") == 2
    shop.fake.pay(page)
    shop.tell()
    assert (shop.row.plan, shop.row.standing) == ("starter", "active")


def test_a_customer_that_is_gone_again_is_an_answer(shop: Shop) -> None:
    """Once is tried; then somebody has to look."""
    shop.open("small")
    shop.fake.forget_at_the_desk(str(shop.row.customer_ref))
    shop.fake.faults = ["", "", "missing"]  # the page, the new customer, the page again
    assert code_of(shop.checkout("small")) == (409, "payments-refused")


def test_another_currency_than_before_is_refused_with_a_sentence(shop: Shop) -> None:
    first = shop.fake.pay(shop.open("starter", "usd"))
    shop.tell()
    shop.fake.cancel(first["subscription"])
    shop.tell()
    response = shop.checkout("starter", "krw")
    assert code_of(response) == (409, "payments-refused")
    message = response.json()["error"]["message"]
    assert "통화" in message["ko"]
    assert "currency" in message["en"]
    assert shop.row.checkout_ref == ""
    assert shop.open("starter", "usd")


def test_a_customer_that_stripe_will_not_have(shop: Shop) -> None:
    shop.fake.faults = ["refused"]
    assert code_of(shop.checkout("small")) == (409, "payments-refused")
    assert not Purchase.objects.exists()


def test_an_old_page_that_stripe_knows_no_more_holds_nothing_up(shop: Shop) -> None:
    page = shop.open("starter")
    del shop.fake.objects[page]
    assert shop.open("studio")


def test_a_portal_that_is_refused_says_so(shop: Shop) -> None:
    shop.open("small")
    shop.fake.faults = ["refused"]
    assert code_of(shop.client.post("/api/v1/billing/portal")) == (409, "payments-refused")


def test_the_portal_of_a_customer_who_is_gone(shop: Shop) -> None:
    shop.open("small")
    shop.fake.forget_at_the_desk(str(shop.row.customer_ref))
    assert code_of(shop.client.post("/api/v1/billing/portal")) == (409, "nothing-bought")


def test_a_refusal_ends_no_night(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.fake.pay(shop.open("small"))
    shop.fake.cancel(subscription)
    shop.fake.faults = ["refused"]  # the list of events, the first that is asked
    reconcile()
    assert Subscription.objects.get().plan == PlanName.PAYG
    assert shop.credits == (
        WELCOME_CREDITS + SMALL.credits + PLANS[PlanName.STARTER].credits,
        0,
        0,
    )
