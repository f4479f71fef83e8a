"""Who comes next: fair between workspaces, within the limits, and never one attempt twice."""

import threading
import uuid
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts import services as accounts
from apps.billing import services as billing
from apps.jobs import dispatching, line, services, sweep
from apps.jobs.backends.base import Limits
from apps.jobs.models import Attempt, Job
from apps.jobs.requests import SeparationStart
from apps.jobs.serializers import with_relations
from apps.jobs.states import AttemptState
from tests.factories import make_user

from .conftest import Studio, current, make_studio
from .fakes import FakeBackend, FakeWorker


def crowd(studios: int, jobs: int) -> list[Studio]:
    """Workspaces that each queued ``jobs``, all of one before any of the next."""
    made = [make_studio(make_user()) for _ in range(studios)]
    for studio in made:
        billing.grant(studio.workspace.id, 100_000, key="plenty")
        for _ in range(jobs):
            separate(studio)
    return made


def separate(studio: Studio) -> Job:
    return studio.start(SeparationStart(files=(studio.song.id,)))[0]


def served(backend: FakeBackend) -> list[uuid.UUID]:
    """Workspaces in the order in which the backend got their jobs."""
    owners = {str(job.id): job.workspace_id for job in Job.objects.all()}
    return [owners[spec.job_id] for spec in backend.submitted]


def test_workspaces_take_turns(db: None) -> None:
    studios = crowd(3, 2)
    backend = FakeBackend()
    dispatching.dispatch_waiting(backend)
    ids = [studio.workspace.id for studio in studios]
    assert served(backend) == [*ids, *ids]


def test_one_place_is_passed_round(db: None) -> None:
    """As with one worker: each job ends before the next is sent."""
    studios = crowd(3, 3)
    backend = FakeBackend(limits=Limits(total=1))
    for _ in range(9):
        dispatching.dispatch_waiting(backend)
        services.cancel(uuid.UUID(backend.last.job_id))
    ids = [studio.workspace.id for studio in studios]
    assert served(backend) == [*ids, *ids, *ids]


def test_no_workspace_has_more_than_its_share_in_flight(db: None) -> None:
    many, few = crowd(2, 4)
    backend = FakeBackend(limits=Limits(per_workspace=2))
    dispatching.dispatch_waiting(backend)
    assert Counter(served(backend)) == {many.workspace.id: 2, few.workspace.id: 2}
    services.cancel(uuid.UUID(backend.submitted[0].job_id))
    dispatching.dispatch_waiting(backend)
    assert Counter(served(backend)) == {many.workspace.id: 3, few.workspace.id: 2}


def test_the_total_is_never_exceeded_by_many_at_once(transactional_db: None) -> None:
    crowd(2, 6)
    backend = FakeBackend(limits=Limits(total=5))
    claimed: list[uuid.UUID | None] = []

    def claim() -> None:
        try:
            claimed.extend(line.claim_next(backend) for _ in range(3))
        finally:
            connection.close()

    threads = [threading.Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [each for each in claimed if each is not None]
    assert len(won) == len(set(won)) == 5
    assert Attempt.objects.filter(state=AttemptState.SUBMITTING).count() == 5


def test_attempts_elsewhere_do_not_count(studio: Studio) -> None:
    separate(studio)
    studio.dispatch()
    second = separate(studio)
    elsewhere = FakeBackend(name="elsewhere", limits=Limits(total=1, per_workspace=1))
    dispatching.dispatch_waiting(elsewhere)
    assert current(second).backend == "elsewhere"


def test_the_place_in_line_follows_the_turns(db: None) -> None:
    first, second = crowd(2, 2)
    places = {
        (job.workspace_id, number): shown.queue_position  # type: ignore[attr-defined]
        for studio in (first, second)
        for number, job in enumerate(
            Job.objects.filter(workspace=studio.workspace).order_by("created_at")
        )
        for shown in with_relations([job])
    }
    a, b = first.workspace.id, second.workspace.id
    assert places == {(a, 0): 1, (b, 0): 2, (a, 1): 3, (b, 1): 4}


@pytest.mark.parametrize("state", [AttemptState.UNKNOWN, AttemptState.RUNNING])
def test_whatever_may_run_counts(studio: Studio, state: AttemptState) -> None:
    separate(studio)
    studio.dispatch()
    Attempt.objects.update(state=state)
    separate(studio)
    studio.backend.limits = Limits(per_workspace=1)
    assert line.claim_next(studio.backend) is None


def test_what_a_suspended_workspace_queued_is_held(db: None) -> None:
    """Its running job ends and is paid for; the queued one keeps its credits and its place."""
    held, free = crowd(2, 2)
    backend = FakeBackend(limits=Limits(per_workspace=1))
    dispatching.dispatch_waiting(backend)
    assert served(backend) == [held.workspace.id, free.workspace.id]
    accounts.suspend(held.workspace.id)
    worker = FakeWorker(backend.submitted[0])
    assert held.hear(worker, worker.started()).stop is False
    worker.store_result()
    held.finish(worker)
    wide = FakeBackend()
    dispatching.dispatch_waiting(wide)
    assert served(wide) == [free.workspace.id]
    [waiting] = Job.objects.filter(workspace=held.workspace, state="queued")
    assert billing.held_by(waiting.id) == waiting.quote
    sweep.sweep(wide, wide.find)
    assert len(wide.submitted) == 1
    accounts.resume(held.workspace.id)
    dispatching.dispatch_waiting(wide)
    assert wide.last.job_id == str(waiting.id)


def test_held_jobs_do_not_age_the_queue(studio: Studio) -> None:
    separate(studio)
    later = timezone.now() + timedelta(minutes=3)
    assert line.sendable(later).count() == 1
    accounts.suspend(studio.workspace.id)
    assert line.sendable(later).count() == 0
