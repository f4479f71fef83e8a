"""RunPod's webhook is a hint: it hastens the end of a job and decides nothing."""

import json
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.jobs import backends, dispatching, looks, queue, tokens
from apps.jobs.models import Attempt, Job
from apps.jobs.states import AttemptState, JobState
from gpu_worker.contract.errors import Code
from tests.cloud.cloud import Cloud, Faults
from tests.cloud.server import FakeRunPod

from ..conftest import Studio, current, now_due
from ..test_life import snapshot
from .conftest import Remote, taken, wait_for

Capture = Callable[..., AbstractContextManager[list[Callable[..., None]]]]
RUNPOD = backends.named


@pytest.fixture
def sent_tasks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
    tasks: list[tuple[str, list[str]]] = []

    class App:
        def send_task(self, name: str, args: list[str], **_: Any) -> None:
            tasks.append((name.rpartition(".")[2], args))

    monkeypatch.setattr(queue, "current_app", App())
    return tasks


def dispatched(studio: Studio, runpod: FakeRunPod) -> tuple[Job, Remote]:
    job = studio.train()
    dispatching.dispatch_waiting(RUNPOD("runpod"))
    return job, taken(runpod)


def hint(path: str, body: bytes | None = None) -> int:
    answer = Client().post(path, body or b"{}", content_type="application/json")
    return answer.status_code


def test_an_end_is_told_read_and_taken(
    studio: Studio,
    configured: FakeRunPod,
    sent_tasks: list[tuple[str, list[str]]],
    django_capture_on_commit_callbacks: Capture,
) -> None:
    job, remote = dispatched(studio, configured)
    configured.cloud.pass_time(100.0)
    assert remote.finish()
    wait_for(lambda: bool(configured.sink))
    [(path, body)] = configured.sink
    assert json.loads(body)["status"] == "COMPLETED"
    with django_capture_on_commit_callbacks(execute=True):
        assert hint(path, body) == 200
    assert sent_tasks == [("look", [str(remote.attempt_id), remote.name])]
    assert current(job).state == AttemptState.DISPATCHED, "the hint itself changed nothing"
    looks.follow_hint(remote.attempt_id, remote.name, RUNPOD)
    attempt = current(job)
    assert (job.state, attempt.state) == (JobState.SUCCEEDED, AttemptState.SUCCEEDED)
    assert attempt.machine_s == pytest.approx(100.0, abs=1.0)
    assert attempt.cost_usd in (Decimal("0.03100"), Decimal("0.03131"))


def test_three_deliveries_are_harmless(
    studio: Studio, configured: FakeRunPod, cloud: Cloud
) -> None:
    cloud.faults = Faults(webhook_thrice=1.0)
    job, remote = dispatched(studio, configured)
    remote.finish()
    wait_for(lambda: len(configured.sink) == 3)
    assert {hint(path, body) for path, body in configured.sink} == {200}
    looks.follow_hint(remote.attempt_id, remote.name, RUNPOD)
    before, spent = snapshot(job), studio.credits
    for _ in range(2):
        looks.follow_hint(remote.attempt_id, remote.name, RUNPOD)
    assert (snapshot(job), studio.credits) == (before, spent)


def test_a_webhook_is_tried_three_times_in_all(
    studio: Studio, configured: FakeRunPod, cloud: Cloud, settings: Any
) -> None:
    settings.WORKER_CALLBACK_URL = f"{configured.url}/nothing-here"
    _, remote = dispatched(studio, configured)
    remote.finish()
    wait_for(lambda: cloud.jobs[remote.name].told == 3)


@pytest.mark.parametrize("kind", ["garbage", "worker's", "expired", "stranger's"])
def test_whoever_has_no_token_learns_nothing_and_changes_nothing(
    studio: Studio,
    configured: FakeRunPod,
    sent_tasks: list[tuple[str, list[str]]],
    django_capture_on_commit_callbacks: Capture,
    kind: str,
) -> None:
    job, remote = dispatched(studio, configured)
    remote.finish()
    token = {
        "garbage": "garbage",
        "worker's": remote.worker.spec.token.get_secret_value(),
        "expired": tokens.sign_hint(remote.attempt_id, -1),
        "stranger's": tokens.sign_hint(uuid.uuid4(), 100),
    }[kind]
    with django_capture_on_commit_callbacks(execute=True):
        assert hint(f"/worker/v1/runpod/{token}") == 404
    assert sent_tasks == []
    assert current(job).state == AttemptState.DISPATCHED


def test_a_hints_token_is_no_workers_token(studio: Studio, configured: FakeRunPod) -> None:
    _, remote = dispatched(studio, configured)
    token = tokens.sign_hint(remote.attempt_id, 100)
    answer = Client().post(
        "/worker/v1/events",
        {"attempt_id": str(remote.attempt_id), "fence": 1, "events": []},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 401


def test_a_lie_about_the_end_is_found_out(studio: Studio, configured: FakeRunPod) -> None:
    job, remote = dispatched(studio, configured)
    looks.follow_hint(remote.attempt_id, remote.name, RUNPOD)
    assert current(job).state == AttemptState.DISPATCHED, "RunPod says that it runs"


def test_an_end_without_a_result_is_left_to_the_sweep(
    studio: Studio, configured: FakeRunPod
) -> None:
    job, remote = dispatched(studio, configured)
    remote.hand.done(remote.name, error="Traceback")
    looks.follow_hint(remote.attempt_id, remote.name, RUNPOD)
    assert current(job).state == AttemptState.DISPATCHED


def test_a_hint_names_an_attempt_whose_submit_was_ambiguous(
    studio: Studio, configured: FakeRunPod, cloud: Cloud
) -> None:
    cloud.faults = Faults(answer_lost=1.0)
    job = studio.train()
    dispatching.dispatch_waiting(RUNPOD("runpod"))
    cloud.faults = Faults()
    attempt = current(job)
    assert (attempt.state, attempt.remote_id) == (AttemptState.UNKNOWN, "")
    assert attempt.endpoint == "train-4090"
    remote = taken(configured)
    looks.follow_hint(attempt.id, "a-name-that-nobody-has", RUNPOD)
    assert current(job).remote_id == ""
    looks.follow_hint(attempt.id, remote.name, RUNPOD)
    assert current(job).remote_id == remote.name
    remote.finish()
    looks.follow_hint(attempt.id, "another", RUNPOD)
    assert current(job).state == AttemptState.SUCCEEDED
    assert Attempt.objects.filter(job=job).count() == 1
    assert len(cloud.jobs) == 1


def test_an_expired_link_is_tried_again_with_fresh_ones(
    studio: Studio, configured: FakeRunPod
) -> None:
    job, remote = dispatched(studio, configured)
    remote.hand.done(remote.name, error=str(Code.INPUT_FETCH_FAILED))
    looks.follow_hint(remote.attempt_id, remote.name, RUNPOD)
    assert (current(job).fence, current(job).state) == (2, AttemptState.QUEUED)
    now_due(job)
    dispatching.dispatch_waiting(RUNPOD("runpod"))
    again = taken(configured)
    assert again.attempt_id == current(job).id
    assert set(again.worker.spec.outputs.values()).isdisjoint(remote.worker.spec.outputs.values())
    again.finish()
    looks.follow_hint(again.attempt_id, again.name, RUNPOD)
    job.refresh_from_db()
    assert (job.state, job.cost) == (JobState.SUCCEEDED, job.quote)
