"""A chargeback: the bank took the money, so the credits go, spent ones as a debt. A dispute that is
won gives them back. What the operator has to do about it happens at the provider's desk.

The provider's dispute is kept as a refund that nobody asked for: pending while it is open.
"""

import structlog
from django.db import transaction

from apps.common.locks import in_turn

from . import refunds, services
from .models import Purchase, Refund, RefundState
from .provider import Dispute, Disputed, Provider

log = structlog.get_logger(__name__)


@transaction.atomic
def apply(provider: Provider, ref: str) -> None:
    """Make of it what the provider says now. Raises NotKnownYet before its payment is known."""
    in_turn(f"dispute/{ref}")
    found = provider.dispute(ref)
    purchase = refunds.paid_by(found.payment_ref)
    row, is_new = Refund.objects.get_or_create(
        refund_ref=found.ref,
        is_dispute=True,
        defaults={
            "workspace_id": purchase.workspace_id,
            "purchase": purchase,
            "credits": 0,
            "amount": found.amount,
            "reason": f"disputed: {found.reason}"[:200],
            "operator": "",
        },
    )
    if is_new:
        log.error("payment-disputed", dispute=found.ref, workspace=str(purchase.workspace_id))
    match found.state:
        case Dispute.WON:
            refunds.undo(row.id)
        case Dispute.OPEN:
            _take(row, purchase, found)
        case Dispute.LOST:
            _take(row, purchase, found)
            pending = Refund.objects.filter(id=row.id, state=RefundState.PENDING)
            pending.update(state=RefundState.DONE)


def open_ones() -> int:
    """Disputes that wait for an answer of the operator or the bank."""
    return Refund.objects.filter(is_dispute=True, state=RefundState.PENDING).count()


def _take(row: Refund, purchase: Purchase, found: Disputed) -> None:
    """The credits that the disputed money paid for; once."""
    credits = refunds.credits_for(purchase, found.amount)
    if row.credits or row.state == RefundState.REFUSED or not credits:
        return
    entry = services.take_back(
        purchase.workspace_id, credits, key=f"refund:{row.id}", memo="disputed", as_debt=True
    )
    Refund.objects.filter(id=row.id).update(credits=credits, owed=entry.owed)
    Purchase.objects.filter(id=purchase.id).update(refunded=purchase.refunded + credits)
