"""One child process: it can't outlive the supervisor, and nothing of it stays behind."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from voicestudio.embedded.places import REPOSITORY, Places, read_json, write_json
from voicestudio.embedded.privileges import Account, before_exec

LOG_LIMIT_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Program:
    """What to start and how to end it.

    ``stop_signal`` asks for an orderly end; after ``grace_s`` the process group is killed.
    """

    name: str
    argv: tuple[str, ...]
    cwd: Path = REPOSITORY
    env: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    grace_s: float = 6.0
    account: Account | None = None
    to_terminal: bool = False


def started_ticks(pid: int) -> int | None:
    """When the process started, in clock ticks since boot; None where it is gone or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rpartition(")")[2].split()  # the name before it may hold spaces
    return None if fields[0] in "ZX" else int(fields[19])


def is_same_process(pid: int, ticks: int) -> bool:
    """Whether the pid still names the process that started then."""
    return started_ticks(pid) == ticks


def kill_group(pid: int, with_signal: signal.Signals = signal.SIGKILL) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, with_signal)


class Child:
    """A started Program in a session of its own, its output in ``log/<name>.log``."""

    def __init__(self, program: Program, places: Places, environment: Mapping[str, str]) -> None:
        self.program = program
        self.log_path = places.log / f"{program.name}.log"
        self._record = places.run / f"{program.name}.json"
        self._environment = {**environment, **program.env}
        self._log_start = 0
        self._process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError(f"{self.program.name} was never started")
        return self._process.pid

    def start(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("children follow the thread that starts them: use the main thread")
        if self.log_path.exists() and self.log_path.stat().st_size > LOG_LIMIT_BYTES:
            self.log_path.replace(self.log_path.with_suffix(".old.log"))
        with self.log_path.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                self.program.argv,
                cwd=self.program.cwd,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=None if self.program.to_terminal else log,
                stderr=log,
                start_new_session=True,
                preexec_fn=before_exec(self.program.account, self.program.stop_signal),
            )
        self.started_at = time.monotonic()
        ticks = started_ticks(self._process.pid)
        record = {"pid": self._process.pid, "started_ticks": ticks, "supervisor": os.getpid()}
        write_json(self._record, record)

    def exit_code(self) -> int | None:
        """None while it runs; negative for a signal."""
        return self._process.poll() if self._process is not None else 0

    def log_since_start(self) -> str:
        try:
            with self.log_path.open("rb") as log:
                log.seek(self._log_start)
                return log.read().decode(errors="replace")
        except FileNotFoundError:
            return ""

    def last_lines(self, count: int = 6) -> str:
        lines = [line for line in self.log_since_start().splitlines() if line.strip()]
        return "\n".join(f"    | {line[:300]}" for line in lines[-count:])

    def ask_to_stop(self) -> None:
        if self.exit_code() is None:
            self._process_signal(self.program.stop_signal)

    def finish(self) -> None:
        """Wait for the end after ``ask_to_stop``, then clear whatever is left of its group."""
        if self._process is None:
            return
        try:
            self._process.wait(self.program.grace_s)
        except subprocess.TimeoutExpired:
            kill_group(self._process.pid)
            self._process.wait()
        self.clear()

    def clear(self) -> None:
        """Kill what a dead leader left in its group, forget its record."""
        kill_group(self.pid)
        self._record.unlink(missing_ok=True)

    def _process_signal(self, which: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, which)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A child as its record names it."""

    name: str
    pid: int
    ticks: int
    supervisor: int

    @property
    def lives(self) -> bool:
        return is_same_process(self.pid, self.ticks)


def recorded_children(places: Places) -> list[Recorded]:
    found = []
    for record in sorted(places.run.glob("*.json")):
        value = read_json(record)
        with suppress(KeyError, TypeError):  # half a record: its supervisor died while starting
            numbers = (int(value["pid"]), int(value["started_ticks"]), int(value["supervisor"]))
            found.append(Recorded(record.stem, *numbers))
    return found


def wait_or_kill(children: Sequence[Recorded], patience_s: float) -> None:
    """Wait for children that were told to end, then kill the groups of those still there."""
    waiting = [child for child in children if child.lives]
    deadline = time.monotonic() + patience_s
    while waiting:
        if time.monotonic() > deadline:
            for child in waiting:
                kill_group(child.pid)
        time.sleep(0.1)
        for child in [child for child in waiting if not child.lives]:
            kill_group(child.pid)  # what its leader left behind
            waiting.remove(child)


def end_leftovers(places: Places, patience_s: float = 8.0) -> list[str]:
    """See off the children of a supervisor that was killed; the names of those still there."""
    children = [child for child in recorded_children(places) if child.lives]
    wait_or_kill(children, patience_s)
    for record in places.run.glob("*.json"):
        record.unlink()
    return [child.name for child in children]
