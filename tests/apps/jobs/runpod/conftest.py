"""A fake RunPod for each test, and our backend that speaks to it."""

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from apps.jobs.backends.base import Limits
from apps.jobs.backends.runpod import RunPodBackend
from apps.jobs.backends.runpod_client import RunPodClient
from apps.jobs.compute import Route
from apps.jobs.states import Purpose
from gpu_worker.contract.job import JOB_SPEC
from tests.cloud.cloud import Cloud, Endpoint
from tests.cloud.server import FakeRunPod, serving
from tests.cloud.worker import Hand

from ..fakes import FakeWorker

TRAINING = Route("train-4090", Purpose.TRAINING, Decimal("0.00031"))
CONVERSION = Route("convert-4090", Purpose.CONVERSION, Decimal("0.0002"))


@pytest.fixture
def runpod() -> Iterator[FakeRunPod]:
    cloud = Cloud(endpoints={each.endpoint: Endpoint() for each in (TRAINING, CONVERSION)})
    with serving(cloud) as fake:
        yield fake


@pytest.fixture
def cloud(runpod: FakeRunPod) -> Cloud:
    return runpod.cloud


def backend_of(fake: FakeRunPod, *routes: Route, limits: Limits | None = None) -> RunPodBackend:
    """Our backend against the fake; it does not really pause between tries."""
    client = RunPodClient(
        fake.cloud.key, f"{fake.url}/v2", f"{fake.url}/graphql", sleep=lambda _: None
    )
    chosen = RunPodBackend(client, routes or (TRAINING, CONVERSION))
    return replace(chosen, limits=limits) if limits else chosen


@pytest.fixture
def backend(runpod: FakeRunPod) -> RunPodBackend:
    return backend_of(runpod)


@pytest.fixture
def configured(runpod: FakeRunPod, settings: Any) -> FakeRunPod:
    """The environment names the fake: an account and one endpoint; webhooks go to its sink."""
    settings.RUNPOD_API = f"{runpod.url}/v2"
    settings.RUNPOD_ACCOUNT_API = f"{runpod.url}/graphql"
    settings.RUNPOD_API_KEY = runpod.cloud.key
    settings.RUNPOD_ENDPOINT_ID = TRAINING.endpoint
    settings.WORKER_CALLBACK_URL = f"{runpod.url}/sink"
    return runpod


@dataclass
class Remote:
    """A worker that has taken a job from the cloud, and speaks as our worker does."""

    hand: Hand
    name: str
    worker: FakeWorker

    def finish(self, **result: Any) -> bool:
        self.worker.store_result()
        return self.hand.done(self.name, output=result or {"outcome": "finished"})

    @property
    def attempt_id(self) -> uuid.UUID:
        return uuid.UUID(self.worker.spec.attempt_id)


def taken(fake: FakeRunPod, endpoint: str = TRAINING.endpoint) -> Remote:
    """The next job of the cloud's queue, in a worker's hands."""
    hand = Hand(fake.url, endpoint)
    job = hand.take()
    assert job is not None
    return Remote(hand, job["id"], FakeWorker(JOB_SPEC.validate_python(job["input"])))


def wait_for(look: Callable[[], bool], seconds: float = 5.0) -> None:
    until = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)
