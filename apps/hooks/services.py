"""Verbs of endpoints and of single deliveries."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from celery import current_app
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Workspace
from apps.common.errors import ApiError
from apps.common.models import OutboxEvent
from apps.common.sealed import seal, unseal

from . import signing
from .events import TEST
from .models import Delivery, DeliveryState, Endpoint

MAX_ENDPOINTS: Final = 20
_USEFUL_S: Final = 60
PREVIOUS_LIFE: Final = timedelta(hours=24)
"""How long the secret before the last still signs."""


def create(
    workspace: Workspace, *, url: str, events: Sequence[str], description: str = ""
) -> tuple[Endpoint, str]:
    """A new endpoint and its secret. ApiError where there are enough."""
    if Endpoint.objects.for_workspace(workspace).count() >= MAX_ENDPOINTS:
        raise ApiError(
            "too-many-webhooks",
            f"웹훅은 {MAX_ENDPOINTS}개까지 만들 수 있습니다. 쓰지 않는 것을 먼저 지워 주세요.",
            f"A workspace has at most {MAX_ENDPOINTS} webhooks. Delete one that is not used.",
        )
    secret = signing.new_secret()
    endpoint = Endpoint.objects.create(
        workspace=workspace,
        url=url,
        events=sorted(set(events)),
        description=description,
        sealed_secret=seal(secret),
    )
    return endpoint, secret


def update(endpoint: Endpoint, changes: dict[str, Any]) -> None:
    """Change what is given; switched on again, it starts with a clean sheet."""
    for name, value in changes.items():
        setattr(endpoint, name, sorted(set(value)) if name == "events" else value)
    if changes.get("is_enabled"):
        endpoint.disabled_code, endpoint.failing_since = "", None
    endpoint.save()
    if changes.get("is_enabled") is False:
        stop_pending(endpoint)


@transaction.atomic
def rotate(endpoint: Endpoint) -> str:
    """A new secret; the one before signs beside it for a day."""
    locked = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
    secret = signing.new_secret()
    locked.sealed_previous = locked.sealed_secret
    locked.previous_until = timezone.now() + PREVIOUS_LIFE
    locked.sealed_secret = seal(secret)
    locked.save()
    return secret


def secrets_of(endpoint: Endpoint) -> list[str]:
    """The secrets that sign now, the newest first; [] where SECRET_KEY was lost."""
    sealed = [endpoint.sealed_secret]
    if endpoint.previous_until and endpoint.previous_until > timezone.now():
        sealed.append(endpoint.sealed_previous)
    return [secret for secret in map(unseal, sealed) if secret is not None]


def forget_previous() -> None:
    """Secrets that sign no longer are not kept."""
    Endpoint.objects.filter(previous_until__lte=timezone.now()).update(
        sealed_previous="", previous_until=None
    )


@transaction.atomic
def test(endpoint: Endpoint) -> Delivery:
    """Send a ``webhook.test`` to this endpoint alone, also to one that is switched off."""
    now = timezone.now()
    event = OutboxEvent.objects.create(
        workspace_id=endpoint.workspace_id,
        kind=TEST,
        data={"webhook": str(endpoint.pk)},
        handled_at=now,
    )
    delivery = Delivery.objects.create(
        workspace_id=endpoint.workspace_id, endpoint=endpoint, event=event, since=now, next_at=now
    )
    hurry(delivery)
    return delivery


@transaction.atomic
def replay(delivery: Delivery) -> Delivery:
    """Send an event once more, with the same id. One that is under way stays as it is."""
    now = timezone.now()
    again = Delivery.objects.filter(pk=delivery.pk).exclude(state=DeliveryState.PENDING)
    again.update(state=DeliveryState.PENDING, since=now, next_at=now, tries=0, updated_at=now)
    delivery.refresh_from_db()
    hurry(delivery)
    return delivery


def stop_pending(endpoint: Endpoint) -> None:
    """What waits for a switched-off endpoint has failed; it can be replayed."""
    waiting = Delivery.objects.filter(endpoint=endpoint, state=DeliveryState.PENDING)
    waiting.update(state=DeliveryState.FAILED, updated_at=timezone.now())


def hurry(delivery: Delivery) -> None:
    """Deliver on commit; the sweep would come to it too."""
    pk = str(delivery.pk)
    transaction.on_commit(
        lambda: current_app.send_task(
            "apps.hooks.tasks.deliver", args=[pk], retry=False, expires=_USEFUL_S
        ),
        robust=True,
    )
