"""Who hears how far long work is."""

from collections.abc import Callable

Listener = Callable[[float], None]
"""Told fractions in 0..1."""


def ignore(fraction: float) -> None:
    """A listener to progress that nobody needs."""
