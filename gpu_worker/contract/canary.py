"""The test job that keeps an idle endpoint awake and asks which contract its worker speaks.

RunPod's ``input`` is a ``Canary`` instead of a job; the handler answers a ``Song`` at once, loads
nothing and reports nothing.
"""

from typing import Literal

from .base import Frozen
from .version import VERSION


class Canary(Frozen):
    canary: Literal[True] = True
    contract: int = VERSION


class Song(Frozen):
    """``contract`` is the worker's version, ``device`` what it would compute on."""

    contract: int = VERSION
    device: str = ""
