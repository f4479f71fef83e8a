"""The seam to whoever takes the money: what we ask a payment provider, and what it answers.

``gateway`` is Stripe's side. Amounts are in the currency's smallest unit. Every call may raise
``ProviderAway`` (nobody knows whether it was done; the same ``key`` again does it once at most) or
``ProviderRefused``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from .plans import Currency


class ProviderAway(Exception):
    """No answer, or one that says to ask again later."""


class ProviderRefused(Exception):
    """The provider will not, however often it is asked."""


class ProviderMissing(ProviderRefused):
    """What was named is not there, or no longer."""


class Forged(Exception):
    """A webhook that the provider did not sign, or signed long ago."""


class About(StrEnum):
    """What kind of object an event is about."""

    SESSION = "session"
    SUBSCRIPTION = "subscription"
    INVOICE = "invoice"
    REFUND = "refund"
    DISPUTE = "dispute"


@dataclass(frozen=True)
class Notice:
    """An event: something about ``ref`` has changed. ``about`` None: nothing of ours."""

    id: str
    type: str
    ref: str
    about: About | None
    created_at: datetime


@dataclass(frozen=True)
class Order:
    """What a customer is sent to pay for; ``tags`` come back with everything that follows."""

    title: str
    amount: int
    currency: Currency
    is_monthly: bool
    tags: dict[str, str]
    language: str
    success_url: str
    cancel_url: str


class Payment(StrEnum):
    OPEN = "open"
    PAID = "paid"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class Session:
    """A visit to the provider's pay page."""

    ref: str
    url: str
    payment: Payment
    tags: dict[str, str]
    subscription_ref: str
    payment_ref: str


class Life(StrEnum):
    """``begins``: the first payment is under way. ``overdue``: the last one failed."""

    BEGINS = "begins"
    ACTIVE = "active"
    OVERDUE = "overdue"
    ENDED = "ended"


@dataclass(frozen=True)
class Subscribed:
    """A subscription as the provider sees it; ``ends``: it will not be renewed."""

    ref: str
    customer_ref: str
    life: Life
    period_end: datetime | None
    ends: bool
    tags: dict[str, str]


@dataclass(frozen=True)
class Invoice:
    """A bill of a subscription; ``is_month`` where it is for a new month of it."""

    ref: str
    subscription_ref: str
    is_paid: bool
    is_month: bool
    amount: int
    currency: str
    payment_ref: str
    tags: dict[str, str]


@dataclass(frozen=True)
class Repaid:
    """A refund: under way, done or (``failed``) come back."""

    ref: str
    payment_ref: str
    amount: int
    failed: bool
    tags: dict[str, str]


class Dispute(StrEnum):
    """``asked``: the bank only wants to know. ``open``: it took the money until somebody decides.
    ``won``: it came back, or was never taken."""

    ASKED = "asked"
    OPEN = "open"
    LOST = "lost"
    WON = "won"


@dataclass(frozen=True)
class Disputed:
    """A chargeback: a customer has their bank take a payment back."""

    ref: str
    payment_ref: str
    amount: int
    state: Dispute
    reason: str


class Provider(Protocol):
    """What a payment provider has to be able to do."""

    def customer(self, email: str, tags: dict[str, str], key: str) -> str:
        """Make a customer; its ref."""

    def write_to(self, customer_ref: str, email: str) -> None:
        """A customer's bills go to this address from now on, and no other is kept."""

    def forget(self, customer_ref: str) -> None:
        """Delete a customer with cards and subscriptions; one that is gone already is fine.

        What was paid stays with the provider, without a name.
        """

    def checkout(self, customer_ref: str, order: Order, key: str) -> Session:
        """Open a page to pay at."""

    def close(self, session_ref: str) -> None:
        """Nobody can pay at this page any more; ProviderRefused where it is over already."""

    def portal(self, customer_ref: str, return_url: str) -> str:
        """The address where a customer changes cards, sees bills and cancels."""

    def session(self, ref: str) -> Session: ...

    def subscription(self, ref: str) -> Subscribed: ...

    def invoice(self, ref: str) -> Invoice: ...

    def refunded(self, ref: str) -> Repaid: ...

    def dispute(self, ref: str) -> Disputed: ...

    def refund(self, payment_ref: str, amount: int, tags: dict[str, str], key: str) -> Repaid:
        """Send money back."""

    def refunds_of(self, payment_ref: str) -> Iterator[Repaid]:
        """All of a payment's refunds."""

    def read(self, body: bytes, signature: str) -> Notice:
        """A webhook's raw body, checked. Raises Forged."""

    def events(self, since: datetime) -> Iterator[Notice]:
        """Everything that has happened, the newest first."""
