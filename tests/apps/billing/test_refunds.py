"""Money back: unspent credits only, unless a debt is recorded; once, whatever Stripe answers."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.billing import follow, refunds, services, tasks
from apps.billing.models import ProviderEvent, Purchase, Refund
from apps.billing.plans import PACKS, WELCOME_CREDITS
from apps.billing.reconcile import reconcile
from apps.common.models import Change
from tests.operators import operator_browser, with_second_factor
from tests.stripe.shop import Shop

PACK = PACKS["small"]
FULL = WELCOME_CREDITS + PACK.credits


@pytest.fixture
def bought(shop: Shop) -> Shop:
    """A small pack, paid with won."""
    shop.fake.pay(shop.open("small"))
    shop.tell()
    return shop


def give_back(shop: Shop, credits: int, **options: Any) -> Refund:
    return refunds.refund(
        shop.purchase.id, credits, reason="asked", operator="op@example.com", **options
    )


def sent(shop: Shop) -> list[int]:
    """Amounts of Stripe's refunds."""
    objects = shop.fake.objects.values()
    return [each["amount"] for each in objects if each["object"] == "refund"]


def test_parts_add_up_to_the_whole(bought: Shop) -> None:
    made = [give_back(bought, credits) for credits in (1_667, 1_667, 1_666)]
    assert [each.state for each in made] == ["done"] * 3
    assert sum(each.amount for each in made) == PACK.price.krw == sum(sent(bought))
    assert bought.credits == (WELCOME_CREDITS, 0, 0)
    with pytest.raises(refunds.NotRefundable):
        give_back(bought, 1)
    bought.tell()
    assert bought.credits == (WELCOME_CREDITS, 0, 0), "Stripe's own events add nothing"


def test_spent_credits_are_not_refunded(bought: Shop) -> None:
    bought.spend(FULL - 100)
    with pytest.raises(services.NotEnoughCredits):
        give_back(bought, 101)
    assert (sent(bought), Refund.objects.count()) == ([], 0)
    assert bought.purchase.refunded == 0
    assert give_back(bought, 100).amount == 220
    assert bought.credits == (0, 0, 0)


def test_the_operator_may_record_a_debt(bought: Shop) -> None:
    bought.spend(FULL - 100)
    made = give_back(bought, PACK.credits, as_debt=True)
    assert (made.amount, made.owed) == (PACK.price.krw, PACK.credits - 100)
    assert bought.credits == (0, 0, PACK.credits - 100)
    services.grant(bought.workspace.id, PACK.credits, key="later")
    assert bought.credits == (100, 0, 0)


def test_a_refund_that_stripe_refuses_gives_the_credits_back(bought: Shop) -> None:
    payment = bought.purchase.payment_ref
    bought.fake.objects[payment]["refunded"] = PACK.price.krw
    made = give_back(bought, 500)
    assert (made.state, sent(bought)) == ("refused", [])
    assert bought.credits == (FULL, 0, 0)
    assert bought.purchase.refunded == 0


def test_a_refund_that_nobody_answered_is_asked_for_again_once(bought: Shop) -> None:
    bought.fake.faults = ["lost", "away", "away"]
    made = give_back(bought, 500)
    assert (made.state, bought.credits) == ("pending", (FULL - 500, 0, 0))
    tasks.follow_due()
    made.refresh_from_db()
    assert made.state == "pending", "whoever began it may still be asking"
    Refund.objects.update(created_at=timezone.now() - refunds.STUCK)
    tasks.follow_due()
    made.refresh_from_db()
    assert (made.state, sent(bought)) == ("done", [1_100])
    assert bought.credits == (FULL - 500, 0, 0)


def test_a_refund_is_looked_for_before_it_is_asked_for_again(bought: Shop) -> None:
    """After a day Stripe knows the key no more, and would send the money twice."""
    bought.fake.faults = ["lost", "away", "away"]
    made = give_back(bought, 500)
    bought.fake.forget_keys()
    Refund.objects.update(created_at=timezone.now() - timedelta(hours=30))
    reconcile()
    made.refresh_from_db()
    assert (made.state, sent(bought)) == ("done", [1_100])


def test_a_refund_that_failed_meanwhile_is_not_asked_for_again(bought: Shop) -> None:
    bought.fake.faults = ["lost", "away", "away"]
    made = give_back(bought, 500)
    [at_stripe] = [o for o in bought.fake.objects.values() if o["object"] == "refund"]
    bought.fake.bounce(at_stripe["id"])
    Refund.objects.update(created_at=timezone.now() - timedelta(hours=30))
    reconcile()
    made.refresh_from_db()
    assert (made.state, sent(bought), bought.credits) == ("refused", [1_100], (FULL, 0, 0))


def test_a_refund_that_the_bank_returns_gives_the_credits_back(bought: Shop) -> None:
    made = give_back(bought, 500)
    bought.fake.bounce(made.refund_ref)
    for _ in range(2):
        bought.told.discard(bought.fake.events[-1]["id"])
        bought.tell()
    made.refresh_from_db()
    assert (made.state, bought.credits) == ("refused", (FULL, 0, 0))
    assert bought.purchase.refunded == 0


def test_a_refund_at_stripes_desk_takes_what_is_unspent(bought: Shop) -> None:
    bought.spend(FULL - 100)
    bought.fake.refund_at_the_desk(bought.purchase.payment_ref, 1_100)
    bought.tell()
    bought.send(bought.fake.events[-1])
    row = Refund.objects.get()
    assert (row.credits, row.amount, row.state) == (100, 1_100, "done")
    assert "400 credits were spent" in row.reason
    assert bought.credits == (0, 0, 0)


def test_a_refund_at_the_desk_that_fails_gives_the_credits_back(bought: Shop) -> None:
    made = bought.fake.refund_at_the_desk(bought.purchase.payment_ref, 1_100)
    bought.tell()
    assert (bought.credits, bought.purchase.refunded) == ((FULL - 500, 0, 0), 500)
    bought.fake.bounce(made["id"])
    for _ in range(2):
        bought.told.discard(bought.fake.events[-1]["id"])
        bought.tell()
    assert Refund.objects.get().state == "refused"
    assert (bought.credits, bought.purchase.refunded) == ((FULL, 0, 0), 0)


def test_a_refund_at_the_desk_of_spent_credits_fails_too(bought: Shop) -> None:
    bought.spend(FULL)
    made = bought.fake.refund_at_the_desk(bought.purchase.payment_ref, 1_100)
    bought.tell()
    bought.fake.bounce(made["id"])
    bought.tell()
    assert (Refund.objects.get().state, bought.credits) == ("refused", (0, 0, 0))
    assert not ProviderEvent.objects.filter(done_at=None).exists()


def test_a_refund_may_be_heard_of_before_its_payment(shop: Shop) -> None:
    session = shop.fake.pay(shop.open("small"))
    shop.fake.refund_at_the_desk(session["payment_intent"], 1_100)
    paid, refunded = shop.fake.events[-2:]
    shop.send(refunded)
    assert ProviderEvent.objects.get().error == f"NotKnownYet: {session['payment_intent']}"
    shop.send(paid)
    follow.follow(refunded["id"])
    assert shop.credits == (FULL - 500, 0, 0)


def test_only_what_was_paid_is_refunded(shop: Shop) -> None:
    shop.open("small")
    with pytest.raises(refunds.NotRefundable):
        give_back(shop, 1)


# -- the operator's page -------------------------------------------------------------------------


@pytest.fixture
def operator_client(db: None) -> Client:
    return operator_browser(
        with_second_factor(User.objects.create_superuser("op@example.com", "x"))
    )


def test_the_operator_refunds_on_the_purchases_page(bought: Shop, operator_client: Client) -> None:
    page = reverse("admin:billing_purchase_refund", args=[bought.purchase.id])
    assert "11000 krw" in operator_client.get(page).content.decode()
    answer = operator_client.post(page, {"credits": 500, "reason": "broken"}, follow=True)
    assert "1,100 krw" in answer.content.decode()
    row = Refund.objects.get()
    assert (row.credits, row.amount, row.operator, row.reason) == (
        500,
        1_100,
        "op@example.com",
        "broken",
    )
    bought.spend(FULL - 500)
    refused = operator_client.post(page, {"credits": 500, "reason": "again"})
    assert "as_debt" in refused.content.decode()
    assert Refund.objects.count() == 1
    operator_client.post(page, {"credits": 500, "reason": "again", "as_debt": "on"})
    assert bought.credits == (0, 0, 500)


def test_a_refund_that_stripe_refuses_is_no_success(bought: Shop, operator_client: Client) -> None:
    page = reverse("admin:billing_purchase_refund", args=[bought.purchase.id])
    bought.fake.objects[bought.purchase.payment_ref]["refunded"] = PACK.price.krw
    answer = operator_client.post(page, {"credits": 500, "reason": "broken"}, follow=True)
    text = answer.content.decode()
    assert answer.redirect_chain == []
    assert "결제 대행사가 환불을 거절했습니다" in text
    assert Refund.objects.get().state == "refused"
    assert bought.credits == (FULL, 0, 0)
    [row] = Change.objects.all()
    assert (row.verb, row.reason, row.after) == ("refund", "broken", {})


def test_a_refund_without_an_answer_waits(bought: Shop, operator_client: Client) -> None:
    page = reverse("admin:billing_purchase_refund", args=[bought.purchase.id])
    bought.fake.faults = ["away"] * 3
    answer = operator_client.post(page, {"credits": 500, "reason": "broken"}, follow=True)
    [said] = [str(each) for each in answer.context["messages"]]
    assert "기다리는 중" in said
    assert Refund.objects.get().state == "pending"
    assert Change.objects.get().verb == "refund"


def test_the_operator_adjusts_credits_with_a_reason(bought: Shop, operator_client: Client) -> None:
    page = reverse("admin:billing_balance_adjust", args=[bought.workspace.id])
    operator_client.post(page, {"credits": 70, "reason": "sorry"})
    assert bought.credits == (FULL + 70, 0, 0)
    refused = operator_client.post(page, {"credits": -FULL - 71, "reason": "no"})
    assert refused.status_code == 200
    operator_client.post(page, {"credits": 70, "reason": ""})
    assert bought.credits == (FULL + 70, 0, 0)
    [row] = Change.objects.all()
    assert (row.verb, row.who, row.reason) == ("adjust", "op@example.com", "sorry")
    assert (row.before["available"], row.after["available"]) == (FULL, FULL + 70)


def test_customers_reach_no_operators_page(bought: Shop) -> None:
    for page in (
        reverse("admin:billing_purchase_refund", args=[bought.purchase.id]),
        reverse("admin:billing_balance_adjust", args=[bought.workspace.id]),
    ):
        answer = bought.client.post(page, {"credits": 1, "reason": "me"})
        assert answer.status_code == 302
    assert bought.credits == (FULL, 0, 0)
    assert not Refund.objects.exists()
    assert Purchase.objects.get().refunded == 0
