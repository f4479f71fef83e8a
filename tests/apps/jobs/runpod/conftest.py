"""A fake RunPod for each test, and our backend that speaks to it."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from apps.jobs.backends.base import Limits
from apps.jobs.backends.runpod import RunPodBackend
from apps.jobs.backends.runpod_client import RunPodClient
from apps.jobs.compute import Route
from apps.jobs.states import Purpose
from tests.cloud.cloud import Cloud, Endpoint
from tests.cloud.server import FakeRunPod, serving

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
