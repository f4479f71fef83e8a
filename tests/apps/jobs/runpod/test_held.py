"""What only the operator can mend holds jobs back and loses none; a job's own fault ends it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.billing.plans import WELCOME_CREDITS
from apps.jobs import compute, dispatching, timing
from apps.jobs.backends.base import Ambiguous, Closed, Health, Refused
from apps.jobs.compute_models import RunPodAccount
from apps.jobs.models import Attempt, Job, JobEvent
from apps.jobs.problems import TEXTS, WebCode, text_of
from apps.jobs.requests import SeparationStart
from apps.jobs.states import AttemptState, JobState

from ..conftest import Studio, current, now_due

CLOSED = (
    WebCode.RUNPOD_UNSET,
    WebCode.RUNPOD_KEY,
    WebCode.RUNPOD_ENDPOINT,
    WebCode.RUNPOD_QUOTA,
)


@pytest.mark.parametrize("code", CLOSED)
def test_a_held_job_waits_says_why_and_goes_on(studio: Studio, code: str) -> None:
    job = studio.train()
    studio.backend.failure = Closed(code, "401")
    dispatching.dispatch_waiting(studio.backend)
    attempt = current(job)
    assert (job.state, attempt.state, attempt.backend) == (JobState.QUEUED, "queued", "")
    assert attempt.not_before > timezone.now() + timedelta(seconds=50)
    assert studio.credits == (WELCOME_CREDITS - job.quote, job.quote), "still reserved"
    line = JobEvent.objects.get(attempt=attempt, notice="held")
    assert line.payload == {"code": code}
    row = compute.account()
    assert (row.problem_code, row.problem_detail) == (code, "401")
    assert row.problem_at is not None
    studio.backend.failure = None
    now_due(job)
    studio.dispatch()
    assert current(job).state == AttemptState.DISPATCHED
    assert compute.account().problem_code == ""
    assert job.fence == 1, "no attempt was wasted"


def test_a_problem_keeps_the_time_when_it_began(studio: Studio) -> None:
    compute.held(WebCode.RUNPOD_KEY, "first")
    began = RunPodAccount.objects.get().problem_at
    compute.held(WebCode.RUNPOD_KEY, "again")
    assert RunPodAccount.objects.get().problem_at == began
    compute.held(WebCode.RUNPOD_QUOTA, "another")
    assert RunPodAccount.objects.get().problem_at != began


def test_nobody_mends_it_and_the_job_fails_with_its_credits_released(studio: Studio) -> None:
    job = studio.train()
    studio.backend.failure = Closed(WebCode.RUNPOD_KEY)
    dispatching.dispatch_waiting(studio.backend)
    JobEvent.objects.filter(notice="held").update(at=timezone.now() - timing.CLOSED_AT_MOST)
    now_due(job)
    dispatching.dispatch_waiting(studio.backend)
    job.refresh_from_db()
    assert (job.state, job.error_code) == (JobState.FAILED, WebCode.RUNPOD_KEY)
    assert studio.credits == (WELCOME_CREDITS, 0)
    assert job.fence == 1, "another attempt could not help"


def test_a_closed_door_is_knocked_at_three_times(studio: Studio) -> None:
    for _ in range(5):
        studio.start(SeparationStart(files=(studio.song.id,)))
    studio.backend.failure = Closed(WebCode.RUNPOD_KEY)
    dispatching.dispatch_waiting(studio.backend)
    held = Attempt.objects.filter(not_before__gt=timezone.now())
    assert held.count() == timing.CLOSED_IN_A_ROW
    assert not Job.objects.exclude(state=JobState.QUEUED).exists()
    assert Job.objects.count() == 5


def test_an_outage_costs_one_attempt_its_certainty_not_all(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        studio.start(SeparationStart(files=(studio.song.id,)))
    studio.backend.failure = Ambiguous("a time-out")
    monkeypatch.setattr(studio.backend, "health", lambda: Health(False))
    for _ in range(4):
        dispatching.dispatch_waiting(studio.backend)
    states = sorted(Attempt.objects.values_list("state", flat=True))
    assert states == ["queued", "queued", "unknown"]
    monkeypatch.setattr(studio.backend, "health", lambda: Health(True))
    studio.backend.failure = None
    dispatching.dispatch_waiting(studio.backend)
    states = sorted(Attempt.objects.values_list("state", flat=True))
    assert states == ["dispatched", "dispatched", "unknown"]


def test_a_job_too_large_fails_at_once(studio: Studio) -> None:
    job = studio.train()
    studio.backend.failure = Refused("10 MB", WebCode.JOB_TOO_LARGE)
    dispatching.dispatch_waiting(studio.backend)
    job.refresh_from_db()
    assert (job.state, job.error_code) == (JobState.FAILED, WebCode.JOB_TOO_LARGE)
    assert studio.credits == (WELCOME_CREDITS, 0)


@pytest.mark.parametrize("code", list(WebCode))
def test_every_code_says_in_both_languages_what_to_do(code: WebCode) -> None:
    assert code in TEXTS
    text = text_of(code)
    assert text.ko.endswith(".")
    assert text.en.endswith(".")
    assert any("가" <= letter <= "힣" for letter in text.ko)
