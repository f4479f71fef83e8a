"""One attempt in the hands of several workers, as where RunPod hands a job out again."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.jobs import dispatching, services, sweep, timing
from apps.jobs.backends.base import Ambiguous, Look, RemoteState
from apps.jobs.models import Attempt, Job, JobEvent
from apps.jobs.problems import WebCode
from apps.jobs.states import AttemptState, JobState
from gpu_worker.contract.job import TrainJob

from .conftest import Studio, age, current, now_due
from .fakes import FakeWorker

A_WHILE = timing.SILENT + timedelta(seconds=1)


@pytest.fixture
def pair(studio: Studio) -> tuple[Job, FakeWorker, FakeWorker]:
    """A training whose worker got somewhere and fell silent, and the one that got it after it."""
    job = studio.train()
    first = studio.dispatch()
    first.run = "one"
    studio.hear(first, first.started(), first.progress(0.6, 3), first.checkpoint(3))
    age(current(job), A_WHILE)
    return job, first, FakeWorker(first.spec, run="two")


def test_whoever_gets_a_silent_ones_attempt_stops_and_the_next_goes_on(
    studio: Studio, pair: tuple[Job, FakeWorker, FakeWorker]
) -> None:
    job, first, second = pair
    attempt = current(job)
    assert studio.hear(second, second.started()).stop, "it would start over, unheard"
    assert current(job).state == AttemptState.RUNNING, "its result may be there: asked outside"
    services.lose_deserted(attempt.id)
    services.lose_deserted(attempt.id)
    assert [each.state for each in job.attempts.all()] == ["lost", "queued"]
    assert studio.hear(first, first.progress(0.9, 8)).stop
    assert studio.hear(second, second.progress(0.1, 1), second.cancelled()).stop
    now_due(job)
    third = studio.dispatch()
    assert isinstance(third.spec, TrainJob)
    assert third.spec.resume is not None
    assert third.spec.resume.id == first.spec.attempt_id, "at most what came after is lost"
    studio.hear(third, third.started(), third.progress(0.61, 4))
    job.refresh_from_db()
    assert (job.state, job.fraction, job.step) == (JobState.RUNNING, 0.61, 4)
    started = JobEvent.objects.filter(type="started").values_list("attempt__fence", flat=True)
    assert list(started) == [1, 2]


def test_a_worker_that_was_only_slow_keeps_its_attempt(
    studio: Studio, pair: tuple[Job, FakeWorker, FakeWorker]
) -> None:
    job, first, second = pair
    assert studio.hear(second, second.started()).stop
    assert not studio.hear(first, first.progress(0.7, 4)).stop
    services.lose_deserted(current(job).id)
    job.refresh_from_db()
    assert (job.fence, job.fraction, current(job).state) == (1, 0.7, AttemptState.RUNNING)


def test_the_result_of_a_silent_worker_is_taken(
    studio: Studio, pair: tuple[Job, FakeWorker, FakeWorker]
) -> None:
    job, first, second = pair
    first.store_result()
    assert studio.hear(second, second.started()).stop
    services.lose_deserted(current(job).id)
    assert (current(job).state, job.state) == (AttemptState.SUCCEEDED, JobState.SUCCEEDED)


def test_where_the_message_is_lost_the_sweep_comes_to_the_same(
    studio: Studio, pair: tuple[Job, FakeWorker, FakeWorker]
) -> None:
    job, _, second = pair
    assert studio.hear(second, second.started(), second.cancelled()).stop
    studio.backend.default = RemoteState.ENDED  # the second has left
    studio.sweep()
    assert [each.state for each in job.attempts.all()] == ["lost", "queued"]


def test_an_attempt_that_is_in_the_queue_again_has_lost_its_machine(
    studio: Studio, pair: tuple[Job, FakeWorker, FakeWorker]
) -> None:
    job, _, _ = pair
    studio.backend.default = RemoteState.WAITING
    studio.sweep()
    assert [each.state for each in job.attempts.all()] == ["lost", "queued"]


def test_one_that_spoke_while_the_backend_was_asked_is_left_alone(
    studio: Studio, pair: tuple[Job, FakeWorker, FakeWorker]
) -> None:
    job, first, _ = pair
    [stale] = sweep._silent(timezone.now())
    studio.hear(first)
    sweep._conclude(stale, Look(RemoteState.WAITING), timezone.now())
    assert current(job).state == AttemptState.RUNNING


def test_a_lost_machine_is_no_missed_deadline(
    studio: Studio, pair: tuple[Job, FakeWorker, FakeWorker]
) -> None:
    """It fell silent long before; nobody knows that its work would have taken too long."""
    job, _, _ = pair
    attempt = current(job)
    age(attempt, timedelta(seconds=attempt.deadline_s) + timing.DEADLINE_GRACE)
    for each in sweep._overdue(timezone.now()):
        sweep._end_overdue(each)
    assert [each.state for each in job.attempts.all()] == ["lost", "queued"]


# -- after the end -------------------------------------------------------------------------------


def test_whoever_is_late_stops_once_the_result_was_taken(studio: Studio) -> None:
    """Nothing may be stored any more where the result lies, not by an older worker either."""
    studio.train()
    worker = studio.dispatch()
    studio.hear(worker, worker.started())
    worker.store_result()
    studio.finish(worker)
    assert studio.hear(worker).stop
    assert studio.hear(FakeWorker(worker.spec, run="two")).stop


def test_an_object_that_another_worker_wrote_over_is_a_broken_result(studio: Studio) -> None:
    job = studio.train()
    worker = studio.dispatch()
    worker.store_result()
    worker.put("model.index", b"MODEL.INDEX"[: len(b"model.index")])  # as many bytes, others
    assert not services.finish(uuid.UUID(worker.spec.attempt_id))
    first = job.attempts.get(fence=1)
    assert (first.state, first.error_code) == (AttemptState.FAILED, WebCode.RESULT_BROKEN)
    assert "model.index" in first.error_detail


# -- the name that RunPod has for an attempt -----------------------------------------------------


def unnamed(studio: Studio) -> tuple[Job, FakeWorker]:
    """An attempt that was sent, though nobody was told under which name."""
    job = studio.train()
    studio.backend.failure, studio.backend.loses_answer = Ambiguous(), True
    dispatching.dispatch_waiting(studio.backend)
    studio.backend.failure = None
    return job, FakeWorker(studio.backend.last, run="one", remote_id="remote-7")


def test_a_claim_names_the_remote_job(studio: Studio) -> None:
    job, worker = unnamed(studio)
    assert not studio.hear(worker, worker.started()).stop
    assert (current(job).state, current(job).remote_id) == (AttemptState.RUNNING, "remote-7")
    worker.remote_id = "remote-8"
    studio.hear(worker)
    assert current(job).remote_id == "remote-7", "a name stays"


def test_a_worker_that_does_not_know_its_name_works_on(studio: Studio) -> None:
    job, worker = unnamed(studio)
    worker.remote_id = ""
    assert not studio.hear(worker, worker.started()).stop
    assert (current(job).state, current(job).remote_id) == (AttemptState.RUNNING, "")


@pytest.mark.parametrize("name", ["../run", "a b", "a/b?c"])
def test_what_is_no_name_is_not_kept(studio: Studio, name: str) -> None:
    """It becomes part of an address."""
    job, worker = unnamed(studio)
    worker.remote_id = name
    assert not studio.hear(worker, worker.started()).stop
    assert current(job).remote_id == ""


def test_one_that_was_given_up_is_stopped_once_it_has_a_name(studio: Studio) -> None:
    job, worker = unnamed(studio)
    attempt = current(job)
    services.cancel(job.id)
    studio.backend.default = RemoteState.UNCERTAIN
    studio.sweep()
    assert current(job).gone_at is not None, "as far as could be known"
    told = len(studio.backend.stopped)
    assert studio.hear(worker, worker.started()).stop
    assert Attempt.objects.get(id=attempt.id).gone_at is None
    studio.sweep()
    assert studio.backend.stopped[told:] == [attempt.id]
    assert current(job).gone_at is not None
    assert studio.hear(worker).stop
    assert current(job).gone_at is not None, "it is known by now"
