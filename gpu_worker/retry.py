"""Trying again: exponential waits with jitter, until patience ends."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import httpx

T = TypeVar("T")

_TEMPORARY_STATUS = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits of ``first`` seconds, doubling up to ``ceiling``, each cut at random by up to half.

    The jitter keeps a hundred workers from knocking at the same moment after an outage.
    """

    first: float = 0.5
    ceiling: float = 15.0
    patience: float = 180.0

    def wait(self, failures: int) -> float:
        """Seconds to wait after the ``failures``-th failure in a row, from 1."""
        longest = min(self.ceiling, self.first * 2.0 ** min(failures - 1, 30))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - jitter is no secret


class Refused(Exception):
    """The other side answered, and asking again would not help. Never holds a URL."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


class Unavailable(Exception):
    """The other side could not be reached or asked to come again. Never holds a URL."""


def with_patience(action: Callable[[], T], backoff: Backoff, pause: Callable[[float], None]) -> T:
    """``action()``, again after each ``Unavailable`` while patience lasts, then that error."""
    started = time.monotonic()
    failures = 0
    while True:
        try:
            return action()
        except Unavailable:
            failures += 1
            wait = backoff.wait(failures)
            if time.monotonic() + wait - started > backoff.patience:
                raise
        pause(wait)


def checked(response: httpx.Response) -> httpx.Response:
    """The response, or ``Unavailable`` (408, 425, 429, 5xx) or ``Refused`` (any other failure)."""
    status = response.status_code
    if status >= 500 or status in _TEMPORARY_STATUS:
        raise Unavailable(f"HTTP {status}")
    if not response.is_success:
        raise Refused(status)
    return response


def named(error: httpx.HTTPError) -> Unavailable:
    """A network failure by its kind only: httpx's messages may hold a presigned URL."""
    return Unavailable(type(error).__name__)
