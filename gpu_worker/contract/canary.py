"""The test job that keeps an idle endpoint awake and asks which contract its worker speaks.

RunPod's ``input`` is a ``Canary`` instead of a job; the handler returns what ``sung`` makes of it
at once, and reports nothing.
"""

from collections.abc import Mapping
from typing import Any, Literal

from .base import Frozen
from .version import VERSION


class Canary(Frozen):
    canary: Literal[True] = True
    contract: int = VERSION


class Song(Frozen):
    """``contract`` is the worker's version, ``device`` what it would compute on."""

    contract: int = VERSION
    device: str = ""


def sung(asked: Mapping[str, Any], device: str = "") -> dict[str, Any] | None:
    """The handler's answer to a canary of any version; None where ``asked`` is a job."""
    return Song(device=device).model_dump(mode="json") if asked.get("canary") is True else None
