"""The same POST twice does its work once."""

import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from apps.accounts.models import ApiKey, Membership, Role, User
from apps.common import idempotency
from apps.common.models import KeptAnswer
from apps.library.models import AudioFile
from apps.voices import services as voices
from apps.voices.models import Voice
from tests.apps.conftest import browser, program
from tests.factories import make_user, workspace_of

JSON = "application/json"
VOICES = "/api/v1/voices"


def post(client: Client, path: str, body: Any, key: str = "k-1") -> Any:
    return client.post(path, body, JSON, headers={"Idempotency-Key": key})


def test_the_same_answer_to_the_byte(owner_client: Client) -> None:
    first = post(owner_client, VOICES, {"name": "하나"})
    again = owner_client.post(VOICES, '{ "name":"하나" }', JSON, headers={"Idempotency-Key": "k-1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Voice.objects.count() == 1
    assert post(owner_client, VOICES, {"name": "하나"}, "k-2").json()["id"] != first.json()["id"]


@pytest.mark.parametrize(
    ("path", "body"), [(VOICES, {"name": "둘"}), ("/api/v1/datasets", {"name": "하나"})]
)
def test_another_request_is_refused(owner_client: Client, path: str, body: Any) -> None:
    post(owner_client, VOICES, {"name": "하나"})
    refused = post(owner_client, path, body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "idempotency-mismatch")
    assert Voice.objects.count() == 1


def test_a_refusal_is_an_answer_too(owner_client: Client) -> None:
    first = post(owner_client, VOICES, {"name": ""})
    assert first.status_code == 400
    again = post(owner_client, VOICES, {"name": ""})
    assert again.json() == first.json(), "request id and all"
    assert again.headers["Idempotency-Replayed"] == "true"
    assert post(owner_client, VOICES, {"name": "하나"}).status_code == 409


def test_what_broke_is_done_again(
    owner: User, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash after the work leaves neither the work nor an answer."""
    create = voices.create

    def crash(*args: Any) -> None:
        create(*args)
        raise KeyError("bug")

    monkeypatch.setattr(voices, "create", crash)
    owner_client.raise_request_exception = False
    broken = post(owner_client, VOICES, {"name": "하나"})
    assert broken.status_code == 500
    assert not Voice.objects.exists()
    assert not KeptAnswer.objects.exists()
    monkeypatch.undo()
    assert post(owner_client, VOICES, {"name": "하나"}).status_code == 201


def test_belongs_to_who_sent_it(
    owner: User, owner_client: Client, mate: User, mate_client: Client
) -> None:
    """Another owner never reads what one was told once, by the same key."""
    Membership.objects.filter(user=mate).update(role=Role.OWNER)
    body = {"name": "x", "scopes": ["read"]}
    mine = post(owner_client, "/api/v1/keys", body).json()["key"]
    theirs = post(mate_client, "/api/v1/keys", body).json()["key"]
    third = post(program(owner, "keys:write", "read"), "/api/v1/keys", body).json()["key"]
    assert len({mine, theirs, third}) == 3
    assert post(owner_client, "/api/v1/keys", body).json()["key"] == mine


def test_secrets_are_not_in_the_table(owner_client: Client) -> None:
    made = post(owner_client, "/api/v1/keys", {"name": "x", "scopes": ["read"]}).json()
    upload = {"name": "a.wav", "size": 10}
    begun = post(owner_client, "/api/v1/uploads", upload, "k-2").json()
    signed = post(owner_client, f"/api/v1/uploads/{begun['id']}/sign", {"method": "PUT"}, "k-3")
    kept = json.dumps(list(KeptAnswer.objects.values()), default=str)
    assert made["key"] not in kept
    assert "Signature" in signed.json()["url"]
    assert "Signature" not in kept
    assert ApiKey.objects.count() == 1
    assert AudioFile.objects.count() == 1


@pytest.mark.parametrize("key", ["x" * 121, "a b", "열쇠"])
def test_a_key_that_cannot_be_kept(owner_client: Client, key: str) -> None:
    answer = post(owner_client, VOICES, {"name": "하나"}, key)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "Idempotency-Key")
    assert not Voice.objects.exists()


def test_lasts_a_day(owner_client: Client) -> None:
    first = post(owner_client, VOICES, {"name": "하나"}).json()
    almost = timezone.now() - timedelta(hours=23, minutes=59)
    KeptAnswer.objects.update(created_at=almost)
    assert idempotency.sweep() == 0
    assert post(owner_client, VOICES, {"name": "하나"}).json() == first
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    assert post(owner_client, VOICES, {"name": "둘"}).json()["name"] == "둘"
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert idempotency.sweep() == 1
    assert not KeptAnswer.objects.exists()


def test_a_lost_secret_key_is_said(owner_client: Client, settings: Any) -> None:
    post(owner_client, VOICES, {"name": "하나"})
    KeptAnswer.objects.update(sealed_body="garbage")
    answer = post(owner_client, VOICES, {"name": "하나"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "idempotency-unreadable")


def _in_thread(user_id: uuid.UUID, body: dict[str, str]) -> tuple[int, bytes]:
    try:
        answer = post(browser(User.objects.get(pk=user_id)), VOICES, body)
        return answer.status_code, answer.content
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_at_once() -> None:
    """Eight of the same: one voice, one answer. One that differs is refused."""
    owner = make_user()
    bodies = [{"name": "하나"}] * 8 + [{"name": "다른"}]
    with ThreadPoolExecutor(9) as pool:
        answers = list(pool.map(lambda body: _in_thread(owner.pk, body), bodies))
    made = [content for status, content in answers if status == 201]
    assert len(set(made)) == 1
    assert Voice.objects.count() == 1
    assert sorted(status for status, _ in answers)[0] == 201
    assert {status for status, _ in answers} == {201, 409}


@pytest.mark.django_db(transaction=True)
def test_waits_no_longer_than_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "_WAIT_MS", 200)
    owner = make_user()
    workspace_of(owner)
    inside, leave = threading.Event(), threading.Event()
    create = voices.create

    def slow(*args: Any) -> Voice:
        inside.set()
        leave.wait(20)
        return create(*args)

    monkeypatch.setattr(voices, "create", slow)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(_in_thread, owner.pk, {"name": "하나"})
        assert inside.wait(20)
        started = time.monotonic()
        answer = post(browser(owner), VOICES, {"name": "하나"})
        assert time.monotonic() - started < 5
        leave.set()
        assert first.result()[0] == 201
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "idempotency-in-progress")
    assert answer.headers["Retry-After"] == "5"
    assert Voice.objects.count() == 1
