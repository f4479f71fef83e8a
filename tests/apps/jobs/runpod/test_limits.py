"""RunPod's limits: 1000 submits, 2000 looks and 100 cancels of an endpoint in 10 s."""

import pytest

from apps.jobs import backends, sweep
from apps.jobs.backends.runpod import RunPodBackend
from apps.jobs.backends.runpod_client import NotSent
from apps.jobs.models import Attempt
from apps.jobs.timing import ASK_AT_ONCE, DISPATCH_AT_ONCE, LEAVE_AT_ONCE
from tests.cloud.cloud import LIMIT_S, LIMITS, Cloud
from tests.cloud.server import FakeRunPod

from ..conftest import Studio
from ..crowd import ended_attempts, live_attempts
from .conftest import TRAINING


def test_the_fake_holds_every_call_to_them(cloud: Cloud, backend: RunPodBackend) -> None:
    job = cloud.run(TRAINING.endpoint, {"input": {}})
    for _ in range(LIMITS["cancel"]):
        backend.client.cancel(job.endpoint, job.id)
    with pytest.raises(NotSent):
        backend.client.cancel(job.endpoint, job.id)
    assert set(cloud.throttled) == {"cancel"}
    assert backend.client.status(job.endpoint, job.id) is not None, "each verb has its own"
    cloud.pass_time(LIMIT_S)
    backend.client.cancel(job.endpoint, job.id)


def place_in_the_cloud(cloud: Cloud) -> None:
    """Each attempt's job waits at one endpoint."""
    for attempt in Attempt.objects.all():
        attempt.remote_id = cloud.run(TRAINING.endpoint, {"input": {}}).id
        attempt.endpoint = TRAINING.endpoint
        attempt.save()


def test_a_sweep_keeps_below_them_however_many_have_to_leave(
    studio: Studio, configured: FakeRunPod, cloud: Cloud
) -> None:
    ended_attempts(studio, LIMITS["cancel"] + 20)
    Attempt.objects.update(backend="runpod")
    place_in_the_cloud(cloud)
    runpod = backends.named("runpod")
    sweep.sweep(runpod, backends.named)
    cancels = [call for call in cloud.calls if "/cancel/" in call]
    assert len(cancels) == LEAVE_AT_ONCE < LIMITS["cancel"]
    assert cloud.throttled == []


def test_a_sweep_keeps_below_them_however_many_are_silent(
    studio: Studio, configured: FakeRunPod, cloud: Cloud
) -> None:
    live_attempts(studio, ASK_AT_ONCE + 50, backend="runpod")
    place_in_the_cloud(cloud)
    sweep.sweep(backends.named("runpod"), backends.named)
    looks = [call for call in cloud.calls if "/status/" in call]
    assert 0 < len(looks) <= ASK_AT_ONCE + LEAVE_AT_ONCE, "those that end meanwhile too"
    assert LIMITS["status"] > ASK_AT_ONCE + 2 * LEAVE_AT_ONCE
    assert LIMITS["run"] > DISPATCH_AT_ONCE
    assert cloud.throttled == []
