"""What a page of the operator's panel shows of a row beside its fields."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Link:
    """Text that leads to another page."""

    text: str
    address: str


Cell = str | Link


@dataclass(frozen=True)
class Section:
    """Facts by name, a table, and what can be done from here. ``columns`` head the ``rows``."""

    title: str
    facts: Sequence[tuple[str, Any]] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = ()
    links: Sequence[Link] = ()
    empty: str = ""
    """What a table without rows says."""
