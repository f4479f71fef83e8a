"""The test job that keeps endpoints awake, and what it finds out."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from apps.jobs import canary
from apps.jobs.backends.runpod import RunPodBackend
from apps.jobs.compute import now as settings_now
from apps.jobs.compute_models import RunPodEndpoint
from apps.jobs.models import Attempt
from apps.jobs.problems import WebCode
from gpu_worker.contract.canary import Canary, Song
from gpu_worker.contract.errors import Code
from gpu_worker.contract.version import VERSION
from tests.cloud.cloud import IDLE_S, Cloud, Faults
from tests.cloud.server import FakeRunPod
from tests.cloud.worker import Hand

from ..conftest import Studio, current
from .conftest import CONVERSION, TRAINING

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(db: None) -> RunPodEndpoint:
    return RunPodEndpoint.objects.create(endpoint_id=TRAINING.endpoint)


def sing(fake: FakeRunPod, **result: Any) -> None:
    """The worker's handler answers the canary."""
    hand = Hand(fake.url, TRAINING.endpoint)
    job = hand.take()
    assert job is not None
    assert Canary.model_validate(job["input"]).canary
    hand.done(job["id"], **result)


def round_of(backend: RunPodBackend, row: RunPodEndpoint) -> RunPodEndpoint:
    canary.go_round(backend)
    row.refresh_from_db()
    return row


def later(row: RunPodEndpoint, by: timedelta) -> None:
    for name in ("canary_at", "proven_at"):
        if at := getattr(row, name):
            RunPodEndpoint.objects.filter(id=row.id).update(**{name: at - by})


def test_it_comes_through_and_is_sent_again_when_idle(
    runpod: FakeRunPod, backend: RunPodBackend, row: RunPodEndpoint
) -> None:
    assert round_of(backend, row).canary_id
    sing(runpod, output=Song(device="RTX 4090").model_dump(mode="json"))
    round_of(backend, row)
    assert (row.canary_id, row.problem_code, row.contract) == ("", "", VERSION)
    assert row.proven_at is not None
    round_of(backend, row)
    assert len(runpod.cloud.jobs) == 1, "not due"
    later(row, canary.EVERY)
    assert round_of(backend, row).canary_id
    assert len(runpod.cloud.jobs) == 2


def test_it_keeps_an_idle_endpoint_from_falling_asleep(
    runpod: FakeRunPod, cloud: Cloud, backend: RunPodBackend, row: RunPodEndpoint
) -> None:
    for _ in range(5):
        round_of(backend, row)
        sing(runpod, output=Song().model_dump(mode="json"))
        round_of(backend, row)
        cloud.pass_time(canary.EVERY.total_seconds())
        later(row, canary.EVERY)
    assert 5 * canary.EVERY.total_seconds() > IDLE_S
    assert cloud.endpoints[TRAINING.endpoint].workers_max == 3


def test_an_endpoint_without_workers_is_found_and_used_last(
    cloud: Cloud, backend: RunPodBackend, row: RunPodEndpoint
) -> None:
    cloud.endpoints[TRAINING.endpoint].workers_max = 0
    round_of(backend, row)
    assert round_of(backend, row).problem_code == "", "a cold start may take a while"
    later(row, canary.PATIENCE + timedelta(seconds=1))
    assert round_of(backend, row).problem_code == WebCode.RUNPOD_ASLEEP
    [route] = settings_now().routes
    assert route.problem == WebCode.RUNPOD_ASLEEP
    assert row.canary_id, "the one on its way may still come through"
    cloud.pass_time(canary.PATIENCE.total_seconds() + 1000)
    assert round_of(backend, row).canary_id == ""


def test_it_is_well_again_as_soon_as_one_comes_through(
    runpod: FakeRunPod, backend: RunPodBackend, row: RunPodEndpoint
) -> None:
    RunPodEndpoint.objects.update(problem_code=WebCode.RUNPOD_ASLEEP)
    assert round_of(backend, row).canary_id
    sing(runpod, output=Song().model_dump(mode="json"))
    assert round_of(backend, row).problem_code == ""


@pytest.mark.parametrize(
    ("result", "code"),
    [
        ({"output": {"contract": VERSION + 1}}, Code.CONTRACT_VERSION),
        ({"error": f"{Code.CONTRACT_VERSION}: no"}, Code.CONTRACT_VERSION),
        ({"error": "KeyError: job_id"}, WebCode.RUNPOD_IMAGE),
        ({"output": "hello"}, WebCode.RUNPOD_IMAGE),
    ],
)
def test_a_worker_that_speaks_otherwise_is_named(
    runpod: FakeRunPod,
    backend: RunPodBackend,
    row: RunPodEndpoint,
    result: dict[str, Any],
    code: str,
) -> None:
    round_of(backend, row)
    sing(runpod, **result)
    assert round_of(backend, row).problem_code == code
    assert round_of(backend, row).canary_id == "", "and is asked again in an hour"
    later(row, canary.AGAIN + timedelta(seconds=1))
    assert round_of(backend, row).canary_id


def test_an_unknown_endpoint_is_found(cloud: Cloud, backend: RunPodBackend) -> None:
    row = RunPodEndpoint.objects.create(endpoint_id="gone")
    assert round_of(backend, row).problem_code == WebCode.RUNPOD_ENDPOINT


def test_an_endpoint_that_only_the_environment_names_is_kept_awake(
    configured: FakeRunPod, backend: RunPodBackend
) -> None:
    canary.go_round(backend)
    row = RunPodEndpoint.objects.get()
    assert (row.endpoint_id, row.is_enabled) == (TRAINING.endpoint, False)
    sing(configured, output=Song().model_dump(mode="json"))
    assert (round_of(backend, row).problem_code, row.contract) == ("", VERSION)
    assert row.proven_at is not None
    later(row, canary.EVERY)
    assert round_of(backend, row).canary_id
    assert len(configured.cloud.jobs) == 2
    [route] = settings_now().routes
    assert (route.endpoint, route.price_per_s) == (TRAINING.endpoint, Decimal("0.00031"))


def test_what_the_environment_names_now_counts(configured: FakeRunPod, settings: Any) -> None:
    RunPodEndpoint.objects.create(
        endpoint_id=TRAINING.endpoint, is_enabled=False, problem_code=WebCode.RUNPOD_ASLEEP
    )
    [route] = settings_now().routes
    assert (route.endpoint, route.problem) == (TRAINING.endpoint, WebCode.RUNPOD_ASLEEP)
    settings.RUNPOD_ENDPOINT_ID = CONVERSION.endpoint
    [route] = settings_now().routes
    assert (route.endpoint, route.problem) == (CONVERSION.endpoint, "")
    RunPodEndpoint.objects.create(endpoint_id="the-operators")
    assert [route.endpoint for route in settings_now().routes] == ["the-operators"]


def test_a_cloud_that_is_away_says_nothing_of_the_endpoint(
    cloud: Cloud, backend: RunPodBackend, row: RunPodEndpoint
) -> None:
    cloud.faults = Faults(broken=1.0)
    assert round_of(backend, row).problem_code == ""


def test_one_that_could_not_be_sent_is_sent_with_the_next_round(
    cloud: Cloud, backend: RunPodBackend, row: RunPodEndpoint
) -> None:
    cloud.faults = Faults(busy=1.0)
    assert round_of(backend, row).canary_id == ""
    cloud.faults = Faults()
    assert round_of(backend, row).canary_id


def test_an_answer_that_nobody_fetched_in_time_proves_nothing(
    runpod: FakeRunPod, cloud: Cloud, backend: RunPodBackend, row: RunPodEndpoint
) -> None:
    """The timer was down for longer than RunPod keeps a result."""
    first = round_of(backend, row).canary_id
    sing(runpod, output=Song().model_dump(mode="json"))
    cloud.pass_time(canary.KEPT.total_seconds() + 60)
    later(row, canary.KEPT + timedelta(minutes=1))
    assert round_of(backend, row).problem_code == ""
    assert row.canary_id not in ("", first), "another was sent at once"
    sing(runpod, output=Song().model_dump(mode="json"))
    round_of(backend, row)
    assert (row.problem_code, row.canary_id, row.contract) == ("", "", VERSION)


def test_a_mended_key_is_seen_with_the_next_round(
    runpod: FakeRunPod, backend: RunPodBackend, row: RunPodEndpoint
) -> None:
    wrong = replace(backend, client=replace(backend.client, api_key="wrong"))
    assert round_of(wrong, row).problem_code == WebCode.RUNPOD_KEY
    assert round_of(wrong, row).canary_id == ""
    assert round_of(backend, row).problem_code == "", "RunPod took the canary"
    assert row.canary_id
    assert round_of(wrong, row).problem_code == WebCode.RUNPOD_KEY
    assert round_of(backend, row).problem_code == "", "and lets it be asked about"
    sing(runpod, output=Song().model_dump(mode="json"))
    assert round_of(backend, row).contract == VERSION


def test_what_a_job_found_out_meanwhile_is_not_overwritten(
    backend: RunPodBackend, row: RunPodEndpoint
) -> None:
    RunPodEndpoint.objects.update(problem_code=Code.CONTRACT_VERSION)
    canary.send(backend, row)  # with the row as it was before
    row.refresh_from_db()
    assert row.problem_code == Code.CONTRACT_VERSION
    assert row.canary_id


def test_an_endpoint_at_work_needs_no_canary(
    studio: Studio, cloud: Cloud, backend: RunPodBackend, row: RunPodEndpoint
) -> None:
    job = studio.train()
    studio.dispatch()
    Attempt.objects.update(endpoint=row.endpoint_id, started_at=timezone.now())
    assert current(job).endpoint == row.endpoint_id
    assert round_of(backend, row).canary_id == ""
    assert cloud.calls == []
