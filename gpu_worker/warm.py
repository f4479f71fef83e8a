"""The process that computes, seen from the one that speaks to RunPod; torch stays on its side.

It serves attempt after attempt with its networks loaded (``python -m gpu_worker serve``), leads a
process group of its own, and is replaced when it was killed or says that it is no longer sound.
"""

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Final

from pydantic import ValidationError

from .contract.base import Frozen
from .contract.errors import Code
from .contract.stage import Stage

KILL_AFTER_S: Final = 3.0
"""Nothing of an attempt that was told to stop is wanted any more."""
_WARM_WITHIN_S: Final = 300.0
_TICK_S: Final = 0.1
READY_FILE: Final = "WORKER_READY_FILE"
"""Names a file that is there while the process is warm: a container's health check looks for it."""


class Order(Frozen):
    """What the process is told to do, one JSON line each: a job as it came, and RunPod's name of
    it."""

    spec: str
    remote_id: str = ""


class Line(Frozen):
    """What the process says, one JSON line each: warm, at a stage, or done with an attempt.

    ``device`` is what it computes on, said once it is warm. ``outcome`` is set once an attempt has
    ended, with ``code`` where it failed; ``leaving`` says that this process serves no other one.
    """

    warm_s: float | None = None
    device: str = ""
    stage: Stage | None = None
    fraction: float = 0.0
    outcome: str | None = None
    code: Code | None = None
    leaving: bool = False


LOST: Final = Line(outcome="failed", code=Code.LOST, leaving=True)
CANCELLED: Final = Line(outcome="cancelled", leaving=True)
Tell = Callable[[Line], None]


class WarmProcess:
    """One process at a time, one attempt at a time; its methods may be called from any thread.

    ``device`` is what it computes on, "" until it is warm.
    """

    def __init__(
        self, command: Sequence[str] = (sys.executable, "-m", "gpu_worker", "serve")
    ) -> None:
        self._command = tuple(command)
        self._alone = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._unread = b""
        self._folder = Path()
        self._leaving = threading.Event()
        self._hands_back = False
        self.device = ""

    def start(self) -> None:
        """Begin to warm up, without waiting for it."""
        self._folder = Path(tempfile.mkdtemp(prefix="voice-worker-"))
        self._unread = b""
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self._environment(),
            cwd=self._folder,
            start_new_session=True,
        )

    def wait_until_warm(self) -> None:
        """Raises RuntimeError where the process dies instead, or takes longer than 5 minutes."""
        with self._alone:
            until = time.monotonic() + _WARM_WITHIN_S
            while time.monotonic() < until:
                line = self._read()
                if line is not None and line.warm_s is not None:
                    return
                if line is LOST:
                    break
        raise RuntimeError("the computing process does not start")

    def do(self, spec: str, tell: Tell, cancel: threading.Event, remote_id: str = "") -> Line:
        """One attempt to its end; ``tell`` hears of its progress. ``cancel`` ends it within 3 s."""
        order = Order(spec=spec, remote_id=remote_id)
        with self._alone:
            if cancel.is_set() or self._leaving.is_set():
                return CANCELLED
            ended = self._attend(order, tell, cancel)
            if ended.leaving:
                self._end(0.0 if ended is CANCELLED else KILL_AFTER_S)
                if not self._leaving.is_set():
                    self.start()
            return ended

    def hand_back_when_terminated(self) -> None:
        """From now on SIGTERM also ends the attempt at hand, so that another machine goes on with
        it at once. Call it from the main thread, once whoever else listens has begun to."""
        if self._hands_back:
            return
        self._hands_back = True
        before = signal.getsignal(signal.SIGTERM)

        def leave(number: int, frame: FrameType | None) -> None:
            self._leaving.set()
            if callable(before):
                before(number, frame)

        signal.signal(signal.SIGTERM, leave)

    def close(self) -> None:
        """End the process and what it left on disk."""
        self._leaving.set()
        with self._alone:
            self._end(KILL_AFTER_S)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def _attend(self, order: Order, tell: Tell, cancel: threading.Event) -> Line:
        if not self._write(order.model_dump_json().encode() + b"\n"):
            return LOST
        asked: float | None = None
        while True:
            if asked is None and (cancel.is_set() or self._leaving.is_set()):
                asked = time.monotonic()
                self._signal(signal.SIGTERM)
            if asked is not None and time.monotonic() - asked > KILL_AFTER_S:
                return CANCELLED
            line = self._read()
            if line is LOST:
                return LOST if asked is None else CANCELLED
            if line is not None and line.outcome is not None:
                return line
            if line is not None and line.stage is not None:
                tell(line)

    def _write(self, line: bytes) -> bool:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except BrokenPipeError:
            return False
        return True

    def _read(self) -> Line | None:
        """The next line; None where there is none for a moment, LOST where there will be none."""
        assert self._process is not None
        assert self._process.stdout is not None
        if b"\n" not in self._unread:
            stream = self._process.stdout.fileno()
            if not select.select([stream], [], [], _TICK_S)[0]:
                return None
            block = os.read(stream, 1 << 16)
            if not block:
                return LOST
            self._unread += block
            return None
        text, _, self._unread = self._unread.partition(b"\n")
        try:
            line = Line.model_validate_json(text)
        except ValidationError:
            return None
        self.device = line.device or self.device
        return line

    def _end(self, patience_s: float) -> None:
        """An empty line ends it: its pipe alone does not, which RunPod's ping process holds too."""
        process = self._process
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        if patience_s and self._write(b"\n"):
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience_s)
        self._signal(signal.SIGKILL)
        process.wait()
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.stdout.close()
        self._process = None
        if ready := os.environ.get(READY_FILE):
            Path(ready).unlink(missing_ok=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _environment(self) -> dict[str, str]:
        """Ours, less what is RunPod's: its key is no business of what reads customers' files."""
        ours = {k: v for k, v in os.environ.items() if not k.startswith("RUNPOD_")}
        root = str(Path(__file__).resolve().parents[1])
        return {**ours, "PYTHONPATH": root, "PYTHONUNBUFFERED": "1", "TMPDIR": str(self._folder)}
