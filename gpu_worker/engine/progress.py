"""Who hears how far long work is, and what is odd about it."""

from collections.abc import Callable

Listener = Callable[[float], None]
"""Told fractions in 0..1."""
Warn = Callable[[str, str], None]
"""Hears a Korean and an English sentence."""


def ignore(fraction: float) -> None:
    """A listener to progress that nobody needs."""


def unheard(ko: str, en: str) -> None:
    """A warning that nobody hears."""
