"""Money back, by the operator: the credits are taken first, then the provider is asked.

Between the two a process may die: the refund stays pending and is asked for again with the same
key, which the provider does once within a day; later it is looked for. One that it refuses gives
the credits back.
"""

import uuid
from datetime import timedelta
from typing import Final

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from . import gateway, services
from .models import Purchase, PurchaseState, Refund, RefundState
from .provider import Provider, ProviderAway, ProviderRefused, Repaid

log = structlog.get_logger(__name__)
STUCK: Final = timedelta(minutes=2)
"""Longer than asking takes: until then whoever began a refund may still be at it."""


class NotKnownYet(Exception):
    """A refund was heard of before the payment that it is of."""


class NotRefundable(Exception):
    """There is less of the purchase left than is to be refunded."""


def refund(
    purchase_id: uuid.UUID, credits: int, *, reason: str, operator: str, as_debt: bool = False
) -> Refund:
    """Take back so many credits of a purchase and send their part of the money back.

    Raises NotRefundable, or services.NotEnoughCredits where they are spent and no debt is to be
    recorded; then nothing has changed.
    """
    row = _begin(purchase_id, credits, reason=reason, operator=operator, as_debt=as_debt)
    carry_on(row.id, is_new=True)
    row.refresh_from_db()
    return row


@transaction.atomic
def _begin(
    purchase_id: uuid.UUID, credits: int, *, reason: str, operator: str, as_debt: bool
) -> Refund:
    purchase = Purchase.objects.select_for_update(no_key=True).get(id=purchase_id)
    left = purchase.credits - purchase.refunded
    if purchase.state != PurchaseState.PAID or not purchase.payment_ref or not 0 < credits <= left:
        raise NotRefundable(f"{left} credits of this purchase are left")
    before = _money(purchase, purchase.refunded)
    purchase.refunded += credits
    purchase.save(update_fields=["refunded", "updated_at"])
    refund_id = uuid.uuid4()
    entry = services.take_back(
        purchase.workspace_id, credits, key=f"refund:{refund_id}", memo=reason, as_debt=as_debt
    )
    return Refund.objects.create(
        id=refund_id,
        workspace_id=purchase.workspace_id,
        purchase=purchase,
        credits=credits,
        owed=entry.owed,
        amount=_money(purchase, purchase.refunded) - before,
        reason=reason,
        operator=operator,
    )


def _money(purchase: Purchase, credits: int) -> int:
    """What so many credits of a purchase were paid with, so that parts add up to the whole."""
    return purchase.amount * credits // purchase.credits


def carry_on(refund_id: uuid.UUID, *, is_new: bool = False) -> bool:
    """Ask the provider for a pending refund; harmless when repeated. False where it is away.

    One that is not new may be at the provider already, and its key be forgotten there: it is looked
    for first.
    """
    provider = gateway.current()
    row = Refund.objects.select_related("purchase").get(id=refund_id)
    if provider is None or row.state != RefundState.PENDING or row.is_dispute:
        return True
    try:
        made = None if is_new else _found(provider, row)
        made = made or provider.refund(
            row.purchase.payment_ref, row.amount, {"refund": str(row.id)}, key=f"refund:{row.id}"
        )
    except ProviderAway as error:
        log.warning("refund-waits", refund=str(row.id), error=str(error))
        return False
    except ProviderRefused as error:
        log.warning("refund-refused", refund=str(row.id), error=str(error))
        undo(row.id)
        return True
    _note(row.id, made)
    return True


def _found(provider: Provider, row: Refund) -> Repaid | None:
    """The refund at the provider that an earlier try made."""
    made = provider.refunds_of(row.purchase.payment_ref)
    return next((each for each in made if each.tags.get("refund") == str(row.id)), None)


def carry_on_stuck() -> None:
    """Ask for refunds that were begun and never answered, until the provider is away."""
    for refund_id in stuck():
        if not carry_on(refund_id):
            return


def stuck() -> list[uuid.UUID]:
    """Refunds that were begun and never answered, the oldest first."""
    since = timezone.now() - STUCK
    rows = Refund.objects.filter(state=RefundState.PENDING, is_dispute=False, created_at__lte=since)
    return list(rows.order_by("created_at").values_list("id", flat=True))


def apply(found: Repaid) -> None:
    """The provider tells of a refund: one of ours is noted; one made at its own desk takes what is
    unspent of the purchase's credits, the rest stays with the customer."""
    ours = Q(id__in=_ids(found.tags.get("refund", "")))
    known = Refund.objects.filter(ours | Q(refund_ref=found.ref, is_dispute=False)).first()
    if known is not None:
        _note(known.id, found)
    elif not found.failed:
        _from_outside(found)


def _ids(text: str) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(text)]
    except ValueError:
        return []


def _note(refund_id: uuid.UUID, found: Repaid) -> None:
    if found.failed:
        undo(refund_id)
        return
    Refund.objects.filter(id=refund_id, state=RefundState.PENDING).update(
        state=RefundState.DONE, refund_ref=found.ref
    )


@transaction.atomic
def undo(refund_id: uuid.UUID) -> None:
    """The money did not go back: neither do the credits, nor is anything owed for it."""
    refused = (
        Refund.objects.filter(id=refund_id)
        .exclude(state=RefundState.REFUSED)
        .update(state=RefundState.REFUSED)
    )
    if refused:
        row = Refund.objects.get(id=refund_id)
        if row.credits == 0:
            return
        Purchase.objects.filter(id=row.purchase_id).update(refunded=F("refunded") - row.credits)
        services.grant(
            row.workspace_id, row.credits, key=f"refund-undone:{row.id}", memo="refund refused"
        )


def paid_by(payment_ref: str) -> Purchase:
    """The purchase that a payment paid, held until the commit. Raises NotKnownYet."""
    paid = Purchase.objects.filter(payment_ref=payment_ref, state=PurchaseState.PAID)
    purchase = paid.exclude(payment_ref="").select_for_update(no_key=True).first()
    if purchase is None:
        raise NotKnownYet(payment_ref)
    return purchase


def credits_for(purchase: Purchase, amount: int) -> int:
    """Credits that so much of its money paid for, as far as they were not refunded yet."""
    return min(_worth(purchase, amount), purchase.credits - purchase.refunded)


def _worth(purchase: Purchase, amount: int) -> int:
    return -(-purchase.credits * amount // max(1, purchase.amount))


@transaction.atomic
def _from_outside(found: Repaid) -> None:
    purchase = paid_by(found.payment_ref)
    if Refund.objects.filter(refund_ref=found.ref).exists():
        return
    wanted = _worth(purchase, found.amount)
    free = services.balance_of(purchase.workspace_id).available
    taken = max(0, min(wanted, purchase.credits - purchase.refunded, free))
    row = Refund.objects.create(
        workspace_id=purchase.workspace_id,
        purchase=purchase,
        credits=taken,
        amount=found.amount,
        state=RefundState.DONE,
        refund_ref=found.ref,
        reason=f"refunded at the provider; {wanted - taken} credits were spent already",
        operator="",
    )
    purchase.refunded += taken
    purchase.save(update_fields=["refunded", "updated_at"])
    if taken:
        services.take_back(
            purchase.workspace_id, taken, key=f"refund:{row.id}", memo="refunded at the provider"
        )
