"""What is known of an attempt on RunPod whatever was lost: its endpoint, its name, its price."""

import uuid
from decimal import Decimal
from typing import Any

import pytest

from apps.jobs import backends, compute, dispatching, looks, services, sweep, timing
from apps.jobs.backends.base import Remote, RemoteState
from apps.jobs.backends.runpod_client import RunPodClient
from apps.jobs.problems import WebCode
from apps.jobs.states import AttemptState
from tests.cloud.cloud import Cloud, Faults
from tests.cloud.server import FakeRunPod

from ..conftest import Studio, age, current
from .conftest import TRAINING, backend_of, taken

RUNPOD = backends.named


def swept() -> None:
    sweep.sweep(RUNPOD("runpod"), RUNPOD)


class Died(BaseException):
    """The process that was sending is no more."""


def test_a_sender_that_dies_leaves_where_it_sent(
    studio: Studio, configured: FakeRunPod, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = studio.train()
    submit = RunPodClient.submit

    def die(*given: Any) -> str:
        submit(*given)
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(RunPodClient, "submit", die)
        with pytest.raises(Died):
            dispatching.dispatch_waiting(RUNPOD("runpod"))
    assert (current(job).state, current(job).endpoint) == ("submitting", TRAINING.endpoint)
    age(current(job), 2 * timing.CLAIM_STUCK)
    swept()
    assert current(job).state == AttemptState.UNKNOWN
    remote = taken(configured)
    configured.cloud.pass_time(100.0)
    remote.finish()
    looks.follow_hint(remote.attempt_id, remote.name, RUNPOD)
    attempt = current(job)
    assert (attempt.state, attempt.remote_id) == (AttemptState.SUCCEEDED, remote.name)
    assert attempt.cost_usd in (Decimal("0.03100"), Decimal("0.03131"))


def test_an_attempt_that_is_turned_away_was_sent_nowhere(
    studio: Studio, configured: FakeRunPod, cloud: Cloud
) -> None:
    cloud.faults = Faults(busy=1.0)
    job = studio.train()
    dispatching.dispatch_waiting(RUNPOD("runpod"))
    attempt = current(job)
    assert (attempt.state, attempt.endpoint, attempt.price_per_s) == ("queued", "", None)


def test_without_an_endpoint_nothing_is_asked(runpod: FakeRunPod) -> None:
    nowhere = Remote(uuid.uuid4(), "a-name", "")
    assert backend_of(runpod).status(nowhere).state == RemoteState.UNCERTAIN
    assert runpod.cloud.calls == []


def test_a_cancel_reaches_a_worker_whose_submit_got_no_answer(
    studio: Studio, configured: FakeRunPod, cloud: Cloud
) -> None:
    """No webhook came: its own first word names it."""
    cloud.faults = Faults(answer_lost=1.0)
    job = studio.train()
    dispatching.dispatch_waiting(RUNPOD("runpod"))
    cloud.faults = Faults()
    assert current(job).remote_id == ""
    remote = taken(configured)
    remote.worker.remote_id = remote.name
    studio.hear(remote.worker, remote.worker.started())
    services.cancel(job.id)
    sweep.stop(current(job).id, RUNPOD)
    assert cloud.jobs[remote.name].status == "CANCELLED"
    assert remote.hand.stops() == [remote.name]


def test_a_revoked_key_is_told_by_those_who_can_not_be_asked_about(
    studio: Studio, configured: FakeRunPod, settings: Any
) -> None:
    job = studio.train()
    dispatching.dispatch_waiting(RUNPOD("runpod"))
    age(current(job), 2 * timing.SILENT)
    configured.cloud.faults = Faults(broken=1.0)
    swept()
    assert compute.account().problem_code == "", "RunPod is away: nothing that needs anybody"
    configured.cloud.faults = Faults()
    settings.RUNPOD_API_KEY = "revoked"
    swept()
    assert compute.account().problem_code == WebCode.RUNPOD_KEY
    assert current(job).state == AttemptState.DISPATCHED


@pytest.mark.parametrize(
    ("code", "left"),
    [(WebCode.RUNPOD_KEY, ""), (WebCode.RUNPOD_QUOTA, WebCode.RUNPOD_QUOTA)],
)
def test_a_new_key_ends_what_the_old_one_was_refused_for(db: None, code: str, left: str) -> None:
    compute.held(code, "401")
    row = compute.account()
    compute.set_key(row, "a-new-key-of-the-operator")
    row.save()
    assert compute.account().problem_code == left
