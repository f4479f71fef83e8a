"""RunPod's own SDK runs its worker's loop against our fake: both sides of the queue agree.

``RUNPOD_SDK_PYTHON`` names a Python that has the SDK of requirements/serverless.txt, where ours has
not.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.jobs.backends.runpod_client import Order, RemoteStatus, RunPodClient, Said
from gpu_worker.contract.canary import Canary
from gpu_worker.contract.errors import Code
from gpu_worker.contract.version import VERSION
from tests.cloud.cloud import OVER, Cloud, Endpoint, Faults
from tests.cloud.sdk import sdk_environment, sdk_python
from tests.cloud.server import FakeRunPod, serving

pytestmark = pytest.mark.trial
ENDPOINT, POD = "sdk", "pod-1"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def runpod() -> Iterator[FakeRunPod]:
    with serving(Cloud(endpoints={ENDPOINT: Endpoint()})) as fake:
        yield fake


@pytest.fixture
def worker(runpod: FakeRunPod) -> Iterator[subprocess.Popen[bytes]]:
    environment = sdk_environment(runpod, ENDPOINT, POD)
    command = [sdk_python(), str(ROOT / "tests" / "cloud" / "sdk_worker.py")]
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    yield process
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def client(runpod: FakeRunPod) -> RunPodClient:
    return RunPodClient(runpod.cloud.key, f"{runpod.url}/v2")


def send(runpod: FakeRunPod, asked: dict[str, Any], execution_s: int = 600) -> str:
    return client(runpod).submit(ENDPOINT, Order(asked, execution_s, 3600))


def wait(runpod: FakeRunPod, name: str, *states: str) -> Said:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        said = client(runpod).status(ENDPOINT, name)
        assert said is not None
        if said.status in (states or OVER):
            return said
        threading.Event().wait(0.05)
    raise AssertionError("it did not come to that")


def wait_at_work(runpod: FakeRunPod, name: str) -> None:
    """Until the handler itself has spoken: the SDK drops a stop for a job that it only queued."""
    until = time.monotonic() + 60
    while runpod.cloud.jobs[name].progress is None:
        assert time.monotonic() < until
        threading.Event().wait(0.02)


def test_the_sdk_takes_jobs_and_says_how_they_ended(
    runpod: FakeRunPod, worker: subprocess.Popen[bytes]
) -> None:
    song = wait(runpod, send(runpod, Canary().model_dump(mode="json")))
    assert (song.status, song.output) == ("COMPLETED", {"contract": VERSION, "device": ""})
    assert song.execution_s is not None
    done = wait(runpod, send(runpod, {"do": "finish", "attempt_id": "a"}))
    assert done.status == RemoteStatus.COMPLETED
    failed = wait(runpod, send(runpod, {"do": "fail", "code": Code.OUT_OF_MEMORY}))
    assert (failed.status, failed.error) == ("FAILED", Code.OUT_OF_MEMORY)
    crashed = wait(runpod, send(runpod, {"do": "crash"}))
    assert crashed.status == RemoteStatus.FAILED
    assert "the handler crashed" in crashed.error
    assert runpod.cloud.workers[POD] > 0


def test_a_cancel_and_a_time_limit_reach_the_handler(
    runpod: FakeRunPod, worker: subprocess.Popen[bytes]
) -> None:
    """A handler that was not stopped would sleep for ten minutes, and the next job with it."""
    cancelled = send(runpod, {"do": "sleep"})
    wait_at_work(runpod, cancelled)
    client(runpod).cancel(ENDPOINT, cancelled)
    late = send(runpod, {"do": "sleep"}, execution_s=3)
    wait_at_work(runpod, late)
    assert wait(runpod, late).status == RemoteStatus.TIMED_OUT
    last = wait(runpod, send(runpod, {"do": "finish", "attempt_id": "b"}))
    assert last.status == RemoteStatus.COMPLETED
    assert client(runpod).status(ENDPOINT, cancelled).status == "CANCELLED"  # type: ignore[union-attr]


def test_a_result_that_never_arrives_leaves_the_job_running(
    runpod: FakeRunPod, worker: subprocess.Popen[bytes]
) -> None:
    """Posted three times, then only logged: hence the manifest in storage, and the sweep."""
    wait(runpod, send(runpod, {"do": "finish", "attempt_id": "warm"}))
    runpod.cloud.faults = Faults(result_lost=1.0)
    lost = send(runpod, {"do": "finish", "attempt_id": "lost"})
    said = wait(runpod, lost, "IN_PROGRESS")
    until = time.monotonic() + 20
    while runpod.cloud.posts.count(lost) < 3:
        assert time.monotonic() < until
        threading.Event().wait(0.05)
    said = wait(runpod, lost, "IN_PROGRESS")
    assert said.status == RemoteStatus.IN_PROGRESS
