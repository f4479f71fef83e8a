"""Why a job is not at work yet, as the API says it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.billing.models import Subscription
from apps.jobs import dispatching
from apps.jobs.backends.base import Closed
from apps.jobs.models import Attempt, Job
from gpu_worker.contract.errors import Code

from .conftest import Studio, current


def told(client: Client, job: Job) -> tuple[str, str | None, int | None]:
    body = client.get(f"/api/v1/jobs/{job.id}").json()
    return body["state"], body["waiting"], body["queue_position"]


def test_from_the_line_to_a_machine(owner_client: Client, studio: Studio) -> None:
    job = studio.train()
    assert told(owner_client, job) == ("queued", "turn", 1)
    worker = studio.dispatch()
    assert told(owner_client, job) == ("dispatched", "gpu", None)
    studio.hear(worker, worker.started())
    assert told(owner_client, job) == ("running", None, None)
    worker.store_result()
    studio.finish(worker)
    assert told(owner_client, job) == ("succeeded", None, None)


def test_a_machine_of_one_s_own_is_only_starting(owner_client: Client, studio: Studio) -> None:
    job = studio.train()
    studio.backend.name = "local"
    studio.dispatch()
    assert told(owner_client, job) == ("dispatched", "start", None)


def test_a_pause_before_the_next_try(owner_client: Client, studio: Studio) -> None:
    job = studio.train()
    worker = studio.dispatch()
    studio.hear(worker, worker.started(), worker.failed(Code.LOST))
    assert told(owner_client, job) == ("queued", "pause", 1)
    Attempt.objects.filter(job=job).update(not_before=timezone.now() - timedelta(seconds=1))
    assert told(owner_client, job) == ("queued", "turn", 1)


def test_held_while_the_service_is_closed(owner_client: Client, studio: Studio) -> None:
    job = studio.train()
    studio.backend.failure = Closed("operator:runpod-key")
    dispatching.dispatch_waiting(studio.backend)
    assert current(job).backend == ""
    assert told(owner_client, job) == ("queued", "held", 1)


def test_beyond_the_plan(owner_client: Client, ready: Studio, selling: Any) -> None:
    """The trial runs one job at a time."""
    Subscription.objects.get_or_create(workspace=ready.workspace)
    first, second = ready.convert(), ready.convert()
    ready.dispatch()
    states = {told(owner_client, job)[:2] for job in (first, second)}
    assert states == {("dispatched", "gpu"), ("queued", "plan")}


def test_who_asked(owner_client: Client, owner: User, studio: Studio) -> None:
    body = {"voice": str(studio.voice.id), "dataset": str(studio.dataset.id)}
    made = owner_client.post("/api/v1/trainings", body, "application/json")
    assert made.status_code == 201
    assert Job.objects.get(id=made.json()["id"]).asked_by == owner


@pytest.fixture(autouse=True)
def _database(db: None) -> None:
    """Every test here has one."""
