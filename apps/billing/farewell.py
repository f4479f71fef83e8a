"""A customer is erased: the provider forgets them, and the records that stay name nobody."""

import uuid
from contextlib import suppress
from typing import Final

from django.db import transaction

from apps.accounts.models import Membership, Role, Workspace
from apps.common import audit

from . import gateway
from .models import Entry, EntryKind, Purchase, PurchaseState, Refund, Subscription
from .provider import Provider, ProviderAway, ProviderMissing, ProviderRefused

RECORDS_AT_ONCE: Final = 2000
_WRITTEN_BY_HAND = (EntryKind.ADJUST, EntryKind.REFUND)


def part(workspace_id: uuid.UUID) -> str:
    """Close pay pages that are open and delete the customer at the provider, with subscriptions.

    The customer's ref there, "" where there is none. Safe to repeat. Raises ProviderAway, also
    where no provider is configured any more to be asked.
    """
    row = Subscription.objects.filter(workspace_id=workspace_id).first()
    unpaid = Purchase.objects.filter(workspace_id=workspace_id, state=PurchaseState.OPEN)
    pages = [ref for ref in unpaid.values_list("session_ref", flat=True) if ref]
    if row is not None and row.checkout_ref:
        pages.append(row.checkout_ref)
    customer = (row.customer_ref if row is not None else None) or ""
    if pages or customer:
        provider = _provider()
        for page in pages:
            _close(provider, page)
        if customer:
            provider.forget(customer)
    return customer


def hand_over(user_id: uuid.UUID) -> None:
    """Of workspaces that stay, the provider knows another owner's address instead of the person's.

    Safe to repeat. Raises ProviderAway.
    """
    shared = Workspace.objects.filter(memberships__user=user_id, erased_at=None)
    rows = Subscription.objects.filter(workspace__in=shared).exclude(customer_ref=None)
    for row in rows:
        owners = Membership.objects.filter(workspace=row.workspace_id, role=Role.OWNER)
        heir = owners.exclude(user=user_id).order_by("created_at").select_related("user").first()
        if heir is None:
            continue
        with suppress(ProviderMissing):
            _provider().write_to(str(row.customer_ref), heir.user.email)


def _provider() -> Provider:
    """Whoever knows the customer. Raises ProviderAway where none is configured any more."""
    provider = gateway.current()
    if provider is None:
        raise ProviderAway("no provider is configured")
    return provider


def _close(provider: Provider, page: str) -> None:
    try:
        provider.close(page)
    except ProviderRefused:
        return  # over already


@transaction.atomic
def forget_records(workspace_id: uuid.UUID) -> int:
    """Delete what the law wanted kept of an erased workspace, a batch; how many rows went.

    Of the ledger only what is due: the database refuses any other.
    """
    gone = 0
    for table in (Refund, Purchase, Entry):  # those that point at others first
        rows = table._base_manager.filter(workspace_id=workspace_id)
        ids = list(rows.values_list("pk", flat=True)[: RECORDS_AT_ONCE - gone])
        with audit.erasing():
            gone += table._base_manager.filter(pk__in=ids).delete()[0]
    return gone


@transaction.atomic
def forget_words(workspace_id: uuid.UUID) -> dict[str, int]:
    """Take out of the kept records what operators wrote in them; how many records are kept."""
    kept = {
        "billing.entry": Entry.objects.filter(workspace_id=workspace_id),
        "billing.purchase": Purchase.objects.filter(workspace_id=workspace_id),
        "billing.refund": Refund.objects.filter(workspace_id=workspace_id),
    }
    for rows in kept.values():
        audit.forget_rows(rows.model, list(rows.values_list("pk", flat=True)))
    by_hand = Entry.objects.filter(workspace_id=workspace_id, kind__in=_WRITTEN_BY_HAND)
    with audit.erasing():
        by_hand.exclude(memo="").update(memo="")
    Refund.objects.filter(workspace_id=workspace_id).update(reason="")
    Purchase.objects.filter(workspace_id=workspace_id, state=PurchaseState.OPEN).update(
        state=PurchaseState.LAPSED
    )
    return {name: count for name, rows in kept.items() if (count := rows.count())}
