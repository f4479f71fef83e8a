"""Every night: what webhooks should have told is asked for, and the ledger is added up."""

from datetime import timedelta
from typing import Final

import structlog
from django.utils import timezone

from . import follow, gateway, refunds, services
from .models import ProviderEvent, Purchase, PurchaseState, Subscription
from .provider import Provider, ProviderAway, ProviderRefused

LOOK_BACK: Final = timedelta(days=7)
PAGE_LIFE: Final = timedelta(days=2)
"""Pay pages end after a day; one that is still open after two is not asked about again."""
log = structlog.get_logger(__name__)


def reconcile() -> None:
    """Fetch missed events, open pay pages and all subscriptions; finish refunds; check sums."""
    for workspace_id in services.unbalanced():
        log.error("ledger-unbalanced", workspace=str(workspace_id))
    provider = gateway.current()
    if provider is None:
        return
    for part in (_missed_events, _open_pages, _subscriptions):
        try:
            part(provider)
        except ProviderAway as error:
            log.warning("reconcile-stopped", error=str(error))
            break
        except ProviderRefused as error:  # the other parts may well be answered
            log.error("reconcile-refused", part=part.__name__.strip("_"), error=str(error))
    refunds.carry_on_stuck()


def _missed_events(provider: Provider) -> None:
    notices = list(provider.events(timezone.now() - LOOK_BACK))
    known = set(
        ProviderEvent.objects.filter(id__in=[each.id for each in notices]).values_list(
            "id", flat=True
        )
    )
    for notice in notices:
        if notice.id not in known:
            follow.keep(notice)


def _open_pages(provider: Provider) -> None:
    rows = Purchase.objects.filter(state=PurchaseState.OPEN, session_ref__isnull=False)
    for ref in rows.filter(created_at__gt=timezone.now() - PAGE_LIFE).values_list(
        "session_ref", flat=True
    ):
        try:
            follow.apply_session(provider, provider.session(str(ref)))
        except ProviderRefused as error:
            log.warning("session-gone", session=ref, error=str(error))


def _subscriptions(provider: Provider) -> None:
    refs = Subscription.objects.filter(subscription_ref__isnull=False)
    for ref in refs.values_list("subscription_ref", flat=True):
        try:
            follow.apply_subscription(provider, str(ref))
        except ProviderRefused as error:
            log.warning("subscription-gone", subscription=ref, error=str(error))
