"""The local backend with real worker processes."""

import os
import signal
import stat
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apps.jobs.backends.base import Busy, Remote, RemoteState
from apps.jobs.backends.local import LocalBackend
from apps.jobs.backends.processes import Process, note, started_ticks
from apps.jobs.timing import ASK_AGAIN, ASKS
from gpu_worker.contract.job import JOB_SPEC, TrainJob
from gpu_worker.contract.params import TrainParams

NOWHERE = "http://127.0.0.1:9"
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(flush=True)
time.sleep(99)
"""


def spec() -> TrainJob:
    """A job whose storage refuses, so that its worker keeps trying."""
    job = JOB_SPEC.validate_python(
        {
            "kind": "train",
            "job_id": str(uuid.uuid4()),
            "attempt_id": str(uuid.uuid4()),
            "fence": 1,
            "outputs": {},
            "events_url": f"{NOWHERE}/events",
            "token": "the-token",
            "deadline_s": 100,
            "voice_name": "v",
            "params": TrainParams.model_validate({}),
            "dataset": [{"id": "f", "name": "f", "url": f"{NOWHERE}/f", "size": 1}],
        }
    )
    assert isinstance(job, TrainJob)
    return job


def remote(job: TrainJob) -> Remote:
    return Remote(uuid.UUID(job.attempt_id), "", "")


def wait(until: Callable[[], bool], seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[LocalBackend]:
    backend = LocalBackend(tmp_path / "local", slots=1, weights=tmp_path / "weights")
    yield backend
    for process in backend._running():
        os.killpg(process.pid, 9)


def test_a_worker_runs_apart_and_is_found_again(backend: LocalBackend) -> None:
    job = spec()
    assert backend.status(remote(job)).state == RemoteState.GONE
    submission = backend.submit(job, ttl_s=100)
    pid = int(submission.remote_id.partition(":")[0])
    folder = backend.folder / job.attempt_id
    assert os.getpgid(pid) == pid == os.getsid(pid)
    assert stat.S_IMODE((folder / "spec.json").stat().st_mode) == 0o600
    assert b"SECRET_KEY" not in Path(f"/proc/{pid}/environ").read_bytes()
    assert b"DATABASE_URL" not in Path(f"/proc/{pid}/environ").read_bytes()
    another = LocalBackend(backend.folder, slots=1, weights=backend.weights)
    assert another.status(remote(job)).state == RemoteState.RUNNING
    with pytest.raises(Busy):
        another.submit(spec(), ttl_s=100)
    assert another.health().detail == {"running": 1, "slots": 1}
    os.killpg(pid, 9)
    wait(lambda: another.status(remote(job)).state == RemoteState.ENDED)
    assert another.stop(remote(job)).is_over
    assert sorted(path.name for path in folder.iterdir()) == ["worker.log"]
    assert another.status(remote(job)).state == RemoteState.GONE


def test_stop_ends_the_group(backend: LocalBackend) -> None:
    job = spec()
    backend.submit(job, ttl_s=100)
    wait(lambda: backend.stop(remote(job)).is_over)
    assert backend.stop(remote(job)).is_over


def test_a_worker_that_does_not_listen_is_gone_within_5_s(
    backend: LocalBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", DEAF], start_new_session=True, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    child.stdout.readline()
    job = spec()
    folder = backend.folder / job.attempt_id
    folder.mkdir(parents=True)
    note(folder, Process(child.pid, started_ticks(child.pid) or 0))
    asked = [0.0, *(number * ASK_AGAIN.total_seconds() for number in range(1, ASKS + 1))]
    began = time.time()
    for seconds in asked[:2]:
        monkeypatch.setattr(time, "time", lambda at=began + seconds: at)
        assert not backend.stop(remote(job)).is_over
    assert child.wait(5) == -signal.SIGKILL
    assert asked[1] < 5
    assert backend.stop(remote(job)).is_over


def test_a_pid_that_is_anothers_by_now_is_not_ours() -> None:
    assert not Process(os.getpid(), started_ticks=1).is_alive


@pytest.mark.parametrize(
    ("given", "cores", "slots", "threads"),
    [
        (None, 8, 1, "8"),
        (None, 8, 3, "2"),
        (None, 2, 4, "1"),
        ("", 8, 2, "4"),
        ("6", 8, 4, "6"),
    ],
)
def test_workers_share_the_cores(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: str | None,
    cores: int,
    slots: int,
    threads: str,
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)))
    if given is None:
        monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    else:
        monkeypatch.setenv("OMP_NUM_THREADS", given)
    job = spec()
    crowd = LocalBackend(tmp_path / "local", slots=slots, weights=tmp_path / "weights")
    crowd.submit(job, ttl_s=100)
    (process,) = crowd._running()
    try:
        said = Path(f"/proc/{process.pid}/environ")
        wait(lambda: bool(said.read_bytes()))  # empty while the process is still being made
        environment = said.read_bytes().split(b"\0")
    finally:
        os.killpg(process.pid, signal.SIGKILL)
    assert f"OMP_NUM_THREADS={threads}".encode() in environment
