"""Stripe, and nothing else imports it. Objects of stripe-python are no dicts: attributes only."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import stripe
import structlog
from django.conf import settings

from .provider import (
    About,
    Dispute,
    Disputed,
    Forged,
    Invoice,
    Life,
    Notice,
    Order,
    Payment,
    Provider,
    ProviderAway,
    ProviderMissing,
    ProviderRefused,
    Repaid,
    Session,
    Subscribed,
)

API_VERSION: Final = "2026-10-28.endive"
"""Shapes of objects hang on it: raise it together with the package."""
TIMEOUT_S: Final = 10
RETRIES: Final = 2

_ABOUT: Final = {
    "checkout.session.": About.SESSION,
    "customer.subscription.": About.SUBSCRIPTION,
    "invoice.": About.INVOICE,
    "refund.": About.REFUND,
    "charge.dispute.": About.DISPUTE,
}
_LIVES: Final = {
    "incomplete": Life.BEGINS,
    "trialing": Life.ACTIVE,
    "active": Life.ACTIVE,
    "past_due": Life.OVERDUE,
    "unpaid": Life.OVERDUE,
    "paused": Life.OVERDUE,
    "canceled": Life.ENDED,
    "incomplete_expired": Life.ENDED,
}
_DISPUTES: Final = {
    "warning_needs_response": Dispute.ASKED,
    "warning_under_review": Dispute.ASKED,
    "warning_closed": Dispute.WON,
    "prevented": Dispute.WON,
    "needs_response": Dispute.OPEN,
    "under_review": Dispute.OPEN,
    "won": Dispute.WON,
    "lost": Dispute.LOST,
}
_MONTHS: Final = {"subscription_create", "subscription_cycle"}
_AWAY: Final = (
    stripe.APIConnectionError,
    stripe.RateLimitError,
    stripe.AuthenticationError,  # the operator mends the key; nothing is lost
    stripe.PermissionError,
)
T = TypeVar("T")
log = structlog.get_logger(__name__)


def current() -> Provider | None:
    """The installation's payment provider; None where it sells nothing."""
    if not settings.STRIPE_SECRET_KEY:
        return None
    return StripeGateway(
        settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET, settings.STRIPE_API
    )


class StripeGateway:
    """See ``provider.Provider``."""

    def __init__(self, key: str, webhook_secret: str, address: str) -> None:
        self._webhook_secret = webhook_secret
        self._v1 = stripe.StripeClient(
            key,
            stripe_version=API_VERSION,
            base_addresses={"api": address},
            max_network_retries=RETRIES,
            http_client=stripe.RequestsClient(timeout=TIMEOUT_S),
        ).v1

    def customer(self, email: str, tags: dict[str, str], key: str) -> str:
        with _errors():
            made = self._v1.customers.create(
                {"email": email, "metadata": tags}, {"idempotency_key": key}
            )
        return made.id

    def write_to(self, customer_ref: str, email: str) -> None:
        with _errors():
            key = f"write-to:{uuid.uuid4()}"
            self._v1.customers.update(customer_ref, {"email": email}, {"idempotency_key": key})

    def forget(self, customer_ref: str) -> None:
        with _errors():
            try:
                self._v1.customers.delete(customer_ref)
            except stripe.InvalidRequestError as error:
                if error.code != "resource_missing":
                    raise

    def checkout(self, customer_ref: str, order: Order, key: str) -> Session:
        price: Any = {
            "currency": order.currency.value,
            "unit_amount": order.amount,
            "product_data": {"name": order.title},
        }
        wanted: Any = {
            "customer": customer_ref,
            "locale": order.language,
            "metadata": order.tags,
            "success_url": order.success_url,
            "cancel_url": order.cancel_url,
            "line_items": [{"price_data": price, "quantity": 1}],
        }
        if order.is_monthly:
            price["recurring"] = {"interval": "month"}
            wanted |= {"mode": "subscription", "subscription_data": {"metadata": order.tags}}
        else:
            wanted |= {"mode": "payment", "payment_intent_data": {"metadata": order.tags}}
            wanted |= {"adaptive_pricing": {"enabled": False}}
        with _errors():
            return _session(self._v1.checkout.sessions.create(wanted, {"idempotency_key": key}))

    def close(self, session_ref: str) -> None:
        with _errors():
            self._v1.checkout.sessions.expire(session_ref)

    def portal(self, customer_ref: str, return_url: str) -> str:
        with _errors():
            made = self._v1.billing_portal.sessions.create(
                {"customer": customer_ref, "return_url": return_url}
            )
        return made.url

    def session(self, ref: str) -> Session:
        return _fetched(lambda: self._v1.checkout.sessions.retrieve(ref), _session)

    def subscription(self, ref: str) -> Subscribed:
        return _fetched(lambda: self._v1.subscriptions.retrieve(ref), _subscribed)

    def invoice(self, ref: str) -> Invoice:
        return _fetched(lambda: self._v1.invoices.retrieve(ref, {"expand": ["payments"]}), _invoice)

    def refunded(self, ref: str) -> Repaid:
        return _fetched(lambda: self._v1.refunds.retrieve(ref), _repaid)

    def dispute(self, ref: str) -> Disputed:
        return _fetched(lambda: self._v1.disputes.retrieve(ref), _disputed)

    def refund(self, payment_ref: str, amount: int, tags: dict[str, str], key: str) -> Repaid:
        with _errors():
            made = self._v1.refunds.create(
                {"payment_intent": payment_ref, "amount": amount, "metadata": tags},
                {"idempotency_key": key},
            )
            return _repaid(made)

    def refunds_of(self, payment_ref: str) -> Iterator[Repaid]:
        with _errors():
            page = self._v1.refunds.list({"payment_intent": payment_ref, "limit": 100})
            for found in page.auto_paging_iter():
                yield _repaid(found)

    def read(self, body: bytes, signature: str) -> Notice:
        try:
            event = stripe.Webhook.construct_event(body, signature, self._webhook_secret)
        except (stripe.SignatureVerificationError, ValueError) as error:
            raise Forged from error
        return _notice(event)

    def events(self, since: datetime) -> Iterator[Notice]:
        with _errors():
            page = self._v1.events.list({"created": {"gte": int(since.timestamp())}, "limit": 100})
            for event in page.auto_paging_iter():
                yield _notice(event)


@contextmanager
def _errors() -> Iterator[None]:
    """Stripe's errors as ours."""
    try:
        yield
    except _AWAY as error:
        log.warning("stripe-away", error=type(error).__name__, request=error.request_id)
        raise ProviderAway(type(error).__name__) from error
    except stripe.APIError as error:  # its 5xx
        raise ProviderAway("APIError") from error
    except stripe.StripeError as error:
        kind = ProviderMissing if error.code == "resource_missing" else ProviderRefused
        raise kind(error.code or type(error).__name__) from error


def _fetched(fetch: Callable[[], Any], shape: Callable[[Any], T]) -> T:
    with _errors():
        return shape(fetch())


def _notice(event: Any) -> Notice:
    about = next((kind for name, kind in _ABOUT.items() if event.type.startswith(name)), None)
    return Notice(
        id=event.id,
        type=event.type,
        ref=getattr(event.data.object, "id", ""),
        about=about,
        created_at=_time(event.created),
    )


def _session(found: Any) -> Session:
    is_paid = found.status == "complete" and found.payment_status != "unpaid"
    open_or_waiting = Payment.LAPSED if found.status == "expired" else Payment.OPEN
    return Session(
        ref=found.id,
        url=found.url or "",
        payment=Payment.PAID if is_paid else open_or_waiting,
        tags=_tags(found.metadata),
        subscription_ref=_ref(found.subscription),
        payment_ref=_ref(found.payment_intent),
    )


def _subscribed(found: Any) -> Subscribed:
    ends = [item.current_period_end for item in found["items"].data]
    return Subscribed(
        ref=found.id,
        customer_ref=_ref(found.customer),
        life=_LIVES[found.status],
        period_end=_time(max(ends)) if ends else None,
        ends=found.cancel_at_period_end or found.cancel_at is not None,
        tags=_tags(found.metadata),
    )


def _invoice(found: Any) -> Invoice:
    parent = found.parent
    details = parent.subscription_details if parent is not None else None
    payments = found.payments.data if getattr(found, "payments", None) is not None else []
    paid_by = [_ref(each.payment.payment_intent) for each in payments if each.status == "paid"]
    return Invoice(
        ref=found.id,
        subscription_ref=_ref(details.subscription) if details is not None else "",
        is_paid=found.status == "paid",
        is_month=found.billing_reason in _MONTHS,
        amount=found.amount_paid,
        currency=found.currency,
        payment_ref=next(iter(paid_by), ""),
        tags=_tags(details.metadata) if details is not None else {},
    )


def _repaid(found: Any) -> Repaid:
    return Repaid(
        ref=found.id,
        payment_ref=_ref(found.payment_intent),
        amount=found.amount,
        failed=found.status in {"failed", "canceled"},
        tags=_tags(found.metadata),
    )


def _disputed(found: Any) -> Disputed:
    return Disputed(
        ref=found.id,
        payment_ref=_ref(found.payment_intent),
        amount=found.amount,
        state=_DISPUTES[found.status],
        reason=found.reason,
    )


def _tags(metadata: Any) -> dict[str, str]:
    return {} if metadata is None else dict(metadata.to_dict())


def _ref(value: Any) -> str:
    """The id of what may be an id, an expanded object or nothing."""
    return value if isinstance(value, str) else getattr(value, "id", "")


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
