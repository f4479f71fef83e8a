"""Telling browsers: one group of the channel layer per workspace.

A message is a hint. Who misses it sees the same JSON by asking again.
"""

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Literal

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError
from rest_framework.utils.encoders import JSONEncoder

log = structlog.get_logger(__name__)

Topic = Literal["job", "file", "voice", "credits", "workspace", "members"]


def live_group(workspace_id: uuid.UUID | str) -> str:
    """The group's name; the websocket consumer joins it."""
    return f"workspace.{workspace_id}"


def publish(
    workspace_id: uuid.UUID | str,
    topic: Topic,
    data: Mapping[str, Any] | Callable[[], Mapping[str, Any]],
) -> None:
    """Sends ``{"type": topic, "data": data}`` to the workspace once the transaction commits.

    ``data`` may be a function, called after the commit. A lost message bus fails no request.
    """
    transaction.on_commit(lambda: _send(workspace_id, topic, data), robust=True)


def _send(
    workspace_id: uuid.UUID | str,
    topic: Topic,
    data: Mapping[str, Any] | Callable[[], Mapping[str, Any]],
) -> None:
    body = data() if callable(data) else data
    text = json.dumps({"type": topic, "data": body}, cls=JSONEncoder, ensure_ascii=False)
    _to_group(workspace_id, {"type": "workspace.message", "text": text})


def dismiss(workspace_id: uuid.UUID | str, user_id: uuid.UUID) -> None:
    """Closes the sockets of a person who is no member any more, once the transaction commits."""
    event = {"type": "workspace.dismiss", "user": str(user_id)}
    transaction.on_commit(lambda: _to_group(workspace_id, event), robust=True)


def _to_group(workspace_id: uuid.UUID | str, event: dict[str, str]) -> None:
    layer = get_channel_layer()
    assert layer is not None
    try:
        async_to_sync(layer.group_send)(live_group(workspace_id), event)
    except (RedisError, OSError) as error:
        log.warning("live message lost", kind=event["type"], error=str(error))
