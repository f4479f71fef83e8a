"""When a training writes down where it is, so that a lost machine costs minutes at most."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

LONGEST_S: Final = 180.0
"""Between two checkpoints; what a lost machine costs at most is this and the time of one save."""
_CHEAP_S: Final = 3.0
_SHARE: Final = 10


class SavePace:
    """A save is due at each scored step, unless saving would take more than a tenth of the time.

    A full voice's state is over a gigabyte, and on a fast GPU scored steps are seconds apart. On a
    slow machine they are far apart: there one is due between them after ``LONGEST_S``.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._saved = clock()
        self._cost = 0.0

    def due(self, scored: bool) -> bool:
        """``scored``: whether this step was one of those that are scored."""
        since = self._clock() - self._saved
        if since >= LONGEST_S:
            return True
        return scored and (self._cost < _CHEAP_S or since >= _SHARE * self._cost)

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Around a save with its upload."""
        began = self._clock()
        yield
        self._saved = self._clock()
        self._cost = self._saved - began
