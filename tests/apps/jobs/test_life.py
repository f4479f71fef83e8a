"""A job's life, verb by verb."""

import uuid
from datetime import timedelta

import pytest

from apps.billing.models import Entry
from apps.billing.plans import WELCOME_CREDITS
from apps.jobs import dispatching, line, services, timing
from apps.jobs.backends.base import Ambiguous, Busy, Refused, RemoteState
from apps.jobs.models import Job, JobEvent
from apps.jobs.problems import WebCode
from apps.jobs.states import AttemptState, JobState
from apps.library.models import AudioFile, FileState
from apps.voices.models import VoiceState
from gpu_worker.contract.errors import Code

from .conftest import Studio, age, current, now_due
from .fakes import FakeWorker


def test_training_makes_the_voice_ready_and_spends_the_quote(studio: Studio) -> None:
    job = studio.train()
    assert (job.state, job.fence) == (JobState.QUEUED, 1)
    assert studio.credits == (WELCOME_CREDITS - job.quote, job.quote)
    worker = studio.dispatch()
    job.refresh_from_db()
    assert job.state == JobState.DISPATCHED
    reply = studio.hear(worker, worker.started(), worker.progress(0.5, 2))
    assert not reply.stop
    job.refresh_from_db()
    assert (job.state, job.stage, job.fraction, job.step) == ("running", "train", 0.5, 2)
    worker.store_result()
    studio.hear(worker, worker.finished())
    assert services.finish(uuid.UUID(worker.spec.attempt_id))
    job.refresh_from_db()
    studio.voice.refresh_from_db()
    assert (job.state, job.fraction, job.cost) == (JobState.SUCCEEDED, 1.0, job.quote)
    assert studio.voice.state == VoiceState.READY
    assert studio.voice.encoder_sha256 == "e" * 64
    assert studio.voice.model_key == f"jobs/{job.id}/{worker.spec.attempt_id}/model.pth"
    assert studio.credits == (WELCOME_CREDITS - job.quote, 0)


def test_conversion_makes_a_file_that_is_probed(studio: Studio) -> None:
    studio.trained()
    job = studio.convert()
    worker = studio.dispatch()
    worker.store_result()
    assert services.finish(uuid.UUID(worker.spec.attempt_id))
    file = AudioFile.objects.get(job_id=job.id)
    assert (file.origin, file.state) == ("job", FileState.PROBING)
    assert file.name == "노래 (아리아).flac"


def test_finish_twice_by_event_and_sweep_ends_once(studio: Studio) -> None:
    job = studio.train()
    worker = studio.dispatch()
    studio.hear(worker, worker.started())
    worker.store_result()
    attempt_id = uuid.UUID(worker.spec.attempt_id)
    for _ in range(3):
        assert services.finish(attempt_id)
    version = Job.objects.get(id=job.id).version
    studio.sweep()
    assert Job.objects.get(id=job.id).version == version
    assert Entry.objects.filter(job_id=job.id).count() == 2


def test_finish_without_a_manifest_changes_nothing(studio: Studio) -> None:
    job = studio.train()
    worker = studio.dispatch()
    studio.hear(worker, worker.finished())
    assert not services.finish(uuid.UUID(worker.spec.attempt_id))
    assert current(job).state == AttemptState.RUNNING


def test_a_manifest_that_lies_is_a_broken_result_and_tried_again(studio: Studio) -> None:
    job = studio.train()
    worker = studio.dispatch()
    worker.store_result(lie=1)
    assert not services.finish(uuid.UUID(worker.spec.attempt_id))
    first, second = job.attempts.all()
    assert (first.state, first.error_code) == (AttemptState.FAILED, WebCode.RESULT_BROKEN)
    assert second.state == AttemptState.QUEUED


# -- dispatch ------------------------------------------------------------------------------------


def test_dispatch_twice_submits_once(studio: Studio) -> None:
    studio.train()
    attempt_id = Job.objects.get().attempts.get().id
    dispatching.dispatch(attempt_id, studio.backend)
    dispatching.dispatch(attempt_id, studio.backend)
    assert len(studio.backend.submitted) == 1


def test_a_full_backend_leaves_the_job_in_line(studio: Studio) -> None:
    job = studio.train()
    studio.backend.failure = Busy()
    dispatching.dispatch_waiting(studio.backend)
    job.refresh_from_db()
    assert (job.state, current(job).state) == (JobState.QUEUED, AttemptState.QUEUED)
    studio.backend.failure = None
    studio.dispatch()
    assert current(job).state == AttemptState.DISPATCHED


def test_an_ambiguous_submit_is_never_sent_again(studio: Studio) -> None:
    job = studio.train()
    studio.backend.failure, studio.backend.loses_answer = Ambiguous(), True
    dispatching.dispatch_waiting(studio.backend)
    studio.backend.failure = None
    assert current(job).state == AttemptState.UNKNOWN
    studio.backend.default = RemoteState.UNCERTAIN
    for _ in range(3):
        age(current(job), timing.SILENT)
        studio.sweep()
    assert len(studio.backend.submitted) == 1
    worker = FakeWorker(studio.backend.last)
    studio.hear(worker, worker.started())
    assert current(job).state == AttemptState.RUNNING


def test_an_unknown_worker_never_heard_of_is_overtaken_after_a_while(studio: Studio) -> None:
    job = studio.train()
    studio.backend.failure, studio.backend.loses_answer = Ambiguous(), True
    dispatching.dispatch_waiting(studio.backend)
    worker = FakeWorker(studio.backend.last)
    studio.backend.failure, studio.backend.default = None, RemoteState.UNCERTAIN
    age(current(job), timing.UNKNOWN_GRACE)
    studio.sweep()
    assert current(job).fence == 2
    assert studio.hear(worker, worker.started()).stop, "the overtaken one must end itself"
    assert current(job).state == AttemptState.QUEUED


def test_a_claim_whose_process_died_becomes_unknown(studio: Studio) -> None:
    job = studio.train()
    attempt = current(job)
    line.claim(attempt.id, "fake")
    studio.sweep()
    assert current(job).state == AttemptState.SUBMITTING
    age(current(job), timing.CLAIM_STUCK + timedelta(seconds=1))
    studio.backend.default = RemoteState.UNCERTAIN
    studio.sweep()
    assert current(job).state == AttemptState.UNKNOWN
    assert studio.backend.submitted == []


def test_a_refused_submit_fails_and_releases(studio: Studio) -> None:
    job = studio.train()
    studio.backend.failure = Refused("401")
    dispatching.dispatch_waiting(studio.backend)
    job.refresh_from_db()
    studio.voice.refresh_from_db()
    assert (job.state, job.error_code) == (JobState.FAILED, WebCode.BACKEND_REFUSED)
    assert studio.credits == (WELCOME_CREDITS, 0)
    assert studio.voice.state == VoiceState.FAILED


def test_links_are_fresh_for_each_attempt_and_never_stored(studio: Studio) -> None:
    job = studio.train()
    first = studio.dispatch().spec
    services.fail(uuid.UUID(first.attempt_id), Code.LOST)
    now_due(job)
    second = studio.dispatch().spec
    assert first.token != second.token
    assert set(first.outputs.values()).isdisjoint(second.outputs.values())
    job.refresh_from_db()
    assert "X-Amz" not in str(vars(job)) + str([vars(each) for each in job.attempts.all()])


# -- hear ----------------------------------------------------------------------------------------


def snapshot(job: Job) -> tuple[object, ...]:
    job.refresh_from_db()
    rows = JobEvent.objects.filter(job=job, seq__isnull=False).order_by("attempt__fence", "seq")
    shown = (job.state, job.stage, job.fraction, job.step, job.losses, job.error_code, job.fence)
    return (*shown, [(row.seq, row.type, row.payload) for row in rows])


@pytest.mark.parametrize("end", ["finished", "failed", None])
def test_events_in_order_twice_and_reversed_end_the_same(studio: Studio, end: str | None) -> None:
    ends = []
    for order in ("forward", "twice", "reverse", "one by one, reversed"):
        job = studio.train()
        worker = studio.dispatch()
        events = [
            worker.started(),
            worker.progress(0.1, 1),
            worker.log("첫 줄"),
            worker.checkpoint(2),
            worker.progress(0.6, 3),
            worker.preview(0, 0),
        ]
        if end == "finished":
            worker.store_result()
            events.append(worker.finished())
        elif end == "failed":
            events.append(worker.failed(Code.TOO_LITTLE_SPEECH))
        if order == "twice":
            studio.hear(worker, *events)
            studio.hear(worker, *events)
        elif order == "reverse":
            studio.hear(worker, *reversed(events))
        elif order == "forward":
            studio.hear(worker, *events)
        else:
            for event in reversed(events):
                studio.hear(worker, event)
                studio.hear(worker, event)
        if end == "finished":
            services.finish(uuid.UUID(worker.spec.attempt_id))
        ends.append(snapshot(job))
        if end is None:
            services.cancel(job.id)
    assert all(each == ends[0] for each in ends)
    assert studio.credits[1] == 0


def test_a_late_event_does_not_take_progress_back(studio: Studio) -> None:
    job = studio.train()
    worker = studio.dispatch()
    early, late = worker.progress(0.2, 1), worker.progress(0.9, 3)
    studio.hear(worker, late)
    studio.hear(worker, early)
    job.refresh_from_db()
    assert (job.fraction, job.step) == (0.9, 3)


def test_events_after_the_end_change_no_state(studio: Studio) -> None:
    job = studio.train()
    worker = studio.dispatch()
    late = [worker.progress(0.9, 3), worker.failed(Code.LOST)]
    worker.store_result()
    services.finish(uuid.UUID(worker.spec.attempt_id))
    assert studio.hear(worker, *late).stop, "what it stored is somebody's by now"
    job.refresh_from_db()
    assert (job.state, job.fraction) == (JobState.SUCCEEDED, 1.0)


def test_heartbeats_do_not_wake_the_browsers(studio: Studio) -> None:
    job = studio.train()
    worker = studio.dispatch()
    studio.hear(worker)
    version = Job.objects.get(id=job.id).version
    studio.hear(worker)
    assert Job.objects.get(id=job.id).version == version


def test_an_attempt_delivered_twice_is_done_by_the_first_who_speaks(studio: Studio) -> None:
    """RunPod may hand a job out twice: the other one hears stop, whatever it says."""
    studio.train()
    first = studio.dispatch()
    second = FakeWorker(first.spec, run="two")
    first.run = "one"
    assert not studio.hear(first, first.started()).stop
    assert studio.hear(second, second.started()).stop
    assert studio.hear(second, second.progress(0.9, 8), second.cancelled()).stop
    job = Job.objects.get()
    assert (job.state, job.fraction, current(job).state) == ("running", 0.0, AttemptState.RUNNING)
    first.store_result()
    studio.finish(first)
    assert studio.hear(first, first.finished()).stop
    assert studio.hear(FakeWorker(first.spec, run="three"), second.started()).stop
    assert JobEvent.objects.filter(type="started").count() == 1
