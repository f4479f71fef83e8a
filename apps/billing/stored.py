"""How much a workspace stores. Apps that keep objects lie right of here, and register what they
hold: every place that shows or checks it has the same sum."""

import uuid
from collections.abc import Callable

Holds = Callable[[uuid.UUID], int]
_holders: dict[str, Holds] = {}


def register(app: str, holds: Holds) -> None:
    """``holds`` answers in bytes; called once, when the app is ready."""
    _holders[app] = holds


def stored_bytes(workspace_id: uuid.UUID) -> int:
    """Bytes of all that is stored for the workspace, coming uploads and the trash included."""
    return sum(holds(workspace_id) for holds in _holders.values())
