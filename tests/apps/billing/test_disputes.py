"""A chargeback takes the credits as it takes the money; a dispute that is won gives them back."""

from typing import Any

import pytest
from django.test import Client

from apps.billing import disputes, refunds
from apps.billing.models import ProviderEvent, Purchase, Refund
from apps.billing.plans import PACKS, PLANS, WELCOME_CREDITS, PlanName
from tests.stripe.shop import Shop

PACK = PACKS["small"]
FULL = WELCOME_CREDITS + PACK.credits


@pytest.fixture
def bought(shop: Shop) -> Shop:
    """A small pack, paid with won."""
    shop.fake.pay(shop.open("small"))
    shop.tell()
    return shop


def dispute(shop: Shop, status: str = "needs_response") -> str:
    made = shop.fake.dispute(shop.purchase.payment_ref, PACK.price.krw, status)
    shop.tell()
    return str(made["id"])


def decide(shop: Shop, ref: str, status: str) -> None:
    """Told twice."""
    shop.fake.decide(ref, status)
    shop.tell()
    shop.send(shop.fake.events[-1])
    assert not ProviderEvent.objects.filter(done_at=None).exists()


def row_of(shop: Shop) -> tuple[int, int, str]:
    row = Refund.objects.get(workspace=shop.workspace, is_dispute=True)
    return row.credits, row.owed, row.state


def test_unspent_credits_go_and_come_back_with_the_money(bought: Shop) -> None:
    ref = dispute(bought)
    assert (bought.credits, bought.purchase.refunded) == ((WELCOME_CREDITS, 0, 0), PACK.credits)
    assert row_of(bought) == (PACK.credits, 0, "pending")
    assert disputes.open_ones() == 1
    decide(bought, ref, "under_review")
    assert bought.credits == (WELCOME_CREDITS, 0, 0)
    decide(bought, ref, "won")
    assert (bought.credits, bought.purchase.refunded) == ((FULL, 0, 0), 0)
    assert (row_of(bought), disputes.open_ones()) == ((PACK.credits, 0, "refused"), 0)


def test_spent_credits_are_owed(bought: Shop) -> None:
    bought.spend(FULL - 100)
    ref = dispute(bought)
    assert bought.credits == (0, 0, PACK.credits - 100)
    decide(bought, ref, "lost")
    assert row_of(bought) == (PACK.credits, PACK.credits - 100, "done")
    assert bought.credits == (0, 0, PACK.credits - 100)
    with pytest.raises(refunds.NotRefundable):
        refunds.refund(bought.purchase.id, 1, reason="x", operator="op")


def test_a_won_one_pays_the_debt(bought: Shop) -> None:
    bought.spend(FULL - 100)
    decide(bought, dispute(bought), "won")
    assert (bought.credits, bought.purchase.refunded) == ((100, 0, 0), 0)


def test_a_question_of_the_bank_takes_nothing(bought: Shop) -> None:
    ref = dispute(bought, "warning_needs_response")
    assert (bought.credits, row_of(bought)) == ((FULL, 0, 0), (0, 0, "pending"))
    assert disputes.open_ones() == 1, "the operator has to answer"
    decide(bought, ref, "needs_response")
    assert bought.credits == (WELCOME_CREDITS, 0, 0)
    decide(bought, ref, "won")
    assert bought.credits == (FULL, 0, 0)


def test_a_question_that_is_closed(bought: Shop) -> None:
    decide(bought, dispute(bought, "warning_needs_response"), "warning_closed")
    assert (bought.credits, row_of(bought)) == ((FULL, 0, 0), (0, 0, "refused"))


def test_what_was_refunded_is_not_taken_again(bought: Shop) -> None:
    refunds.refund(bought.purchase.id, 4_000, reason="x", operator="op")
    dispute(bought)
    assert bought.credits == (WELCOME_CREDITS, 0, 0)
    assert row_of(bought) == (1_000, 0, "pending")


def test_a_dispute_may_be_heard_of_before_its_payment(shop: Shop) -> None:
    session = shop.fake.pay(shop.open("small"))
    shop.fake.dispute(session["payment_intent"], PACK.price.krw)
    paid, disputed = shop.fake.events[-2:]
    shop.send(disputed)
    assert ProviderEvent.objects.get().error == f"NotKnownYet: {session['payment_intent']}"
    shop.send(paid)
    shop.send(disputed)
    assert shop.credits == (WELCOME_CREDITS, 0, 0)


def test_a_months_payment_too(shop: Shop) -> None:
    shop.subscribe()
    month = Purchase.objects.get(is_pack=False)
    shop.fake.dispute(month.payment_ref, month.amount)
    shop.tell()
    assert month.credits == PLANS[PlanName.STARTER].credits
    assert shop.credits == (WELCOME_CREDITS, 0, 0)


def test_it_is_never_asked_for_as_a_refund(bought: Shop) -> None:
    dispute(bought)
    row = Refund.objects.get()
    Refund.objects.update(created_at=row.created_at - refunds.STUCK)
    calls = len(bought.fake.calls)
    refunds.carry_on(row.id)
    assert (refunds.stuck(), len(bought.fake.calls)) == ([], calls)


def test_the_operator_sees_it(bought: Shop, client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "watch"
    headers = {"Authorization": "Bearer watch"}
    assert "studio_disputes_open 0.0" in client.get("/metrics", headers=headers).content.decode()
    dispute(bought)
    assert "studio_disputes_open 1.0" in client.get("/metrics", headers=headers).content.decode()
