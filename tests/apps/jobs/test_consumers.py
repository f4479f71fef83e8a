"""The workspace's websocket: members hear, strangers don't."""

import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter
from django.contrib.auth.models import AnonymousUser
from django.db import connections
from django.test import Client

from apps.accounts import members
from apps.accounts import services as accounts
from apps.accounts.models import User
from apps.jobs.urls import websocket_urlpatterns
from tests.factories import make_user

from .conftest import Studio, make_studio

pytestmark = pytest.mark.django_db(transaction=True)


async def listen(studio: Studio, user: User | AnonymousUser) -> Any:
    """A browser that has connected (channels' own test client wants a server of its own)."""
    path = f"/ws/v1/workspaces/{studio.workspace.id}"
    scope: dict[str, Any] = {"type": "websocket", "path": path, "headers": [], "user": user}
    communicator: Any = ApplicationCommunicator  # untyped
    listener = communicator(URLRouter(websocket_urlpatterns), scope)
    await listener.send_input({"type": "websocket.connect"})
    assert (await listener.receive_output(10))["type"] == "websocket.accept"
    return listener


@sync_to_async
def a_studio() -> Studio:
    try:
        return make_studio(make_user("owner@example.com"))
    finally:
        connections.close_all()


async def test_a_member_hears_of_jobs_voices_and_credits() -> None:
    studio = await a_studio()
    listener = await listen(studio, studio.user)
    await listener.send_input({"type": "websocket.receive", "text": "is ignored"})

    def act() -> None:
        try:
            studio.train()
        finally:
            connections.close_all()

    await sync_to_async(act)()
    heard: dict[str, Any] = {}
    while set(heard) != {"job", "voice", "credits"}:
        message = json.loads((await listener.receive_output(10))["text"])
        heard[message["type"]] = message["data"]
    assert heard["job"]["state"] == "queued"
    assert heard["voice"]["state"] == "training"
    assert heard["credits"]["reserved"] == heard["job"]["quote"]
    await listener.send_input({"type": "websocket.disconnect", "code": 1000})
    await listener.wait(10)


async def test_members_hear_of_a_suspension_and_go_on_listening() -> None:
    studio = await a_studio()
    listener = await listen(studio, studio.user)

    def act() -> None:
        try:
            accounts.suspend(studio.workspace.id)
            accounts.resume(studio.workspace.id)
        finally:
            connections.close_all()

    await sync_to_async(act)()
    heard = [json.loads((await listener.receive_output(10))["text"]) for _ in range(2)]
    assert [message["type"] for message in heard] == ["workspace", "workspace"]
    first, second = (message["data"] for message in heard)
    assert first["id"] == str(studio.workspace.id)
    assert first["suspended_at"] is not None
    assert second == {"id": first["id"], "name": first["name"], "suspended_at": None}
    await listener.send_input({"type": "websocket.disconnect", "code": 1000})
    await listener.wait(10)


async def test_strangers_are_closed_with_4404() -> None:
    studio = await a_studio()
    stranger = await sync_to_async(make_user)("stranger@example.com")
    for user in (stranger, AnonymousUser()):
        listener = await listen(studio, user)
        closed = await listener.receive_output(10)
        assert (closed["type"], closed["code"]) == ("websocket.close", 4404)


async def test_mates_hear_that_somebody_is_called_otherwise() -> None:
    studio = await a_studio()
    listener = await listen(studio, studio.user)

    def rename() -> None:
        try:
            client = Client()
            client.force_login(studio.user, "django.contrib.auth.backends.ModelBackend")
            answer = client.patch("/api/v1/me", {"name": "김하나"}, "application/json")
            assert answer.status_code == 200
        finally:
            connections.close_all()

    await sync_to_async(rename)()
    heard = json.loads((await listener.receive_output(10))["text"])
    assert heard == {"type": "members", "data": {"workspace": str(studio.workspace.pk)}}
    await listener.send_input({"type": "websocket.disconnect", "code": 1000})
    await listener.wait(10)


async def test_who_is_removed_hears_no_more() -> None:
    """Their socket is closed; the others go on, and hear that the members have changed."""
    studio = await a_studio()

    @sync_to_async
    def a_mate() -> User:
        try:
            return make_user("mate@example.com", workspace=studio.workspace)
        finally:
            connections.close_all()

    @sync_to_async
    def remove(mate: User) -> None:
        try:
            members.remove(studio.workspace, mate.pk)
        finally:
            connections.close_all()

    mate = await a_mate()
    theirs, owners = await listen(studio, mate), await listen(studio, studio.user)
    await remove(mate)
    assert await theirs.receive_output(10) == {"type": "websocket.close", "code": 4403}
    heard = json.loads((await owners.receive_output(10))["text"])
    assert heard == {"type": "members", "data": {"workspace": str(studio.workspace.pk)}}
    assert await owners.receive_nothing()
    await owners.send_input({"type": "websocket.disconnect", "code": 1000})
