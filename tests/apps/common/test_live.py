"""Messages to browsers: after the commit, only to the workspace, and never fatal."""

import asyncio
import json
import uuid
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import ConnectionError as RedisConnectionError

from apps.common.live import live_group, publish


def receive(group: str, then: Any) -> list[dict[str, Any]]:
    """Messages that arrive in the group while ``then`` runs."""
    layer: Any = get_channel_layer()

    async def run() -> list[dict[str, Any]]:
        channel = await layer.new_channel()
        await layer.group_add(group, channel)
        await sync_to_async(then)()
        found = []
        try:
            while True:
                found.append(await asyncio.wait_for(layer.receive(channel), 0.5))
        except TimeoutError:
            return found

    return list(async_to_sync(run)())


@pytest.mark.django_db(transaction=True)
def test_after_the_commit() -> None:
    workspace = uuid.uuid4()

    def then() -> None:
        with transaction.atomic():
            publish(workspace, "file", lambda: {"id": workspace, "name": "노래"})
        publish(uuid.uuid4(), "file", {"id": "another's"})

    (message,) = receive(live_group(workspace), then)
    assert message["type"] == "workspace.message"
    assert json.loads(message["text"]) == {
        "type": "file",
        "data": {"id": str(workspace), "name": "노래"},
    }


@pytest.mark.django_db(transaction=True)
def test_not_after_a_rollback() -> None:
    workspace = uuid.uuid4()

    def then() -> None:
        with transaction.atomic():
            publish(workspace, "job", {"id": 1})
            transaction.set_rollback(True)

    assert receive(live_group(workspace), then) == []


@pytest.mark.django_db(transaction=True)
def test_a_lost_bus_fails_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise RedisConnectionError

    monkeypatch.setattr(get_channel_layer(), "group_send", away)
    publish(uuid.uuid4(), "voice", {"id": 1})
