"""Processes that outlive whoever started them, found again by pid and start time."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

KILL_AFTER_S: Final = 3.0
"""Nothing of a process that was told to stop is wanted any more."""
NICENESS: Final = 10
"""They give way to the pages that share their machine."""


@dataclass(frozen=True)
class Process:
    """A process for good: a pid alone may be somebody else's by now."""

    pid: int
    started_ticks: int

    @property
    def is_alive(self) -> bool:
        return started_ticks(self.pid) == self.started_ticks


def spawn(
    arguments: Sequence[str], folder: Path, cwd: Path, env: Mapping[str, str], log: IO[bytes]
) -> Process:
    """Start a process group of its own and note it in ``folder``. Raises OSError."""
    child = subprocess.Popen(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd=cwd,
        env=env,
        start_new_session=True,
    )
    # the child can't be gone: nobody has waited for it yet
    os.setpriority(os.PRIO_PROCESS, child.pid, NICENESS)
    process = Process(child.pid, started_ticks(child.pid, even_dead=True) or 0)
    note(folder, process)
    return process


def started_ticks(pid: int, *, even_dead: bool = False) -> int | None:
    """When a process began, in clock ticks since boot; None where it is gone or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *fields = stat.rpartition(")")[2].split()
    if state in "ZX" and not even_dead:
        return None
    return int(fields[18])


def note(folder: Path, process: Process) -> None:
    aside = folder / "process.json.new"
    aside.write_text(json.dumps({"pid": process.pid, "started_ticks": process.started_ticks}))
    aside.rename(folder / "process.json")


def noted(folder: Path) -> Process | None:
    """Whose folder this is. None where nobody was noted, or its note was cleaned away."""
    try:
        said = json.loads((folder / "process.json").read_text())
    except FileNotFoundError:
        return None
    return Process(pid=said["pid"], started_ticks=said["started_ticks"])


def stop(folder: Path) -> bool:
    """SIGTERM to the group, and SIGKILL where that was ``KILL_AFTER_S`` ago; whether it is gone."""
    process = noted(folder)
    asked = folder / "stop-asked"
    if process is None or not process.is_alive:
        for name in ("process.json", asked.name):
            (folder / name).unlink(missing_ok=True)
        return True
    if not asked.exists():
        asked.touch()
        _signal(process, signal.SIGTERM)
    elif time.time() - asked.stat().st_mtime > KILL_AFTER_S:
        _signal(process, signal.SIGKILL)
    return False


def clean(folder: Path, names: Sequence[str]) -> None:
    """Take away files and folders by name; missing ones are fine."""
    for name in names:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _signal(process: Process, number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
