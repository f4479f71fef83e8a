"""When a browser was last seen is written once a minute."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.activity import NOTED_EVERY
from apps.accounts.models import User


def seen_by(client: Client) -> UserSession:
    return UserSession.objects.get(session_key=client.session.session_key)


def look(client: Client, agent: str = "Firefox") -> list[str]:
    """What was written for it."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/api/v1/me", headers={"User-Agent": agent}).status_code == 200
    return [one["sql"] for one in queries if one["sql"].startswith(("INSERT", "UPDATE"))]


@pytest.fixture
def client(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def test_a_request_is_noted_and_the_next_ones_write_nothing(client: Client) -> None:
    assert len(look(client)) == 1
    noted = seen_by(client)
    assert noted.user_agent == "Firefox"
    assert [look(client) for _ in range(3)] == [[], [], []]
    assert seen_by(client).last_seen_at == noted.last_seen_at


def test_a_minute_later_it_is_noted_again(client: Client) -> None:
    look(client)
    before = timezone.now() - NOTED_EVERY - timedelta(seconds=1)
    UserSession.objects.update(last_seen_at=before)
    assert len(look(client)) == 1
    assert seen_by(client).last_seen_at > before + NOTED_EVERY


def test_another_browser_or_address_is_noted_at_once(client: Client) -> None:
    look(client)
    assert len(look(client, "Safari")) == 1
    assert seen_by(client).user_agent == "Safari"
    UserSession.objects.update(ip="192.0.2.7")
    assert len(look(client, "Safari")) == 1
    assert seen_by(client).ip == "127.0.0.1"


@pytest.mark.django_db
def test_nobody_is_not_noted() -> None:
    Client().get("/livez")
    assert not UserSession.objects.exists()
