"""How long an attempt may be held, unheard of or on its way out."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.billing.plans import WELCOME_CREDITS
from apps.jobs import dispatching, line, services, sweep, timing
from apps.jobs.backends.base import (
    Ambiguous,
    Closed,
    Look,
    Remote,
    RemoteState,
    Submission,
    Unreachable,
)
from apps.jobs.models import Attempt, JobEvent
from apps.jobs.problems import WebCode
from apps.jobs.states import AttemptState, JobState
from gpu_worker.contract.errors import Code

from .conftest import Studio, age, current, now_due
from .fakes import FakeBackend


@dataclass
class Away(FakeBackend):
    """Nobody answers for it."""

    def status(self, remote: Remote) -> Look:
        raise Unreachable("RunPod answered 503")


def test_a_hold_counts_from_its_beginning_not_from_the_queue(studio: Studio) -> None:
    job = studio.train()
    Attempt.objects.update(created_at=timezone.now() - 2 * timing.CLOSED_AT_MOST)
    studio.backend.failure = Closed(WebCode.RUNPOD_QUOTA)
    dispatching.dispatch_waiting(studio.backend)
    assert current(job).state == AttemptState.QUEUED, "it stood in line, nobody held it"
    now_due(job)
    almost = timing.CLOSED_AT_MOST - timedelta(minutes=1)
    JobEvent.objects.filter(notice="held").update(at=timezone.now() - almost)
    dispatching.dispatch_waiting(studio.backend)
    assert current(job).state == AttemptState.QUEUED
    now_due(job)
    JobEvent.objects.filter(notice="held").update(at=timezone.now() - timing.CLOSED_AT_MOST)
    dispatching.dispatch_waiting(studio.backend)
    job.refresh_from_db()
    assert (job.state, job.error_code) == (JobState.FAILED, WebCode.RUNPOD_QUOTA)
    assert studio.credits == (WELCOME_CREDITS, 0)


@pytest.mark.parametrize("state", [AttemptState.DISPATCHED, AttemptState.UNKNOWN])
def test_what_nobody_can_be_asked_about_ends_with_its_links(
    studio: Studio, state: AttemptState
) -> None:
    studio.backend = Away()
    job = studio.train()
    if state == AttemptState.UNKNOWN:
        studio.backend.failure = Ambiguous()
    dispatching.dispatch_waiting(studio.backend)
    attempt = current(job)
    assert attempt.state == state
    longest = timing.QUEUE_TTL + timedelta(seconds=attempt.deadline_s) + timing.DEADLINE_GRACE
    age(attempt, longest - timedelta(minutes=1))
    studio.sweep()
    assert current(job).fence == 1, "it may wait or run still"
    age(current(job), timedelta(minutes=1))
    studio.sweep()
    first, second = job.attempts.all()
    assert (first.state, first.error_code) == (AttemptState.LOST, Code.LOST)
    assert second.state == AttemptState.QUEUED


def test_a_result_is_taken_also_where_nobody_can_be_asked(studio: Studio) -> None:
    studio.backend = Away()
    job = studio.train()
    worker = studio.dispatch()
    worker.store_result()
    attempt = current(job)
    age(attempt, timing.QUEUE_TTL + timedelta(seconds=attempt.deadline_s) + timing.DEADLINE_GRACE)
    studio.sweep()
    assert current(job).state == AttemptState.SUCCEEDED


def test_an_answer_about_nothing_does_not_settle_what_was_sent_since(studio: Studio) -> None:
    """Cancelled while it was being submitted: the sweep asked before anything had a name."""
    job = studio.train()
    line.claim(current(job).id, "fake")
    services.cancel(job.id)
    nameless = current(job)
    dispatching._submitted(nameless.id, Submission("remote-1", "e"))
    sweep._note_gone(nameless, Look(RemoteState.UNCERTAIN))
    assert current(job).gone_at is None
    studio.sweep()
    assert studio.backend.stopped == [nameless.id]
    assert current(job).gone_at is not None
