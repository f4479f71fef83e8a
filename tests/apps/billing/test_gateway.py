"""Our side of stripe-python: its real objects, its pinned version, its errors as ours."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from apps.billing import gateway
from apps.billing.plans import Currency
from apps.billing.provider import About, Forged, Order, ProviderAway, ProviderRefused
from tests.stripe.fake import FakeStripe
from voicestudio.logs import redact


@pytest.fixture
def ours(selling: FakeStripe) -> gateway.StripeGateway:
    found = gateway.current()
    assert isinstance(found, gateway.StripeGateway)
    return found


def order(amount: int = 11_000) -> Order:
    return Order("x", amount, Currency.KRW, False, {"a": "b"}, "ko", "http://s", "http://c")


def test_the_version_is_the_packages_own() -> None:
    assert stripe.api_version == gateway.API_VERSION


def test_stripes_objects_are_no_dicts() -> None:
    event = stripe.Event.construct_from({"id": "evt_1", "data": {"object": {"id": "x"}}}, "k")
    assert not isinstance(event, dict)
    assert not hasattr(event, "get")
    assert event.data.object.id == "x"


@pytest.mark.parametrize(
    ("kind", "about"),
    [
        ("checkout.session.completed", About.SESSION),
        ("customer.subscription.deleted", About.SUBSCRIPTION),
        ("invoice.payment_failed", About.INVOICE),
        ("refund.updated", About.REFUND),
        ("customer.updated", None),
        ("invoiceitem.created", None),
    ],
)
def test_a_signed_event_is_read(
    ours: gateway.StripeGateway, fake_stripe: FakeStripe, kind: str, about: About | None
) -> None:
    made = {"id": "evt_1", "object": "event", "type": kind, "created": 1_790_000_000}
    body, signature = fake_stripe.signed(made | {"data": {"object": {"id": "thing_1"}}})
    notice = ours.read(body.encode(), signature)
    assert (notice.id, notice.ref, notice.about) == ("evt_1", "thing_1", about)
    assert notice.created_at == datetime.fromtimestamp(1_790_000_000, UTC)


def test_the_raw_body_is_what_is_signed(
    ours: gateway.StripeGateway, fake_stripe: FakeStripe
) -> None:
    event = {"id": "evt_1", "object": "event", "data": {"object": {}}}
    body, signature = fake_stripe.signed(event)
    same_but_for_spaces = json.dumps(json.loads(body)).encode()
    with pytest.raises(Forged):
        ours.read(same_but_for_spaces, signature)


def test_the_same_key_does_it_once(ours: gateway.StripeGateway, fake_stripe: FakeStripe) -> None:
    customer = ours.customer("a@example.com", {}, key="one")
    assert ours.customer("a@example.com", {}, key="one") == customer
    first = ours.checkout(customer, order(), key="two")
    assert ours.checkout(customer, order(), key="two") == first
    with pytest.raises(ProviderRefused):
        ours.checkout(customer, order(12_000), key="two")


def test_an_answer_that_was_lost_is_asked_for_with_the_same_key(
    ours: gateway.StripeGateway, fake_stripe: FakeStripe
) -> None:
    fake_stripe.faults = ["lost"]
    customer = ours.customer("a@example.com", {}, key="one")
    assert fake_stripe.calls == ["POST /v1/customers"] * 2
    assert list(fake_stripe.objects) == [customer]


@pytest.mark.parametrize("ask", ["session", "subscription", "invoice", "refunded"])
def test_what_is_not_there_is_refused(ours: gateway.StripeGateway, ask: str) -> None:
    with pytest.raises(ProviderRefused, match="resource_missing"):
        getattr(ours, ask)("x_1")


def test_nobody_listening_is_away(settings: Any) -> None:
    away = gateway.StripeGateway("sk_test_x", "whsec_x", "http://127.0.0.1:9")
    with pytest.raises(ProviderAway):
        away.session("cs_1")


def test_events_are_listed_page_by_page(
    ours: gateway.StripeGateway, fake_stripe: FakeStripe
) -> None:
    for number in range(130):
        fake_stripe.happen("invoice.paid", {"id": f"in_{number}"})
    since = datetime.fromtimestamp(0, UTC)
    known = [event["id"] for event in reversed(fake_stripe.events)]
    assert [each.id for each in ours.events(since)] == known


def test_keys_reach_no_log() -> None:
    line = "refused sk_live_51abc and whsec_9f8e"
    assert redact(line) == "refused sk_[redacted] and whsec_[redacted]"
