"""The handler inside RunPod's real worker loop, with real small jobs, cancels and deaths."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gpu_worker.contract.canary import Canary
from gpu_worker.contract.errors import Code
from gpu_worker.contract.events import Progress, Started
from gpu_worker.contract.job import MANIFEST, AnyJob, EncoderRef, TrainJob
from gpu_worker.contract.stage import Stage
from tests.gpu_worker.runpod_queue import RunPodQueue, eventually, serve_queue
from tests.gpu_worker.studio_server import TOKEN, Studio, serve
from tests.gpu_worker.test_attempts import (  # noqa: F401 - fixtures
    convert_job,
    encoder,
    song,
    tools,
    train_job,
    voice_files,
)
from tests.live import is_alive

ROOT = Path(__file__).parents[2]
Voice = tuple[dict[str, bytes], bytes, EncoderRef]


@dataclass
class Worker:
    """A running ``python -m gpu_worker.handler`` and the queue that it takes from."""

    program: "subprocess.Popen[str]"
    queue: RunPodQueue
    folder: Path

    @property
    def computing(self) -> int:
        """The process id of the child that leads its own group."""
        threads = Path(f"/proc/{self.program.pid}/task").glob("*/children")
        children = [int(word) for each in threads for word in each.read_text().split()]
        (pid,) = [child for child in children if os.getpgid(child) == child]
        return pid

    @property
    def is_warm(self) -> bool:
        return (self.folder / "ready").exists()

    def log(self) -> str:
        return (self.folder / "log").read_text()


def started(queue: RunPodQueue, folder: Path) -> Worker:
    environment = {
        **os.environ,
        **queue.environment("worker-1"),
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(folder),
        "WORKER_READY_FILE": str(folder / "ready"),
        "OMP_NUM_THREADS": "1",
    }
    with (folder / "log").open("w") as log:
        program = subprocess.Popen(
            [sys.executable, "-m", "gpu_worker.handler"],
            env=environment,
            cwd=folder,
            stdout=log,
            stderr=log,
            text=True,
        )
    return Worker(program, queue, folder)


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    with serve_queue() as queue:
        running = started(queue, tmp_path_factory.mktemp("worker"))
        try:
            yield running
        finally:
            running.program.terminate()
            running.program.wait(30)
        assert TOKEN not in running.log()
        assert [path.name for path in running.folder.glob("voice-*")] == []


@pytest.fixture
def studio() -> Iterator[Studio]:
    with serve() as running:
        yield running


@pytest.fixture
def voice(
    voice_files: dict[str, bytes],  # noqa: F811
    song: bytes,  # noqa: F811
    encoder: EncoderRef,  # noqa: F811
) -> Voice:
    return voice_files, song, encoder


def spec(job: AnyJob) -> dict[str, Any]:
    return {**job.model_dump(mode="json"), "token": TOKEN}


def endless(studio: Studio, folder: Path) -> TrainJob:
    return train_job(studio, folder, 10_000)


def is_training(studio: Studio) -> bool:
    return any(isinstance(e, Progress) and e.stage is Stage.FEATURES for e in studio.events)


def test_jobs_one_after_the_other_in_one_warm_process(
    worker: Worker, studio: Studio, voice: Voice
) -> None:
    queue = worker.queue
    queue.submit("one", spec(convert_job(studio, *voice)))
    finished = {"output": {"attempt_id": "attempt", "outcome": "finished"}}
    assert queue.result("one") == finished
    assert f"out/{MANIFEST}" in studio.objects
    assert studio.types[0] == "started"
    assert studio.batches[0].remote_id == "one", "whoever submitted it may not know"
    eventually(lambda: bool(queue.updates))
    assert len(queue.updates) == 1  # RunPod hears little, the studio all
    assert queue.updates[0][0] == "one"
    assert set(queue.updates[0][1]) == {"stage", "done"}
    process = worker.computing

    files, _, reference = voice
    broken = convert_job(studio, files, b"PK\x03\x04" + b"\0" * 500, reference)
    queue.submit("two", spec(broken))
    assert queue.result("two") == {"error": Code.AUDIO_UNREADABLE.value}
    queue.submit("three", {**spec(broken), "contract": 99})
    assert queue.result("three") == {"error": Code.CONTRACT_VERSION.value}

    with serve() as other:
        began = time.monotonic()
        queue.submit("four", spec(convert_job(other, *voice)))
        assert queue.result("four") == finished
        assert time.monotonic() - began < 30
        assert isinstance(other.events[0], Started)
    assert worker.computing == process
    assert queue.pings > 0

    queue.submit("canary", Canary().model_dump(mode="json"))
    sung = queue.result("canary")["output"]
    assert sung["device"].startswith(("cpu", "NVIDIA")), "what it would compute on"


def test_a_cancel_reaches_the_work_within_five_seconds(
    worker: Worker, studio: Studio, tmp_path: Path
) -> None:
    worker.queue.submit("long", spec(endless(studio, tmp_path)))
    eventually(lambda: is_training(studio))
    process = worker.computing
    worker.queue.cancel("long")
    # One that is too busy to hear it is killed after 3 s.
    eventually(lambda: "cancelled" in studio.types or not is_alive(process), 5.0)
    assert f"out/{MANIFEST}" not in studio.objects


def test_a_killed_process_is_told_as_lost_and_replaced(
    worker: Worker, studio: Studio, tmp_path: Path
) -> None:
    worker.queue.submit("dying", spec(endless(studio, tmp_path)))
    eventually(lambda: is_training(studio))  # also after the cancel before it
    assert "long" not in worker.queue.results  # the SDK posts nothing for a stopped job
    process = worker.computing
    os.kill(process, signal.SIGKILL)
    assert worker.queue.result("dying") == {"error": Code.LOST.value, "stopPod": True}
    eventually(lambda: worker.is_warm)
    assert worker.computing != process


def test_a_worker_that_is_shut_down_hands_its_job_back(
    worker: Worker, studio: Studio, tmp_path: Path
) -> None:
    """The last of this module: it ends the worker."""
    worker.queue.submit("interrupted", spec(endless(studio, tmp_path)))
    eventually(lambda: is_training(studio))
    process = worker.computing
    worker.program.terminate()
    result = worker.queue.result("interrupted", 10)
    assert result == {"output": {"attempt_id": "attempt", "outcome": "cancelled"}}
    # One that is too busy to hear it is killed after 3 s, and says no more.
    eventually(lambda: "cancelled" in studio.types or not is_alive(process))
    worker.program.wait(30)
    assert not Path(f"/proc/{process}").exists()
    assert not worker.is_warm
