"""From the outbox to the customers' addresses: fan out, try, try again, give up."""

import json
import random
import uuid
from collections import Counter
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from apps.common.models import OutboxEvent

from . import mails, notices, sending, services, signing
from .events import ALL
from .models import Delivery, DeliveryState, Endpoint

log = structlog.get_logger(__name__)

FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(hours=4)
FACTOR: Final = 4
JITTER: Final = 0.2
GIVE_UP: Final = timedelta(hours=24)
DISABLE_AFTER: Final = timedelta(days=3)
KEEP: Final = timedelta(days=30)
"""Events and their deliveries can be seen and replayed for so long."""
CLAIM: Final = timedelta(seconds=60)
AT_ONCE: Final = 5
"""Deliveries in flight to one endpoint; to one that fails, one: it shall not hold the workers."""
_GONE: Final = 410
_EVENTS_AT_ONCE: Final = 500
_DUE_AT_ONCE: Final = 1000


def fan_out() -> None:
    """Make deliveries of events that nobody has looked at yet, and start what is due."""
    for _ in range(_EVENTS_AT_ONCE):
        if not _fan_out_one():
            break
    start_due()


@transaction.atomic
def _fan_out_one() -> bool:
    waiting = OutboxEvent.objects.filter(handled_at=None).order_by("created_at", "id")
    event = waiting.select_for_update(no_key=True, skip_locked=True).first()
    if event is None:
        return False
    mails.note(event)
    now = timezone.now()
    wanted = Q(events__contains=[event.kind]) | Q(events__contains=[ALL])
    endpoints = Endpoint.objects.for_workspace(event.workspace_id).filter(wanted, is_enabled=True)
    made = [
        Delivery(
            workspace_id=event.workspace_id, endpoint=each, event=event, since=now, next_at=now
        )
        for each in endpoints
    ]
    if not made:
        event.delete()
        return True
    Delivery.objects.bulk_create(made, ignore_conflicts=True)
    event.handled_at = now
    event.save(update_fields=["handled_at", "updated_at"])
    return True


def start_due() -> None:
    """Enqueue what is due, fairly: no endpoint gets more than its share of the workers."""
    now = timezone.now()
    pending = Delivery.objects.filter(state=DeliveryState.PENDING)
    flying = Counter(pending.filter(claimed_until__gt=now).values_list("endpoint_id", flat=True))
    due = pending.filter(_free(now), next_at__lte=now).order_by("next_at", "id")
    for delivery in due.select_related("endpoint")[:_DUE_AT_ONCE]:
        most = 1 if delivery.endpoint.failing_since else AT_ONCE
        if flying[delivery.endpoint_id] < most:
            flying[delivery.endpoint_id] += 1
            services.hurry(delivery)


def deliver(delivery_id: uuid.UUID) -> None:
    """Try a pending delivery that is due; whoever comes second finds it claimed."""
    now = timezone.now()
    claimed = Delivery.objects.filter(
        _free(now), pk=delivery_id, state=DeliveryState.PENDING, next_at__lte=now
    ).update(claimed_until=now + CLAIM, tries=F("tries") + 1)
    if not claimed:
        return
    delivery = Delivery.objects.select_related("endpoint", "event").get(pk=delivery_id)
    record(delivery.pk, _send(delivery, now), now)


def _send(delivery: Delivery, now: datetime) -> sending.Outcome:
    secrets = services.secrets_of(delivery.endpoint)
    if not secrets:  # sealed by a SECRET_KEY that is lost: nothing leaves unsigned
        return sending.Outcome("secret-unreadable")
    body, sent = body_of(delivery.event), int(now.timestamp())
    signed = signing.headers(secrets, message_id(delivery.event), sent, body)
    headers = {"Content-Type": "application/json", "User-Agent": "AI-Voice-Studio/1", **signed}
    return sending.post(delivery.endpoint.url, body, headers)


def message_id(event: OutboxEvent) -> str:
    """The same for every try and replay, so that a receiver can drop repeats."""
    return f"msg_{event.pk.hex}"


def body_of(event: OutboxEvent) -> bytes:
    said = {"type": event.kind, "timestamp": event.created_at.isoformat(), "data": event.data}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


@transaction.atomic
def record(delivery_id: uuid.UUID, outcome: sending.Outcome, at: datetime) -> None:
    """Write down a try, and what follows from it."""
    delivery = Delivery.objects.select_for_update(no_key=True).get(pk=delivery_id)
    endpoint = Endpoint.objects.select_for_update(no_key=True).get(pk=delivery.endpoint_id)
    delivery.claimed_until = None
    delivery.log = [*delivery.log, _line(outcome, at)]
    now = timezone.now()
    if not outcome.code:
        delivery.state, delivery.delivered_at = DeliveryState.DELIVERED, now
        endpoint.failing_since = None
    elif delivery.state == DeliveryState.PENDING:
        endpoint.failing_since = endpoint.failing_since or at
        delivery.next_at = now + pause(delivery.tries)
        if delivery.next_at > delivery.since + GIVE_UP:
            delivery.state = DeliveryState.FAILED
    delivery.save()
    endpoint.save(update_fields=["failing_since", "updated_at"])
    if outcome.status == _GONE:
        _disable(endpoint, "gone")
    elif delivery.state == DeliveryState.FAILED and _is_failing_long(endpoint, now):
        _disable(endpoint, "failing")


def _is_failing_long(endpoint: Endpoint, now: datetime) -> bool:
    since = endpoint.failing_since
    return since is not None and now - since > DISABLE_AFTER


def pause(tries: int) -> timedelta:
    """How long to wait after so many tries: longer each time, and not all at the same moment."""
    seconds = FIRST_PAUSE.total_seconds() * FACTOR ** min(tries - 1, 10)
    plain = min(LONGEST_PAUSE, timedelta(seconds=seconds))
    return plain * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret


def _line(outcome: sending.Outcome, at: datetime) -> dict[str, object]:
    return {
        "at": at.isoformat(),
        "status": outcome.status,
        "ms": outcome.ms,
        "code": outcome.code,
        "answer": outcome.answer,
    }


def _disable(endpoint: Endpoint, code: str) -> None:
    """Switch an endpoint off, once, and tell the workspace's owners."""
    off = Endpoint.objects.filter(pk=endpoint.pk, is_enabled=True).update(
        is_enabled=False, disabled_code=code, updated_at=timezone.now()
    )
    if off:
        services.stop_pending(endpoint)
        log.info("a webhook was switched off", webhook=str(endpoint.pk), code=code)
        notices.tell_disabled(endpoint, code)


def sweep() -> None:
    """What got lost on the way is taken up again, what is old is let go."""
    fan_out()
    mails.sweep()
    services.forget_previous()
    old = OutboxEvent.objects.filter(created_at__lt=timezone.now() - KEEP)
    ids = list(old.values_list("pk", flat=True)[:_EVENTS_AT_ONCE])
    OutboxEvent.objects.filter(pk__in=ids).delete()


def _free(now: datetime) -> Q:
    return Q(claimed_until=None) | Q(claimed_until__lte=now)
