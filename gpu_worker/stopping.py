"""Why and how a running attempt is asked to end."""

import threading
from enum import StrEnum

from gpu_worker.engine.stop import Stopped


class StopReason(StrEnum):
    CANCELLED = "cancelled"
    """The web said so: cancelled by the customer, or overtaken by another attempt."""
    TERMINATED = "terminated"
    """A signal: this machine wants its process back."""
    DEADLINE = "deadline"
    UNREACHABLE = "unreachable"
    """Nobody has answered for so long that nobody waits for the result."""


class StopSwitch:
    """Thrown once, from any thread or a signal handler; calling it tells whether it was.

    An engine's ``StopCheck``. The first reason stands. ``finish`` is a milder wish beside it: end a
    training early and keep its best voice.
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self._finish = threading.Event()
        self._reason: StopReason | None = None

    def __call__(self) -> bool:
        return self._event.is_set()

    @property
    def reason(self) -> StopReason | None:
        return self._reason

    def throw(self, reason: StopReason) -> None:
        if self._reason is None:
            self._reason = reason
        self._event.set()

    def ask_to_finish(self) -> None:
        """The customer has heard enough. Harmless when repeated."""
        self._finish.set()

    def finish_asked(self) -> bool:
        return self._finish.is_set()

    def pause(self, seconds: float) -> None:
        """Sleep, but raise ``Stopped`` as soon as the switch is thrown."""
        if self._event.wait(seconds):
            raise Stopped
