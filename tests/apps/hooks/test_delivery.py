"""From the outbox to the receiver: signed, tried again, given up, switched off."""

import base64
import hashlib
import hmac
import json
import threading
import time
from datetime import timedelta
from itertools import pairwise
from typing import Any

import celery
import pytest
from django.utils import timezone

from apps.accounts.models import User, Workspace
from apps.common import outbox
from apps.common.models import OutboxEvent
from apps.hooks import delivery, sending, services, tasks
from apps.hooks.models import Delivery, DeliveryState, Endpoint
from tests.factories import make_user, workspace_of

from .receiver import Received, Receiver

Hook = tuple[Endpoint, str]


def emit(workspace: Workspace, kind: str = "job.succeeded") -> Delivery:
    outbox.emit(workspace.pk, kind, {"id": "x", "title": "노래"})
    delivery.fan_out()
    return Delivery.objects.get()


def deliver(one: Delivery, **changes: Any) -> Delivery:
    Delivery.objects.filter(pk=one.pk).update(next_at=timezone.now(), **changes)
    delivery.deliver(one.pk)
    one.refresh_from_db()
    return one


def signatures(message: Received, secret: str) -> set[str]:
    """What the message would be signed with: written from the specification, not from our code."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    head = f"{message.headers['webhook-id']}.{message.headers['webhook-timestamp']}."
    digest = hmac.new(key, head.encode() + message.body, hashlib.sha256).digest()
    return {"v1," + base64.b64encode(digest).decode()}


def test_arrives_signed(hook: Hook, receiver: Receiver, workspace: Workspace) -> None:
    made = deliver(emit(workspace))
    assert (made.state, made.tries) == (DeliveryState.DELIVERED, 1)
    [message] = receiver.received
    assert message.path == "/hook?x=1"
    said = json.loads(message.body)
    assert (said["type"], said["data"]) == ("job.succeeded", {"id": "x", "title": "노래"})
    assert message.headers["content-type"] == "application/json"
    assert message.headers["webhook-id"] == f"msg_{made.event_id.hex}"
    assert abs(int(message.headers["webhook-timestamp"]) - time.time()) < 5
    assert set(message.headers["webhook-signature"].split()) == signatures(message, hook[1])
    [line] = made.log
    assert (line["status"], line["code"]) == (204, "")


def test_only_who_subscribed(hook: Hook, receiver: Receiver, workspace: Workspace) -> None:
    make = services.create
    jobs, _ = make(workspace, url=receiver.url, events=["job.failed", "job.succeeded"])
    make(workspace, url=receiver.url, events=["file.ready"])
    off, _ = make(workspace, url=receiver.url, events=["*"])
    services.update(off, {"is_enabled": False})
    make(workspace_of(make_user()), url=receiver.url, events=["*"])
    outbox.emit(workspace.pk, "job.failed", {})
    delivery.fan_out()
    delivery.fan_out()
    told = set(Delivery.objects.values_list("endpoint", flat=True))
    assert told == {hook[0].pk, jobs.pk}


def test_an_event_that_nobody_wants_is_not_kept(workspace: Workspace) -> None:
    outbox.emit(workspace.pk, "job.failed", {})
    delivery.fan_out()
    assert not OutboxEvent.objects.exists()


def test_a_failure_is_tried_again_and_the_success_ends_it(
    hook: Hook, receiver: Receiver, workspace: Workspace
) -> None:
    receiver.status, receiver.answer = 503, b"later \x00 \xff" + b"x" * 40_000
    made = deliver(emit(workspace))
    assert made.state == DeliveryState.PENDING
    assert 3.9 < (made.next_at - timezone.now()).total_seconds() < 6.1
    assert (made.log[0]["status"], made.log[0]["code"]) == (503, "bad-status")
    assert made.log[0]["answer"].startswith("later  ")
    assert len(made.log[0]["answer"]) == 500
    delivery.deliver(made.pk)
    assert len(receiver.received) == 1, "not before its time"
    hook[0].refresh_from_db()
    assert hook[0].failing_since is not None
    receiver.status = 200
    made = deliver(made)
    assert (made.state, made.tries, len(made.log)) == (DeliveryState.DELIVERED, 2, 2)
    ids = {message.headers["webhook-id"] for message in receiver.received}
    assert len(ids) == 1, "a repeat can be told"
    hook[0].refresh_from_db()
    assert hook[0].failing_since is None


def test_pauses_grow_and_end_within_a_day() -> None:
    pauses = [delivery.pause(tries).total_seconds() for tries in range(1, 14)]
    assert all(longer > shorter for shorter, longer in pairwise(pauses[:6]))
    assert len({delivery.pause(3) for _ in range(5)}) > 1, "not all at the same moment"
    assert max(pauses) <= 1.2 * 4 * 3600
    assert 8 < sum(1 for n in range(len(pauses)) if sum(pauses[: n + 1]) < 86_400) < 14


def test_is_given_up_after_a_day_and_can_be_replayed(
    hook: Hook, receiver: Receiver, workspace: Workspace
) -> None:
    receiver.status = 500
    made = deliver(emit(workspace), since=timezone.now() - timedelta(hours=24), tries=11)
    assert made.state == DeliveryState.FAILED
    receiver.status = 200
    services.replay(made)
    delivery.deliver(made.pk)
    made.refresh_from_db()
    assert (made.state, made.tries, len(made.log)) == (DeliveryState.DELIVERED, 1, 2)
    assert len({message.headers["webhook-id"] for message in receiver.received}) == 1


def test_two_workers_send_once(hook: Hook, receiver: Receiver, workspace: Workspace) -> None:
    made = emit(workspace)
    Delivery.objects.update(claimed_until=timezone.now() + timedelta(seconds=30))
    delivery.deliver(made.pk)
    assert receiver.received == []
    Delivery.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    delivery.deliver(made.pk)
    delivery.deliver(made.pk)
    assert len(receiver.received) == 1


def test_a_slow_receiver_does_not_hold_the_workers(
    hook: Hook, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        outbox.emit(workspace.pk, "file.ready", {"n": number})
    started: list[Delivery] = []
    monkeypatch.setattr(services, "hurry", started.append)
    delivery.fan_out()
    assert len(started) == delivery.AT_ONCE
    started.clear()
    Endpoint.objects.update(failing_since=timezone.now())
    delivery.start_due()
    assert len(started) == 1
    started.clear()
    first = Delivery.objects.order_by("next_at").first()
    assert first is not None
    Delivery.objects.filter(pk=first.pk).update(claimed_until=timezone.now() + timedelta(seconds=9))
    delivery.start_due()
    assert started == []


@pytest.mark.parametrize(
    ("status", "since", "code"),
    [(410, timedelta(0), "gone"), (500, timedelta(days=3, minutes=1), "failing")],
)
def test_a_dead_endpoint_is_switched_off_with_a_mail(
    hook: Hook,
    receiver: Receiver,
    owner: User,
    mailoutbox: list[Any],
    django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    since: timedelta,
    code: str,
) -> None:
    sent: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(
        celery.current_app, "send_task", lambda name, args, **_: sent.append((name, args))
    )
    User.objects.filter(pk=owner.pk).update(language="en")
    receiver.status = status
    made, waiting = emit(hook[0].workspace), None
    outbox.emit(hook[0].workspace_id, "job.failed", {})
    delivery.fan_out()
    waiting = Delivery.objects.exclude(pk=made.pk).get()
    if since:
        Endpoint.objects.update(failing_since=timezone.now() - since)
        Delivery.objects.filter(pk=made.pk).update(since=timezone.now() - timedelta(hours=24))
    with django_capture_on_commit_callbacks(execute=True):
        delivery.deliver(made.pk)
    hook[0].refresh_from_db()
    assert (hook[0].is_enabled, hook[0].disabled_code) == (False, code)
    waiting.refresh_from_db()
    assert waiting.state == DeliveryState.FAILED
    [(name, args)] = sent
    assert name == "apps.hooks.tasks.mail_disabled"
    tasks.mail_disabled(*args)
    [mail] = mailoutbox
    assert mail.to == [owner.email]
    assert hook[0].url in mail.body
    assert "switched off" in mail.subject


def test_rotation_signs_with_both_for_a_day(
    hook: Hook, receiver: Receiver, workspace: Workspace
) -> None:
    endpoint, old = hook
    new = services.rotate(endpoint)
    made = deliver(emit(workspace))
    [message] = receiver.received
    assert set(message.headers["webhook-signature"].split()) == (
        signatures(message, old) | signatures(message, new)
    )
    Endpoint.objects.update(previous_until=timezone.now())
    services.forget_previous()
    assert Endpoint.objects.get().sealed_previous == ""
    services.replay(made)
    delivery.deliver(made.pk)
    message = receiver.received[-1]
    assert set(message.headers["webhook-signature"].split()) == signatures(message, new)


def test_secrets_are_sealed(hook: Hook) -> None:
    endpoint, secret = hook
    assert secret not in str(Endpoint.objects.values().get())
    assert services.secrets_of(endpoint) == [secret]


def test_nothing_leaves_unsigned(hook: Hook, receiver: Receiver, workspace: Workspace) -> None:
    Endpoint.objects.update(sealed_secret="of another SECRET_KEY")
    made = deliver(emit(workspace))
    assert receiver.received == []
    assert (made.state, made.log[0]["code"]) == (DeliveryState.PENDING, "secret-unreadable")


def test_a_redirect_is_not_followed(hook: Hook, receiver: Receiver, workspace: Workspace) -> None:
    receiver.status, receiver.headers = 307, {"Location": receiver.url}
    made = deliver(emit(workspace))
    assert len(receiver.received) == 1
    assert made.log[0]["code"] == "redirected"


def test_the_sweep_lets_go_of_what_is_old(
    hook: Hook, receiver: Receiver, workspace: Workspace
) -> None:
    deliver(emit(workspace))
    OutboxEvent.objects.update(created_at=timezone.now() - timedelta(days=29))
    delivery.sweep()
    assert Delivery.objects.exists()
    OutboxEvent.objects.update(created_at=timezone.now() - timedelta(days=31))
    delivery.sweep()
    assert not Delivery.objects.exists()


def test_an_answer_that_does_not_come(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "CONNECT_S", 0.3)
    receiver.hold = threading.Event()
    outcome = sending.post(receiver.url, b"{}", {})
    receiver.hold.set()
    assert (outcome.code, outcome.status) == ("timeout", None)


def test_nobody_listens(settings: Any, receiver: Receiver) -> None:
    assert sending.post("http://127.0.0.1:1/", b"{}", {}).code == "connection-failed"
    assert sending.post("http://no-such-host.invalid/", b"{}", {}).code == "host-not-found"
