"""A whole studio that computes on RunPod: real web, Celery, storage, and the worker's handler in
RunPod's own SDK, against a cloud of ours that loses and repeats.

``RUNPOD_SDK_PYTHON`` names a Python that has requirements/serverless.txt, where ours has not.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gpu_worker.contract.canary import Canary
from gpu_worker.contract.version import VERSION
from tests.cloud.cloud import Cloud, Endpoint, Faults
from tests.cloud.sdk import sdk_environment, sdk_python
from tests.cloud.server import FakeRunPod, serving
from tests.live import LiveStack, start_live
from tests.trials.customer import Customer, singing, wait_for
from tests.trials.test_live_jobs import TRAINING
from voicestudio.embedded.supervisor import Supervisor

pytestmark = pytest.mark.trial
ENDPOINT = "gpu"
ROOT = Path(__file__).parents[2]


@dataclass
class Pod:
    """A machine of the cloud: the handler's process, with what it started."""

    fake: FakeRunPod
    id: str
    log: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        environment = sdk_environment(self.fake, ENDPOINT, self.id) | {"OMP_NUM_THREADS": "1"}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sdk_python(), "-m", "gpu_worker.handler"],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """As when the machine is gone: no farewell, and nothing of it is left."""
        children = _descendants(self.process.pid)
        for pid in (self.process.pid, *children):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()


def _descendants(pid: int) -> list[int]:
    try:
        tasks = Path(f"/proc/{pid}/task").iterdir()
        own = [int(n) for task in tasks for n in (task / "children").read_text().split()]
    except FileNotFoundError:
        return []
    return own + [each for child in own for each in _descendants(child)]


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeRunPod]:
    cloud = Cloud(endpoints={ENDPOINT: Endpoint()}, faults=Faults(seed=3, webhook_thrice=0.5))
    with serving(cloud) as served:
        yield served


@pytest.fixture(scope="module")
def stack(
    services: Supervisor, fake: FakeRunPod, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveStack]:
    runpod = {
        "COMPUTE_BACKEND": "runpod",
        "RUNPOD_API": f"{fake.url}/v2",
        "RUNPOD_ACCOUNT_API": f"{fake.url}/graphql",
        "RUNPOD_API_KEY": fake.cloud.key,
        "RUNPOD_ENDPOINT_ID": ENDPOINT,
    }
    var = tmp_path_factory.mktemp("cloud") / "var"
    stack = start_live(services, var, demo=False, number=2, extra=runpod)
    yield stack
    stack.stop()


@pytest.fixture(scope="module")
def pods(fake: FakeRunPod, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Pod]]:
    folder = tmp_path_factory.mktemp("pods")
    running = [Pod(fake, "pod-1", folder / "pod-1.log")]
    yield running
    for pod in running:
        pod.kill()


@pytest.fixture(scope="module")
def customer(stack: LiveStack) -> Customer:
    return Customer.arrive(stack)


@pytest.fixture(scope="module")
def recording(customer: Customer) -> str:
    return customer.upload("녹음.wav", singing(15.0))


@pytest.fixture(scope="module")
def trained(
    stack: LiveStack, fake: FakeRunPod, pods: list[Pod], customer: Customer, recording: str
) -> str:
    """A voice whose training lost its machine after a checkpoint; another took the job over."""
    voice = customer.voice("아리아")
    job = customer.train(voice, [recording], **TRAINING)
    customer.wait_for_event(job, "checkpoint")
    pods[0].kill()
    pods.append(Pod(fake, "pod-2", pods[0].log.with_name("pod-2.log")))
    fake.cloud.pass_time(61)  # the cloud has missed its pings
    customer.wait_for_success(job)
    return voice


def test_a_training_outlives_its_machine_and_is_paid_once(
    fake: FakeRunPod, customer: Customer, trained: str
) -> None:
    assert customer.get(f"/api/v1/voices/{trained}")["state"] == "ready"
    attempts = [each["attempt_id"] for each in fake.cloud.accepted]
    assert attempts
    assert len(attempts) == len(set(attempts)) == 2, "the second went on from the checkpoint"
    assert customer.credits()[1] == 0


def test_a_result_that_runpod_never_gets_is_taken_all_the_same(
    fake: FakeRunPod, customer: Customer, trained: str, recording: str
) -> None:
    fake.cloud.faults = Faults(result_lost=1.0)
    job = customer.convert(trained, recording, f0_method="swift-f0")
    done = customer.wait_for_success(job)
    fake.cloud.faults = Faults()
    [result] = done["results"]
    assert customer.measured(result)["duration_s"] == pytest.approx(15.0, abs=0.05)


def test_a_cancel_reaches_the_machine_which_then_does_the_next_job(
    fake: FakeRunPod, customer: Customer, trained: str, recording: str
) -> None:
    before = customer.credits()
    job = customer.train(customer.voice("베라"), [recording], **TRAINING | {"total_steps": 20_000})
    customer.wait_for_event(job, "progress")
    [remote] = [each for each in fake.cloud.jobs.values() if each.input.get("job_id") == job]
    assert customer.post(f"/api/v1/jobs/{job}/cancel", status=200)["state"] == "cancelled"
    assert customer.credits() == before
    wait_for(lambda: remote.status == "CANCELLED", 30, f"RunPod says {remote.status}")
    customer.wait_for_success(customer.convert(trained, recording, f0_method="swift-f0"))


def test_an_answer_that_is_lost_costs_no_second_run(
    fake: FakeRunPod, customer: Customer, trained: str, recording: str
) -> None:
    fake.cloud.faults = Faults(answer_lost=1.0)
    job = customer.convert(trained, recording, f0_method="swift-f0")
    customer.wait_for_job(job, lambda shown: bool(shown["state"] != "queued"))
    fake.cloud.faults = Faults()
    done = customer.wait_for_success(job)
    assert done["attempt"]["fence"] == 1
    sent = [each for each in fake.cloud.accepted if each.get("job_id") == job]
    assert len(sent) == 1


def test_the_handler_sings_to_a_canary(fake: FakeRunPod, trained: str) -> None:
    with fake.cloud.lock:
        body = {"input": Canary().model_dump(mode="json")}
        job = fake.cloud.run(ENDPOINT, body)
    wait_for(lambda: job.status == "COMPLETED", 60, f"it is {job.status} {job.error}")
    assert job.output["contract"] == VERSION
    assert job.output["device"].startswith("cpu"), "what it would compute on"
