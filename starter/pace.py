"""The loop of both trainings: to the last step, or as far as the minutes allow."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Protocol

_SHOWN_EVERY: Final = 100
_SAVED_EVERY_S: Final = 60


class Pausable(Protocol):
    """A training that can be saved at any step; ``spent`` is the share of its minutes, 0 to 1."""

    step: int
    spent: float

    def save(self, folder: Path) -> None: ...


def to_the_end(
    training: Pausable,
    steps: int,
    take_step: Callable[[], None],
    shown: Callable[[], Mapping[str, float]],
    folder: Path,
    minutes: float | None,
) -> None:
    """Take steps until there were ``steps``; what was reached is saved, also on the way.

    Prints a JSON line with what is ``shown`` every 100 steps.
    """
    started = saved = time.monotonic()
    while training.step < steps:
        take_step()
        now = time.monotonic()
        if training.step % _SHOWN_EVERY == 0:
            line = {"step": training.step, "seconds": round(now - started), **shown()}
            print(json.dumps(line), flush=True)
        if now - saved > _SAVED_EVERY_S:
            training.save(folder)
            saved = now
        if minutes is not None:
            training.spent = (now - started) / (60 * minutes)
            if training.spent > 1:
                break
    training.save(folder)
