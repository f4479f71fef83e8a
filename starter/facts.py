"""What is known of a sound of the material."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """To learn from, or only to probe with."""

    SPEECH = "speech"
    PROBE = "probe"


@dataclass(frozen=True)
class Item:
    """What is known of one sound.

    ``durations`` of silence, symbols, silence as spoken, in frames of 25 ms; ``f0`` in Hz as spoken
    every 12.5 ms.
    """

    name: str
    kind: Kind
    line: int
    voice: str
    symbols: str
    durations: tuple[int, ...]
    f0: tuple[float, ...]


def item_of(facts: dict[str, object]) -> Item:
    """An item from its JSON."""
    fields = {key: tuple(v) if isinstance(v, list) else v for key, v in facts.items()}
    fields["kind"] = Kind(str(facts["kind"]))
    return Item(**fields)  # type: ignore[arg-type]
