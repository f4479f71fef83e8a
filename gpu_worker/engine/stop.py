"""How long work is asked to end: a callable that is polled, and one exception that unwinds."""

from collections.abc import Callable

StopCheck = Callable[[], bool]


class Stopped(Exception):
    """The caller asked to end. Nothing failed; files written so far are whole."""


def never() -> bool:
    """The stop check of work that nobody can cancel."""
    return False


def check(stop: StopCheck) -> None:
    """Raise ``Stopped`` if the caller asked to end."""
    if stop():
        raise Stopped
