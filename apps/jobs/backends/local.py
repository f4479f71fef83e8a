"""Runs attempts on this machine, each as a process group that outlives whoever started it.

The folder of an attempt holds all that is known of it, so that any process of the studio finds its
workers again: ``spec.json`` (closed to other users: it holds a token), ``process.json`` (pid and
start time, which together name one process for good), ``worker.log`` and ``tmp``.
"""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import gpu_worker
from apps.common import request_ids
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
from .processes import Process, clean, noted, spawn, stop

_PASSED_ON: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "OMP_NUM_THREADS", "SSL_CERT_FILE")


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
        process = noted(folder)
        if process is None:
            return Look(RemoteState.GONE)
        return Look(RemoteState.RUNNING if process.is_alive else RemoteState.ENDED)

    def stop(self, remote: Remote) -> Look:
        """SIGTERM to the group, and SIGKILL where that was a while ago."""
        folder = self.folder / str(remote.attempt_id)
        if not stop(folder):
            return Look(RemoteState.RUNNING)
        clean(folder, ("spec.json", "tmp"))  # the links and the token are of no more use
        return Look(RemoteState.GONE)

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
            command = [sys.executable, "-m", "gpu_worker", "run", str(spec_file)]
            return spawn(command, folder, tmp, self._environment(tmp), log)

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
            # whose lines its log's belong to; in the spec, older workers would refuse the field
            "REQUEST_ID": request_ids.current() or "",
        }

    def _running(self) -> list[Process]:
        processes = (noted(path.parent) for path in self.folder.glob("*/process.json"))
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
