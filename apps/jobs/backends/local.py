"""Runs attempts on this machine, each as a process group that outlives whoever started it.

The folder of an attempt holds all that is known of it, so that any process of the studio finds its
workers again: ``spec.json`` (closed to other users: it holds a token), ``process.json`` (pid and
start time, which together name one process for good), ``worker.log`` and ``tmp``.
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import gpu_worker
from gpu_worker.contract.job import AnyJob

from .base import (
    NO_LIMITS,
    Busy,
    Health,
    Limits,
    Look,
    Refused,
    Remote,
    RemoteState,
    Submission,
    spec_text,
)

KILL_AFTER_S: Final = 3.0
"""Nothing of an attempt that was told to stop is wanted any more."""
NICENESS: Final = 10
"""Workers give way to the pages that share their machine."""
_PASSED_ON: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "OMP_NUM_THREADS", "SSL_CERT_FILE")


@dataclass(frozen=True)
class Process:
    """A process for good: a pid alone may be somebody else's by now."""

    pid: int
    started_ticks: int

    @property
    def is_alive(self) -> bool:
        return _started_ticks(self.pid) == self.started_ticks


@dataclass(frozen=True)
class LocalBackend:
    """At most ``slots`` workers at once, below ``folder``."""

    folder: Path
    slots: int
    weights: Path
    name: str = "local"
    limits: Limits = NO_LIMITS  # its slots are one

    def submit(self, spec: AnyJob, ttl_s: int) -> Submission:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._alone():
            if len(self._running()) >= self.slots:
                raise Busy(f"{self.slots} workers are at work")
            try:
                process = self._spawn(self.folder / spec.attempt_id, spec)
            except OSError as error:
                raise Refused(f"the worker can't be started: {error}") from error
        return Submission(remote_id=f"{process.pid}:{process.started_ticks}", endpoint="local")

    def status(self, remote: Remote) -> Look:
        folder = self.folder / str(remote.attempt_id)
        process = _read_process(folder)
        if process is None:
            return Look(RemoteState.GONE)
        return Look(RemoteState.RUNNING if process.is_alive else RemoteState.ENDED)

    def stop(self, remote: Remote) -> Look:
        """SIGTERM to the group, and SIGKILL where that was ``KILL_AFTER_S`` ago."""
        folder = self.folder / str(remote.attempt_id)
        process = _read_process(folder)
        if process is None or not process.is_alive:
            _clean(folder)
            return Look(RemoteState.GONE)
        asked = folder / "stop-asked"
        if not asked.exists():
            asked.touch()
            _signal(process, signal.SIGTERM)
        elif time.time() - asked.stat().st_mtime > KILL_AFTER_S:
            _signal(process, signal.SIGKILL)
        return Look(RemoteState.RUNNING)

    def health(self) -> Health:
        running = len(self._running())
        return Health(ok=True, detail={"running": running, "slots": self.slots})

    def _spawn(self, folder: Path, spec: AnyJob) -> Process:
        tmp = folder / "tmp"
        tmp.mkdir(parents=True, mode=0o700)
        spec_file = folder / "spec.json"
        spec_file.touch(mode=0o600)
        spec_file.write_text(spec_text(spec))
        with (folder / "worker.log").open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "gpu_worker", "run", str(spec_file)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=tmp,
                env=self._environment(tmp),
                start_new_session=True,
            )
        # the child can't be gone: nobody has waited for it yet
        os.setpriority(os.PRIO_PROCESS, child.pid, NICENESS)
        ticks = _started_ticks(child.pid, even_dead=True)
        process = Process(child.pid, ticks or 0)
        _write_process(folder, process)
        return process

    def _environment(self, tmp: Path) -> dict[str, str]:
        """What a worker may know of this machine: no secret of the web is among it."""
        passed = {name: os.environ[name] for name in _PASSED_ON if os.environ.get(name)}
        return {
            # every worker would else start as many threads as there are cores
            "OMP_NUM_THREADS": str(threads(self.slots)),
            **passed,
            # idle threads that spin would take the cores from web, storage and database
            "OMP_WAIT_POLICY": "PASSIVE",
            "PYTHONPATH": str(Path(gpu_worker.__file__).parent.parent),
            "PYTHONUNBUFFERED": "1",
            "TMPDIR": str(tmp),
            "WEIGHTS_DIR": str(self.weights),
        }

    def _running(self) -> list[Process]:
        processes = (_read_process(path.parent) for path in self.folder.glob("*/process.json"))
        return [process for process in processes if process is not None and process.is_alive]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One submit at a time on this machine, so that slots are counted right."""
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def threads(slots: int) -> int:
    """Of each worker: its share of the cores that this process may use, and one at least."""
    return max(1, len(os.sched_getaffinity(0)) // slots)


def _started_ticks(pid: int, *, even_dead: bool = False) -> int | None:
    """When a process began, in clock ticks since boot; None where it is gone or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *fields = stat.rpartition(")")[2].split()
    if state in "ZX" and not even_dead:
        return None
    return int(fields[18])


def _write_process(folder: Path, process: Process) -> None:
    aside = folder / "process.json.new"
    aside.write_text(json.dumps({"pid": process.pid, "started_ticks": process.started_ticks}))
    aside.rename(folder / "process.json")


def _read_process(folder: Path) -> Process | None:
    try:
        said = json.loads((folder / "process.json").read_text())
    except FileNotFoundError:
        return None
    return Process(pid=said["pid"], started_ticks=said["started_ticks"])


def _signal(process: Process, number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def _clean(folder: Path) -> None:
    """Leave only the log: the links and the token are of no more use."""
    for name in ("spec.json", "process.json", "stop-asked"):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / "tmp", ignore_errors=True)
