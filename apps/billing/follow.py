"""What the provider's events lead to. An event is a hint: the object is fetched anew, so that they
may come twice, late, never or in any order.

Every fetch of a subscription happens under a lock of its own, else an older answer could be
applied after a newer one.
"""

import uuid
from datetime import timedelta
from typing import Final

import structlog
from celery import current_app
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.accounts.models import Workspace
from apps.common.locks import in_turn

from . import disputes, gateway, refunds, services
from .limits import GRACE
from .models import ProviderEvent, Purchase, PurchaseState, Standing, Subscription
from .plans import PLANS, PlanName
from .provider import (
    About,
    Invoice,
    Life,
    Notice,
    Payment,
    Provider,
    ProviderAway,
    ProviderRefused,
    Session,
    Subscribed,
)

MOST_TRIES: Final = 30
AT_ONCE: Final = 100
_FIRST_TRY: Final = timedelta(seconds=30)
_LONGEST_PAUSE: Final = timedelta(hours=3)
_STANDINGS: Final = {
    Life.ACTIVE: Standing.ACTIVE,
    Life.OVERDUE: Standing.OVERDUE,
    Life.ENDED: Standing.ENDED,
}
log = structlog.get_logger(__name__)


def keep(notice: Notice) -> None:
    """Store an event once, by its id, and follow it soon; drop what is nothing of ours."""
    if notice.about is None or not notice.ref:
        return
    with transaction.atomic():
        _, is_new = ProviderEvent.objects.get_or_create(
            id=notice.id,
            defaults={
                "type": notice.type,
                "about": notice.about,
                "object_ref": notice.ref,
                "created_at": notice.created_at,
                "not_before": timezone.now() + _FIRST_TRY,
            },
        )
        if is_new:
            transaction.on_commit(lambda: _soon(notice.id), robust=True)


def _soon(event_id: str) -> None:
    """A broker that is away loses only time: the sweep comes to the same."""
    current_app.send_task("apps.billing.tasks.follow", args=[event_id], retry=False)


def follow(event_id: str) -> None:
    """Do what an event calls for; once, however often it is asked. Failures are tried again."""
    provider = gateway.current()
    if provider is None:
        return
    try:
        with transaction.atomic():
            waiting = ProviderEvent.objects.select_for_update(skip_locked=True, no_key=True)
            event = waiting.filter(id=event_id, done_at=None).first()
            if event is None:
                return
            _apply(provider, About(event.about), event.object_ref)
            event.done_at = timezone.now()
            event.error = ""
            event.save(update_fields=["done_at", "error"])
    except (ProviderAway, ProviderRefused, refunds.NotKnownYet) as error:
        _later(event_id, f"{type(error).__name__}: {error}")
    except Exception as error:  # a bug of ours must not be met again each minute, nor be silent
        _later(event_id, type(error).__name__)
        raise


def _later(event_id: str, error: str) -> None:
    """Try again after a pause that doubles, up to three hours."""
    event = ProviderEvent.objects.get(id=event_id)
    pause = min(_FIRST_TRY * 2 ** min(event.tries, 20), _LONGEST_PAUSE)
    ProviderEvent.objects.filter(id=event_id, done_at=None).update(
        tries=F("tries") + 1, not_before=timezone.now() + pause, error=error[:200]
    )
    log.warning("event-not-followed", provider_event=event_id, error=error, tries=event.tries + 1)


def again(event_id: str) -> None:
    """The operator has mended what kept an event from being followed: it starts afresh."""
    waiting = ProviderEvent.objects.filter(id=event_id, done_at=None)
    if waiting.update(tries=0, not_before=timezone.now()):
        transaction.on_commit(lambda: _soon(event_id), robust=True)


def due() -> list[str]:
    """Events that nobody has followed yet, the oldest first."""
    waiting = ProviderEvent.objects.filter(
        done_at=None, not_before__lte=timezone.now(), tries__lt=MOST_TRIES
    )
    return list(waiting.order_by("not_before").values_list("id", flat=True)[:AT_ONCE])


def _apply(provider: Provider, about: About, ref: str) -> None:
    match about:
        case About.SESSION:
            apply_session(provider, provider.session(ref))
        case About.SUBSCRIPTION:
            apply_subscription(provider, ref)
        case About.INVOICE:
            apply_invoice(provider, provider.invoice(ref))
        case About.REFUND:
            refunds.apply(provider.refunded(ref))
        case About.DISPUTE:
            disputes.apply(provider, ref)


def apply_session(provider: Provider, session: Session) -> None:
    """A pay page: paid packs give their credits once, paid plans begin."""
    if session.subscription_ref:
        apply_subscription(provider, session.subscription_ref)
        return
    purchase = _named(session.tags.get("purchase", ""))
    if purchase is None:
        return
    if session.payment is Payment.LAPSED:
        Purchase.objects.filter(id=purchase.id, state=PurchaseState.OPEN).update(
            state=PurchaseState.LAPSED
        )
    if session.payment is not Payment.PAID:
        return
    with transaction.atomic():
        paid = (
            Purchase.objects.filter(id=purchase.id)
            .exclude(state=PurchaseState.PAID)
            .update(
                state=PurchaseState.PAID,
                payment_ref=session.payment_ref,
                session_ref=session.ref,
                paid_at=timezone.now(),
            )
        )
        if paid:
            _leave_trial(purchase.workspace_id)
            services.grant(
                purchase.workspace_id,
                purchase.credits,
                key=f"purchase:{purchase.id}",
                memo=purchase.item,
            )


def _named(purchase_id: str) -> Purchase | None:
    try:
        return Purchase.objects.filter(id=uuid.UUID(purchase_id)).first()
    except ValueError:
        return None


def _leave_trial(workspace_id: uuid.UUID) -> None:
    Subscription.objects.filter(workspace_id=workspace_id, plan=PlanName.TRIAL).update(
        plan=PlanName.PAYG
    )


@transaction.atomic
def apply_invoice(provider: Provider, invoice: Invoice) -> None:
    """A bill: a paid month gives the plan's credits once; an unpaid one changes the standing."""
    if not invoice.subscription_ref:
        return
    apply_subscription(provider, invoice.subscription_ref)
    workspace = _workspace(invoice.tags)
    item = invoice.tags.get("item", "")
    if not (invoice.is_paid and invoice.is_month and item in PLANS and workspace is not None):
        return
    plan = PLANS[PlanName(item)]
    Purchase.objects.get_or_create(
        invoice_ref=invoice.ref,
        defaults={
            "workspace": workspace,
            "item": plan.name,
            "is_pack": False,
            "credits": plan.credits,
            "amount": invoice.amount,
            "currency": invoice.currency,
            "state": PurchaseState.PAID,
            "payment_ref": invoice.payment_ref,
            "paid_at": timezone.now(),
        },
    )
    services.grant(workspace.id, plan.credits, key=f"invoice:{invoice.ref}", memo=plan.name)


@transaction.atomic
def apply_subscription(provider: Provider, ref: str) -> None:
    """Make the workspace's plan what the provider says of its subscription now."""
    in_turn(f"subscription/{ref}")
    found = provider.subscription(ref)
    workspace = _workspace(found.tags)
    if workspace is None or found.tags.get("item") not in PLANS or found.life is Life.BEGINS:
        return
    row, _ = Subscription.objects.select_for_update(no_key=True).get_or_create(workspace=workspace)
    if row.subscription_ref == found.ref or (
        found.life is not Life.ENDED and _is_free(provider, row)
    ):
        _change(row, found)
    elif found.life is not Life.ENDED:
        log.error("second-subscription", workspace=str(workspace.id), subscription=found.ref)


def _is_free(provider: Provider, row: Subscription) -> bool:
    """Whether the workspace has no other subscription; one may have ended without our hearing."""
    known = row.subscription_ref
    return known is None or provider.subscription(known).life is Life.ENDED


def _change(row: Subscription, found: Subscribed) -> None:
    row.standing = _STANDINGS[found.life]
    row.period_end = found.period_end
    row.ends = found.ends
    row.checkout_ref = ""
    if found.life is Life.ENDED:
        row.plan = PlanName.PAYG
        row.subscription_ref = None
        row.grace_until = None
        row.ends = False
    else:
        row.plan = PlanName(found.tags["item"])
        row.subscription_ref = found.ref
        overdue = found.life is Life.OVERDUE
        row.grace_until = (row.grace_until or timezone.now() + GRACE) if overdue else None
    row.save()


def _workspace(tags: dict[str, str]) -> Workspace | None:
    """The workspace that we named when the customer went to pay; None where it is no longer."""
    living = Workspace.objects.filter(erased_at=None)
    try:
        return living.filter(id=uuid.UUID(tags.get("workspace", ""))).first()
    except ValueError:
        return None
