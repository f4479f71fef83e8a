"""The workspace's websocket: the same JSON as GET, sent when something changes."""

import uuid
from typing import Any, Final

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from apps.accounts.access import is_member
from apps.accounts.models import User
from apps.common.live import live_group

NOT_FOUND: Final = 4404
DISMISSED: Final = 4403
"""Of who was a member: their pages go to another workspace. Strangers' would turn in circles."""


class WorkspaceConsumer(AsyncWebsocketConsumer):
    """Sends only; what a browser says is not listened to."""

    group = ""

    async def connect(self) -> None:
        workspace_id = self.scope["url_route"]["kwargs"]["workspace_id"]
        may_listen = await self._may_listen(workspace_id)
        if may_listen:
            # before accepting: who has connected misses nothing from here on
            self.group = live_group(workspace_id)
            await self.channel_layer.group_add(self.group, self.channel_name)
        # a stranger is accepted too: a browser can't see the code of a refused handshake
        await self.accept()
        if not may_listen:
            await self.close(NOT_FOUND)

    async def disconnect(self, code: int) -> None:
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        return

    async def workspace_message(self, event: dict[str, Any]) -> None:
        await self.send(text_data=event["text"])

    async def workspace_dismiss(self, event: dict[str, Any]) -> None:
        """Somebody is no member any more; a browser of theirs hears nothing from here on."""
        user = self.scope.get("user")
        if isinstance(user, User) and str(user.pk) == event["user"]:
            await self.close(DISMISSED)

    async def _may_listen(self, workspace_id: uuid.UUID) -> bool:
        user = self.scope.get("user")
        if not isinstance(user, User):
            return False
        return await database_sync_to_async(is_member)(user, workspace_id)
