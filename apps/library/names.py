"""Names as customers type them, made safe to show and to save under."""

import re
import unicodedata
from typing import Final

MAX_LENGTH: Final = 255
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def clean_name(name: str) -> str:
    """The last part of a path-like name, composed (NFC), without control characters.

    Never empty: what leaves nothing becomes ``untitled``.
    """
    composed = unicodedata.normalize("NFC", name)
    last = _UNPRINTABLE.sub("", re.split(r"[/\\]", composed)[-1]).strip()
    return last[:MAX_LENGTH] if last.strip(".") else "untitled"


def clean_tag(tag: str) -> str:
    """A tag as it is kept: composed (NFC), without a leading #, one space between words."""
    composed = _UNPRINTABLE.sub("", unicodedata.normalize("NFC", tag))
    return " ".join(composed.strip().lstrip("#").split())
