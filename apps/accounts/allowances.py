"""What a workspace's plan allows its people and its keys. Plans lie right of here, and register."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from apps.common.errors import ApiError

DEFAULT_REQUESTS: Final = 600


@dataclass(frozen=True, slots=True)
class Allowance:
    """``seats`` for members (None: no limit); ``requests`` of each API key a minute."""

    seats: int | None = None
    requests: int = DEFAULT_REQUESTS


_sources: list[Callable[[uuid.UUID], Allowance]] = []


def register(source: Callable[[uuid.UUID], Allowance]) -> None:
    """``source`` answers from now on; called once, when the app that knows plans is ready."""
    _sources[:] = [source]


def allowance_of(workspace_id: uuid.UUID) -> Allowance:
    """What the workspace may do now."""
    return _sources[0](workspace_id) if _sources else Allowance()


def check_seats(workspace_id: uuid.UUID, used: int) -> None:
    """Raises ApiError where one more beside the ``used`` seats does not fit the plan."""
    most = allowance_of(workspace_id).seats
    if most is not None and used + 1 > most:
        raise ApiError(
            "quota-seats",
            f"요금제의 자리 {most}개를 모두 쓰고 있습니다. 멤버나 초대를 줄이거나 요금제를 "
            "바꿔 주세요.",
            f"All {most} seats of your plan are taken. Remove a member or an invitation, or change "
            "your plan.",
            status=402,
        )
