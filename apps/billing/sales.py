"""Buying: a plan by the month, a pack of credits, and the provider's own page for the rest.

Nothing is given here: credits and plans follow from what the provider says of the payment
(``follow``).
"""

import uuid
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from apps.common.errors import ApiError, FieldError, invalid
from apps.common.locks import in_turn
from apps.common.sentences import Sentence

from . import gateway, limits
from .models import Purchase, Standing, Subscription
from .plans import PACKS, PLANS, Currency, Pack, Plan, PlanName, Price
from .provider import Order, Provider, ProviderAway, ProviderMissing, ProviderRefused, Session

_BACK: Final = "/usage"
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Buyer:
    """Who pays, for which workspace, and in which language."""

    workspace_id: uuid.UUID
    email: str
    language: str


def buy(buyer: Buyer, item: str, currency: Currency) -> str:
    """The address of a page to pay at, for a plan's or a pack's name. Raises ApiError."""
    provider = _provider()
    plan = PLANS[PlanName(item)] if item in PLANS else None
    pack = PACKS.get(item)
    try:
        if pack is not None:
            return _buy_pack(provider, buyer, pack, currency)
        if plan is not None and plan.price is not None:
            return _subscribe(provider, buyer, plan, plan.price, currency)
    except ProviderAway as error:
        raise _away() from error
    except ProviderRefused as error:
        raise _refused(error) from error
    text = Sentence("살 수 없는 상품입니다.", "This is not for sale.")
    raise invalid({"item": FieldError("not-for-sale", text)})


def portal(buyer: Buyer) -> str:
    """Where the customer changes cards, reads bills and cancels. Raises ApiError."""
    provider = _provider()
    customer = limits.subscription_of(buyer.workspace_id).customer_ref
    if customer is None:
        raise _nothing_bought()
    try:
        return provider.portal(customer, settings.PUBLIC_URL + _BACK)
    except ProviderMissing as error:
        _forget_customer(buyer, customer)
        raise _nothing_bought() from error
    except ProviderAway as error:
        raise _away() from error
    except ProviderRefused as error:
        raise _refused(error) from error


def _buy_pack(provider: Provider, buyer: Buyer, pack: Pack, currency: Currency) -> str:
    _customer(provider, buyer)
    purchase = Purchase.objects.create(
        workspace_id=buyer.workspace_id,
        item=pack.name,
        is_pack=True,
        credits=pack.credits,
        amount=pack.price.amount(currency),
        currency=currency,
    )
    title = {
        "ko": f"AI Voice Studio {pack.credits:,} 크레딧",
        "en": f"AI Voice Studio {pack.credits:,} credits",
    }
    tags = {"workspace": str(buyer.workspace_id), "item": pack.name, "purchase": str(purchase.id)}
    order = _order(buyer, title, pack.price, currency, is_monthly=False, tags=tags)
    session = _checkout(provider, buyer, order, key=f"purchase:{purchase.id}")
    Purchase.objects.filter(id=purchase.id).update(session_ref=session.ref)
    return session.url


def _subscribe(
    provider: Provider, buyer: Buyer, plan: Plan, price: Price, currency: Currency
) -> str:
    """One subscription a workspace: a page that is still open is closed before the next opens."""
    _customer(provider, buyer)
    title = {
        "ko": f"AI Voice Studio {plan.title.ko} 요금제",
        "en": f"AI Voice Studio, {plan.title.en} plan",
    }
    tags = {"workspace": str(buyer.workspace_id), "item": str(plan.name)}
    order = _order(buyer, title, price, currency, is_monthly=True, tags=tags)
    with transaction.atomic():
        in_turn(f"checkout/{buyer.workspace_id}")  # not the row: jobs that start wait for that
        row = limits.subscription_of(buyer.workspace_id)
        if row.standing in (Standing.ACTIVE, Standing.OVERDUE):
            raise _subscribed_already()
        if row.checkout_ref:
            _close(provider, row.checkout_ref)
        session = _checkout(provider, buyer, order, key=f"plan:{uuid.uuid4()}")
        _rows(buyer.workspace_id).update(checkout_ref=session.ref)
    return session.url


def _close(provider: Provider, session_ref: str) -> None:
    try:
        provider.close(session_ref)
    except ProviderMissing:
        return
    except ProviderRefused as error:  # over: paid a moment ago, or lapsed by itself
        if provider.session(session_ref).subscription_ref:
            raise _subscribed_already() from error


def _checkout(provider: Provider, buyer: Buyer, order: Order, key: str) -> Session:
    """Open the page; a customer who was deleted at the provider's desk is made anew, once."""
    customer = _customer(provider, buyer)
    try:
        return provider.checkout(customer, order, key=key)
    except ProviderMissing:
        _forget_customer(buyer, customer)
        made = _customer(provider, buyer, instead_of=customer)
        return provider.checkout(made, order, key=f"{key}:again")


def _forget_customer(buyer: Buyer, customer: str) -> None:
    log.warning("customer-gone", workspace=str(buyer.workspace_id), customer=customer)
    _rows(buyer.workspace_id).filter(customer_ref=customer).update(customer_ref=None)


def _customer(provider: Provider, buyer: Buyer, *, instead_of: str = "") -> str:
    """The workspace's customer at the provider, made once; ``instead_of`` one who is gone."""
    known = limits.subscription_of(buyer.workspace_id).customer_ref
    if known is not None:
        return known
    made = provider.customer(
        buyer.email,
        {"workspace": str(buyer.workspace_id)},
        key=f"customer:{buyer.workspace_id}:{_digest(buyer.email, instead_of)}",
    )
    _rows(buyer.workspace_id).filter(customer_ref=None).update(customer_ref=made)
    return limits.subscription_of(buyer.workspace_id).customer_ref or made


def _digest(email: str, instead_of: str) -> str:
    """The provider would answer the same key with the customer who is gone."""
    return sha256(f"{email}{instead_of}".encode()).hexdigest()[:16]


def _rows(workspace_id: uuid.UUID) -> QuerySet[Subscription]:
    return Subscription.objects.filter(workspace_id=workspace_id)


def _order(
    buyer: Buyer,
    title: dict[str, str],
    price: Price,
    currency: Currency,
    *,
    is_monthly: bool,
    tags: dict[str, str],
) -> Order:
    page = settings.PUBLIC_URL + _BACK
    return Order(
        title=title[buyer.language],
        amount=price.amount(currency),
        currency=currency,
        is_monthly=is_monthly,
        tags=tags,
        language=buyer.language,
        success_url=f"{page}?paid=1",
        cancel_url=page,
    )


def _provider() -> Provider:
    provider = gateway.current()
    if provider is None:
        raise ApiError(
            "not-selling",
            "이 스튜디오에서는 결제를 받지 않습니다. 운영자에게 크레딧을 요청해 주세요.",
            "This studio takes no payments. Ask its operator for credits.",
        )
    return provider


def _subscribed_already() -> ApiError:
    return ApiError(
        "subscribed-already",
        "이미 요금제를 쓰고 있습니다. 결제 관리에서 해지한 뒤 새 요금제를 골라 주세요.",
        "There is a plan already. Cancel it on the payment page before choosing another.",
    )


def _nothing_bought() -> ApiError:
    return ApiError(
        "nothing-bought",
        "아직 결제한 적이 없습니다. 요금제나 크레딧을 먼저 골라 주세요.",
        "Nothing was bought yet. Choose a plan or credits first.",
    )


def _refused(error: ProviderRefused) -> ApiError:
    log.error("payments-refused", error=str(error))
    return ApiError(
        "payments-refused",
        "결제 서비스가 이 결제를 받지 않습니다. 전에 다른 통화로 결제했다면 그 통화를 고르고, "
        "계속되면 고객 지원에 문의해 주세요. 결제된 것은 없습니다.",
        "The payment service does not take this. If you paid in another currency before, choose "
        "that currency; if it goes on, ask our support. Nothing was charged.",
    )


def _away() -> ApiError:
    return ApiError(
        "payments-away",
        "결제 서비스가 응답하지 않습니다. 잠시 후 다시 시도해 주세요. 결제된 것은 없습니다.",
        "The payment service does not answer. Try again in a moment. Nothing was charged.",
        status=503,
    )
