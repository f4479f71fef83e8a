"""How many requests may be sent, and how the answers say so."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.test import Client

from apps.accounts import limits
from apps.accounts.models import User, Workspace
from apps.billing.models import Subscription
from apps.common import throttle
from apps.common.throttle import Limit
from tests.apps.conftest import browser, program


def test_headers_tell_the_standing(owner: User) -> None:
    client = program(owner, "read")
    answers = [client.get("/api/v1/files") for _ in range(2)]
    assert [answer.headers["RateLimit-Policy"] for answer in answers] == ['"key";q=600;w=60'] * 2
    left = [re.fullmatch(r'"key";r=(\d+);t=(\d+)', each.headers["RateLimit"]) for each in answers]
    assert [match and match[1] for match in left] == ["599", "598"]
    assert all(match and 1 <= int(match[2]) <= 60 for match in left)
    assert browser(owner).get("/api/v1/files").headers["RateLimit-Policy"].startswith('"session";')
    assert Client().get("/api/v1/csrf").headers["RateLimit-Policy"].startswith('"address";')


def test_too_many(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each key has its own count, by the limit of its workspace; the refusal says when."""
    monkeypatch.setattr(limits, "limit_for", lambda workspace: Limit("key", 2, 60))
    first, second = program(owner, "read"), program(owner, "read")
    assert [first.get("/api/v1/files").status_code for _ in range(3)] == [200, 200, 429]
    refused = first.get("/api/v1/files")
    assert refused.json()["error"]["code"] == "too-many-requests"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit"].startswith('"key";r=0;')
    assert second.get("/api/v1/files").status_code == 200


def test_refused_requests_count_too(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key without the scope learns its standing, and doesn't ask for ever."""
    monkeypatch.setattr(limits, "limit_for", lambda workspace: Limit("key", 2, 60))
    client = program(owner, "voices:read")
    answers = [client.get("/api/v1/files") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [403, 403, 429]
    codes = [answer.json()["error"]["code"] for answer in answers]
    assert codes == ["key-scope", "key-scope", "too-many-requests"]
    left = [answer.headers["RateLimit"].partition(";t=")[0] for answer in answers]
    assert left == ['"key";r=1', '"key";r=0', '"key";r=0']
    assert client.get("/api/v1/voices").status_code == 429


def test_keys_cannot_be_guessed_for_long(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REFUSED", Limit("refused", 2, 60))
    guesses = [
        Client(headers={"Authorization": f"Bearer avs_{n}"}).get("/api/v1/me") for n in range(3)
    ]
    assert [answer.status_code for answer in guesses] == [401, 401, 429]
    assert 1 <= int(guesses[2].headers["Retry-After"]) <= 60


def test_is_counted_once_however_many_at_once(db: None) -> None:
    limit = Limit("test", 10, 60)
    with ThreadPoolExecutor(8) as pool:
        standings = list(pool.map(lambda _: throttle.count("somebody", limit), range(40)))
    counts = [standing.count for standing in standings if standing]
    assert sorted(counts) == list(range(1, 41))
    assert sum(standing.is_over for standing in standings if standing) == 30


def test_a_valkey_that_is_away_refuses_nobody(
    owner: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    throttle._script.cache_clear()
    answer = program(owner, "read").get("/api/v1/files")
    throttle._script.cache_clear()
    assert answer.status_code == 200
    assert "RateLimit" not in answer.headers


@pytest.mark.parametrize(
    ("plan", "requests"),
    [(None, 300), ("payg", 600), ("starter", 600), ("studio", 1200), ("label", 3000)],
)
def test_a_plan_says_how_many(
    selling: object, owner: User, workspace: Workspace, plan: str | None, requests: int
) -> None:
    """Whoever has bought nothing is on trial; asking opens no row."""
    if plan is not None:
        Subscription.objects.create(workspace=workspace, plan=plan)
    before = Subscription.objects.count()
    answer = program(owner, "read").get("/api/v1/files")
    assert answer.headers["RateLimit-Policy"] == f'"key";q={requests};w=60'
    assert answer.headers["RateLimit"].startswith(f'"key";r={requests - 1};')
    assert Subscription.objects.count() == before
    assert (
        browser(owner).get("/api/v1/files").headers["RateLimit-Policy"] == '"session";q=1800;w=60'
    )
