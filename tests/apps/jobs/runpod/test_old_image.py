"""An image that speaks another contract turns jobs away: no job fails of it, its endpoint rests."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.jobs import backends, canary, compute, dispatching, looks, rounds
from apps.jobs.backends.runpod import RunPodBackend
from apps.jobs.compute_models import RunPodEndpoint
from apps.jobs.models import Attempt, Job
from apps.jobs.states import AttemptState, JobState
from apps.jobs.timing import MAX_TRIES
from gpu_worker.contract.canary import Song
from gpu_worker.contract.errors import Code
from gpu_worker.contract.version import VERSION
from tests.cloud.cloud import Cloud
from tests.cloud.server import FakeRunPod

from ..conftest import Studio, current, now_due
from .conftest import CONVERSION, TRAINING, Remote, taken
from .test_canary import sing

RUNPOD = backends.named


def backend() -> RunPodBackend:
    return backends.runpod()


def sent_to_an_old_image(studio: Studio, runpod: FakeRunPod) -> tuple[Job, Remote]:
    """A job, and the worker that has just refused it as an image of an older version does."""
    job = studio.train()
    dispatching.dispatch_waiting(backend())
    remote = taken(runpod)
    refuse(studio, remote)
    return job, remote


def refuse(studio: Studio, remote: Remote) -> None:
    studio.hear(remote.worker, remote.worker.failed(Code.CONTRACT_VERSION))
    remote.hand.done(remote.name, error=str(Code.CONTRACT_VERSION))
    looks.follow_hint(remote.attempt_id, remote.name, RUNPOD)


def row() -> RunPodEndpoint:
    return RunPodEndpoint.objects.get(endpoint_id=TRAINING.endpoint)


def test_another_endpoint_takes_the_job_over(studio: Studio, configured: FakeRunPod) -> None:
    for position, route in enumerate((TRAINING, CONVERSION)):
        RunPodEndpoint.objects.create(endpoint_id=route.endpoint, position=position)
    job, _ = sent_to_an_old_image(studio, configured)
    assert (current(job).state, job.state) == (AttemptState.QUEUED, JobState.QUEUED)
    assert row().problem_code == Code.CONTRACT_VERSION
    now_due(job)
    dispatching.dispatch_waiting(backend())
    again = taken(configured, CONVERSION.endpoint)
    again.finish()
    looks.follow_hint(again.attempt_id, again.name, RUNPOD)
    job.refresh_from_db()
    assert (job.state, job.cost, job.fence) == (JobState.SUCCEEDED, job.quote, 2)


def test_with_no_other_it_waits_the_operator_is_told_and_a_canary_frees_it(
    studio: Studio, configured: FakeRunPod, cloud: Cloud
) -> None:
    job, _ = sent_to_an_old_image(studio, configured)
    assert row().is_enabled is False, "the environment alone names it"
    for _ in range(MAX_TRIES + 2):
        now_due(job)
        dispatching.dispatch_waiting(backend())
    assert (current(job).state, job.state, job.fence) == ("queued", JobState.QUEUED, 2)
    assert len(cloud.jobs) == 1, "nothing more was sent to the old image"
    assert compute.account().problem_code == Code.CONTRACT_VERSION
    assert studio.credits[1] == job.quote
    canary.go_round(backend())
    sing(configured, output=Song().model_dump(mode="json"))
    canary.go_round(backend())
    assert (row().problem_code, row().contract) == ("", VERSION)
    now_due(job)
    dispatching.dispatch_waiting(backend())
    assert current(job).state == AttemptState.DISPATCHED
    assert compute.account().problem_code == ""


def test_being_turned_away_is_no_try(studio: Studio, configured: FakeRunPod) -> None:
    """Two tries come to nothing for other reasons: the third is still the job's own."""
    job, _ = sent_to_an_old_image(studio, configured)
    for number in range(1, MAX_TRIES + 1):
        RunPodEndpoint.objects.update(problem_code="")
        now_due(job)
        dispatching.dispatch_waiting(backend())
        worker = taken(configured).worker
        studio.hear(worker, worker.failed(Code.UNEXPECTED))
        job.refresh_from_db()
        assert (job.state == JobState.FAILED) is (number == MAX_TRIES)


def test_one_that_turns_away_for_ever_ends_the_job_at_last(
    studio: Studio, configured: FakeRunPod, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "MOST_TRIES", 3)
    job, _ = sent_to_an_old_image(studio, configured)
    for _ in range(2):
        RunPodEndpoint.objects.update(problem_code="")
        now_due(job)
        dispatching.dispatch_waiting(backend())
        refuse(studio, taken(configured))
    job.refresh_from_db()
    assert (job.state, job.error_code) == (JobState.FAILED, Code.CONTRACT_VERSION)
    assert studio.credits[1] == 0


def test_a_refusal_older_than_the_proof_marks_nothing(
    studio: Studio, configured: FakeRunPod
) -> None:
    job = studio.train()
    dispatching.dispatch_waiting(backend())
    RunPodEndpoint.objects.create(
        endpoint_id=TRAINING.endpoint, is_enabled=False, proven_at=timezone.now(), contract=VERSION
    )
    refuse(studio, taken(configured))
    assert row().problem_code == ""
    assert current(job).state == AttemptState.QUEUED


def test_a_busy_endpoint_with_an_old_image_gets_a_canary(
    studio: Studio, configured: FakeRunPod
) -> None:
    """Refusals are no sign of life, whoever cleared the mark."""
    sent_to_an_old_image(studio, configured)
    RunPodEndpoint.objects.update(problem_code="")
    assert Attempt.objects.filter(started_at__isnull=False).count() == 1
    canary.go_round(backend())
    assert row().canary_id


def test_after_our_own_update_known_images_rest_until_they_prove_the_new_contract(
    configured: FakeRunPod, db: None, settings: Any
) -> None:
    now = timezone.now()
    RunPodEndpoint.objects.create(
        endpoint_id=TRAINING.endpoint, contract=VERSION - 1, proven_at=now, canary_at=now
    )
    [route] = backend().routes
    assert route.problem == Code.CONTRACT_VERSION
    canary.go_round(backend())
    assert row().canary_id, "at once"
    sing(configured, output=Song(contract=VERSION - 1).model_dump(mode="json"))
    canary.go_round(backend())
    assert (row().canary_id, row().problem_code) == ("", Code.CONTRACT_VERSION)
    canary.go_round(backend())
    assert row().canary_id == "", "and from then on each hour"
    RunPodEndpoint.objects.update(canary_at=now - canary.AGAIN - timedelta(seconds=1))
    canary.go_round(backend())
    sing(configured, output=Song().model_dump(mode="json"))
    canary.go_round(backend())
    [route] = backend().routes
    assert route.problem == ""
