"""How jobs end: lost workers, cancels and retries, things that go away."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.billing.models import Entry
from apps.billing.plans import WELCOME_CREDITS
from apps.common.errors import ApiError
from apps.jobs import dispatching, line, services, timing
from apps.jobs.backends.base import Ambiguous, RemoteState, Submission
from apps.jobs.problems import WebCode
from apps.jobs.states import AttemptState, JobState
from apps.library import services as library
from apps.library.models import AudioFile
from apps.voices import services as voices
from apps.voices import statement
from apps.voices.models import ConsentScope, VoiceState
from gpu_worker.contract.errors import Code
from gpu_worker.contract.job import AnyJob, TrainJob

from .conftest import Studio, age, current, now_due
from .fakes import FakeWorker

# -- attempts ------------------------------------------------------------------------------------


def test_a_lost_worker_is_followed_by_one_that_resumes(studio: Studio) -> None:
    job = studio.train()
    worker = studio.dispatch()
    studio.hear(worker, worker.started(), worker.checkpoint(2))
    age(current(job), timing.SILENT + timedelta(seconds=1))
    studio.backend.default = RemoteState.ENDED
    studio.sweep()
    assert [each.state for each in job.attempts.all()] == ["lost", "queued"]
    assert studio.hear(worker, worker.progress(0.9, 3)).stop
    now_due(job)
    second = studio.dispatch()
    assert isinstance(second.spec, TrainJob)
    assert second.spec.fence == 2
    assert second.spec.resume is not None
    assert second.spec.resume.id == worker.spec.attempt_id
    second.store_result()
    assert services.finish(uuid.UUID(second.spec.attempt_id))
    assert not services.finish(uuid.UUID(worker.spec.attempt_id))
    assert studio.credits == (WELCOME_CREDITS - job.quote, 0)


def test_a_result_whose_event_was_lost_is_found_by_the_sweep(studio: Studio) -> None:
    job = studio.train()
    worker = studio.dispatch()
    worker.store_result()
    age(current(job), timing.SILENT + timedelta(seconds=1))
    studio.backend.default = RemoteState.GONE
    studio.sweep()
    job.refresh_from_db()
    assert job.state == JobState.SUCCEEDED


def test_a_worker_that_is_waited_for_is_left_alone(studio: Studio) -> None:
    job = studio.train()
    studio.dispatch()
    age(current(job), timing.SILENT * 3)
    studio.backend.default = RemoteState.WAITING
    studio.sweep()
    assert current(job).state == AttemptState.DISPATCHED


def test_three_lost_attempts_fail_the_job_and_release_once(studio: Studio) -> None:
    job = studio.train()
    for number in range(1, timing.MAX_TRIES + 1):
        worker = studio.dispatch()
        assert worker.spec.fence == number
        studio.hear(worker, worker.failed(Code.UNEXPECTED))
        waiting = job.attempts.filter(state=AttemptState.QUEUED).first()
        if waiting:
            assert waiting.not_before > timezone.now(), "retries pause first"
        now_due(job)
    job.refresh_from_db()
    assert (job.state, job.error_code) == (JobState.FAILED, Code.UNEXPECTED)
    assert studio.credits == (WELCOME_CREDITS, 0)
    assert Entry.objects.filter(job_id=job.id, kind="release").count() == 1


@pytest.mark.parametrize("code", [Code.TOO_LITTLE_SPEECH, Code.OUT_OF_MEMORY, Code.WEIGHTS_MISSING])
def test_what_another_attempt_cannot_mend_fails_at_once(studio: Studio, code: Code) -> None:
    job = studio.train()
    worker = studio.dispatch()
    assert studio.hear(worker, worker.failed(code)).stop
    job.refresh_from_db()
    assert (job.state, job.error_code, job.fence) == (JobState.FAILED, code, 1)
    assert studio.credits == (WELCOME_CREDITS, 0)


def test_a_worker_stopped_from_outside_is_replaced(studio: Studio) -> None:
    job = studio.train()
    worker = studio.dispatch()
    studio.hear(worker, worker.started(), worker.cancelled())
    assert current(job).fence == 2
    job.refresh_from_db()
    assert job.state == JobState.QUEUED


def test_beyond_its_deadline_a_job_fails(studio: Studio) -> None:
    job = studio.train()
    worker = studio.dispatch()
    studio.hear(worker, worker.started())
    attempt = current(job)
    age(attempt, timedelta(seconds=attempt.deadline_s) + timing.DEADLINE_GRACE)
    studio.hear(worker)
    studio.sweep()
    job.refresh_from_db()
    assert (job.state, job.error_code) == (JobState.FAILED, Code.DEADLINE)
    assert studio.hear(worker).stop
    assert current(job).id in studio.backend.stopped


# -- cancel and retry ----------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["queued", "claimed", "dispatched", "unknown", "running", "done"])
def test_cancel_at_every_stage_releases_once(studio: Studio, stage: str) -> None:
    job = studio.train()
    worker = None
    if stage == "claimed":
        line.claim(current(job).id, "fake")
    elif stage == "unknown":
        studio.backend.failure, studio.backend.loses_answer = Ambiguous(), True
        dispatching.dispatch_waiting(studio.backend)
        worker = FakeWorker(studio.backend.last)
    elif stage != "queued":
        worker = studio.dispatch()
    if stage in ("running", "done") and worker:
        studio.hear(worker, worker.started(), worker.progress(0.5, 2))
    if stage == "done" and worker:
        worker.store_result()
    for _ in range(2):
        assert services.cancel(job.id).state == JobState.CANCELLED
    studio.sweep()
    if worker:
        assert studio.hear(worker, worker.progress(0.9, 3), worker.finished()).stop
        assert not services.finish(uuid.UUID(worker.spec.attempt_id))
    studio.voice.refresh_from_db()
    job.refresh_from_db()
    assert (job.state, studio.voice.state) == (JobState.CANCELLED, VoiceState.DRAFT)
    assert studio.credits == (WELCOME_CREDITS, 0)
    assert Entry.objects.filter(job_id=job.id, kind="release").count() == 1
    assert current(job).gone_at is not None
    assert (current(job).id in studio.backend.stopped) == (stage != "queued")


def test_cancel_during_the_submit_stops_the_worker(studio: Studio) -> None:
    job = studio.train()
    attempt = current(job)
    line.claim(attempt.id, "fake")
    services.cancel(job.id)
    dispatching._submitted(attempt.id, Submission("remote-1", "e"))
    studio.sweep()
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert attempt.id in studio.backend.stopped


def test_cancel_comes_too_late(studio: Studio) -> None:
    job = studio.trained()
    with pytest.raises(ApiError, match="job-ended"):
        services.cancel(job.id)
    job.refresh_from_db()
    assert job.state == JobState.SUCCEEDED
    assert studio.credits == (WELCOME_CREDITS - job.quote, 0)


def test_retry_by_hand_reserves_again_and_resumes(studio: Studio) -> None:
    job = studio.train()
    worker = studio.dispatch()
    studio.hear(worker, worker.checkpoint(2), worker.failed(Code.OUT_OF_MEMORY))
    services.retry(job.id)
    services.retry(job.id)
    job.refresh_from_db()
    studio.voice.refresh_from_db()
    assert (job.state, job.fence, job.error_code) == (JobState.QUEUED, 2, "")
    assert studio.voice.state == VoiceState.TRAINING
    assert studio.credits == (WELCOME_CREDITS - job.quote, job.quote)
    second = studio.dispatch()
    assert isinstance(second.spec, TrainJob)
    assert second.spec.resume is not None
    second.store_result()
    assert services.finish(uuid.UUID(second.spec.attempt_id))
    assert studio.credits == (WELCOME_CREDITS - job.quote, 0)


def test_retry_of_a_success_is_refused(studio: Studio) -> None:
    job = studio.trained()
    with pytest.raises(ApiError, match="job-ended"):
        services.retry(job.id)


def test_retry_without_consent_is_refused(studio: Studio) -> None:
    job = studio.train()
    services.cancel(job.id)
    voices.revoke_consent(studio.voice.id, studio.user)
    with pytest.raises(ApiError, match="consent-revoked"):
        services.retry(job.id)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert studio.credits == (WELCOME_CREDITS, 0)


# -- what a job uses goes away -------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["queued", "running", "stored"])
@pytest.mark.parametrize("loss", ["voice", "consent", "file"])
def test_a_job_ends_clearly_when_what_it_uses_goes_away(
    studio: Studio, stage: str, loss: str
) -> None:
    spent = studio.trained().quote
    job = studio.convert()
    if stage != "queued":
        worker = studio.dispatch()
        studio.hear(worker, worker.started())
    if loss == "voice":
        voices.delete(studio.voice.id)
    elif loss == "consent":
        voices.revoke_consent(studio.voice.id, studio.user)
    else:
        library.delete_file(studio.song)
    if stage == "queued":
        dispatching.dispatch_waiting(studio.backend)
    elif stage == "running":
        studio.sweep()
    else:
        worker.store_result()
        assert not services.finish(uuid.UUID(worker.spec.attempt_id))
    codes = {
        "voice": WebCode.VOICE_DELETED,
        "consent": WebCode.CONSENT_REVOKED,
        "file": WebCode.FILE_DELETED,
    }
    job.refresh_from_db()
    assert (job.state, job.error_code, job.fence) == (JobState.FAILED, codes[loss], 1)
    assert studio.credits == (WELCOME_CREDITS - spent, 0)
    assert len(studio.backend.submitted) == (1 if stage == "queued" else 2)
    assert not AudioFile.objects.filter(job_id=job.id).exists()


def test_a_voice_whose_consent_is_revoked_in_training_stays_disabled(studio: Studio) -> None:
    job = studio.train()
    worker = studio.dispatch()
    voices.revoke_consent(studio.voice.id, studio.user)
    worker.store_result()
    assert not services.finish(uuid.UUID(worker.spec.attempt_id))
    studio.voice.refresh_from_db()
    job.refresh_from_db()
    assert studio.voice.state == VoiceState.DISABLED
    assert (studio.voice.model_key, job.error_code) == ("", WebCode.CONSENT_REVOKED)


def test_a_consent_given_again_does_not_revive_a_training(studio: Studio) -> None:
    job = studio.train()
    worker = studio.dispatch()
    studio.hear(worker, worker.started())
    voices.revoke_consent(studio.voice.id, studio.user)
    voices.give_consent(
        studio.voice.id,
        studio.user,
        version=statement.VERSION,
        singer_name="김하나",
        scope=ConsentScope.OWN,
    )
    studio.sweep()
    job.refresh_from_db()
    assert (job.state, job.error_code) == (JobState.FAILED, WebCode.CONSENT_REVOKED)
    again = services.retry(job.id)
    assert again.state == JobState.QUEUED, "a new request stands on the new consent"
    second = studio.dispatch()
    second.store_result()
    assert services.finish(uuid.UUID(second.spec.attempt_id))


def test_machines_lost_after_a_checkpoint_are_no_failed_tries(studio: Studio) -> None:
    job = studio.train()
    studio.backend.default = RemoteState.ENDED
    for round_ in range(1, timing.MAX_TRIES + 3):
        worker = studio.dispatch()
        assert worker.spec.fence == round_
        studio.hear(worker, worker.started(), worker.checkpoint(round_))
        age(current(job), timing.SILENT + timedelta(seconds=1))
        studio.sweep()
        now_due(job)
    assert current(job).state == AttemptState.QUEUED


def test_a_job_cancelled_while_it_is_submitted_is_stopped(studio: Studio) -> None:
    job = studio.train()
    submit = studio.backend.submit

    def cancelled_meanwhile(spec: AnyJob, ttl_s: int) -> Submission:
        services.cancel(job.id)
        studio.sweep()  # tells a backend that knows of nothing yet
        return submit(spec, ttl_s)

    studio.backend.submit = cancelled_meanwhile  # type: ignore[method-assign]
    dispatching.dispatch_waiting(studio.backend)
    attempt = current(job)
    assert (attempt.state, attempt.remote_id) == (AttemptState.CANCELLED, "remote-1")
    told = len(studio.backend.stopped)
    studio.sweep()
    assert studio.backend.stopped[told:] == [attempt.id]
    assert current(job).gone_at is not None
