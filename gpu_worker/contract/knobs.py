"""What a knob is: a field with limits and labels, out of which forms and flags are made."""

from enum import Enum
from typing import Any, Final

from pydantic import Field

Labels = dict[str, str | bool]

SIMPLE: Final = False
ADVANCED: Final = True


def knob(ko: str, en: str, unit: str = "", *, advanced: bool = ADVANCED) -> dict[str, Any]:
    """Labels that a generated form shows beside a knob; simple forms fold the advanced ones."""
    labels: Labels = {"ko": ko, "en": en}
    if unit:
        labels["unit"] = unit
    if advanced:
        labels["advanced"] = True
    return {"json_schema_extra": labels}


def number(
    default: float,
    low: float,
    high: float,
    ko: str,
    en: str,
    unit: str = "",
    *,
    advanced: bool = True,
) -> Any:
    """A numeric knob with its limits, both ends allowed."""
    return Field(default, ge=low, le=high, **knob(ko, en, unit, advanced=advanced))


def choice(default: Enum | bool, ko: str, en: str, *, advanced: bool = True) -> Any:
    """A knob with named values, or a switch."""
    return Field(default, **knob(ko, en, advanced=advanced))
