"""A sweep's queries and calls do not grow with the attempts that are live."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.common import storage
from apps.jobs import dispatching, looks, sweep, timing
from apps.jobs.backends.base import Look, Remote, RemoteState, Unreachable
from apps.jobs.models import Attempt, Job
from apps.jobs.requests import SeparationStart
from apps.jobs.states import AttemptState, JobState
from apps.jobs.timing import ASK_AT_ONCE, LEAVE_AT_ONCE
from gpu_worker.contract.errors import Code
from tests.factories import make_file

from .conftest import Studio, age, current
from .crowd import ended_attempts, live_attempts
from .fakes import FakeBackend


@dataclass
class CountingBackend(FakeBackend):
    asked: list[str] = field(default_factory=list)
    away: bool = False

    def status(self, remote: Remote) -> Look:
        self.asked.append(str(remote.attempt_id))
        if self.away:
            raise Unreachable
        return Look(RemoteState.RUNNING if remote.remote_id else RemoteState.UNCERTAIN)


def swept(backend: CountingBackend) -> tuple[int, int]:
    """Queries and calls of one sweep."""
    before = len(backend.asked)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        sweep.sweep(backend, backend.find)
    return len(queries), len(backend.asked) - before


def test_four_times_the_attempts_cost_a_sweep_no_more(studio: Studio) -> None:
    live_attempts(studio, ASK_AT_ONCE)
    backend = CountingBackend()
    first = swept(backend)
    live_attempts(studio, 3 * ASK_AT_ONCE)
    assert swept(backend) == first
    assert first[1] == ASK_AT_ONCE
    assert first[0] <= 30


def test_every_attempt_has_its_turn(studio: Studio) -> None:
    live_attempts(studio, 2 * ASK_AT_ONCE)
    backend = CountingBackend()
    swept(backend)
    ran = Attempt.objects.filter(state=AttemptState.RUNNING).values_list("id", flat=True)
    assert len(set(backend.asked) & set(map(str, ran))) == ASK_AT_ONCE // 2
    for _ in range(2):
        swept(backend)
    silent = set(map(str, Attempt.objects.values_list("id", flat=True)))
    assert set(backend.asked) == silent


def test_leaving_is_bounded_too(studio: Studio) -> None:
    ended_attempts(studio, LEAVE_AT_ONCE + 5)
    backend = CountingBackend()
    swept(backend)
    assert len(backend.stopped) == LEAVE_AT_ONCE
    assert Attempt.objects.filter(gone_at=None).count() == 5
    swept(backend)
    assert not Attempt.objects.filter(gone_at=None).exists()


def test_a_backend_that_is_away_is_not_asked_on_and_on(studio: Studio) -> None:
    live_attempts(studio, ASK_AT_ONCE)
    backend = CountingBackend(away=True)
    assert swept(backend)[1] == looks._THREADS
    assert Attempt.objects.filter(state=AttemptState.LOST).count() == 0


def test_a_backend_that_nobody_knows_keeps_no_other_from_being_asked(studio: Studio) -> None:
    live_attempts(studio, 6)
    odd = Attempt.objects.filter(state=AttemptState.RUNNING)[0]
    Attempt.objects.filter(id=odd.id).update(backend="gone")
    backend = CountingBackend()

    def find(name: str) -> FakeBackend:
        return {"fake": backend}[name]

    sweep.sweep(backend, find)
    assert len(backend.asked) == 5


def test_a_sweep_that_takes_too_long_asks_no_further(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "ASKING_BUDGET", timedelta())
    live_attempts(studio, ASK_AT_ONCE)
    assert swept(CountingBackend())[1] == looks._THREADS


def test_an_attempt_that_ends_by_itself_is_told_why(studio: Studio) -> None:
    """The backend was told a code: the job ends with it, and is not tried again in vain."""

    @dataclass
    class Telling(FakeBackend):
        def status(self, remote: Remote) -> Look:
            return Look(RemoteState.ENDED, Code.DEADLINE, "TIMED_OUT", machine_s=12.5)

    studio.backend = Telling()
    job = studio.train()
    studio.dispatch()
    age(current(job), timing.SILENT)
    studio.sweep()
    attempt = current(job)
    assert (attempt.state, attempt.error_code) == (AttemptState.FAILED, Code.DEADLINE)
    assert attempt.machine_s == 12.5
    assert job.fence == 1


def test_a_machine_that_says_it_lost_its_process_counts_as_lost(studio: Studio) -> None:
    """So that a training which had got somewhere may lose as many machines as it likes."""

    @dataclass
    class Telling(FakeBackend):
        def status(self, remote: Remote) -> Look:
            return Look(RemoteState.ENDED, Code.LOST, "FAILED")

    studio.backend = Telling()
    job = studio.train()
    studio.dispatch()
    age(current(job), timing.SILENT)
    studio.sweep()
    first, second = job.attempts.all()
    assert (first.state, second.state) == (AttemptState.LOST, AttemptState.QUEUED)


def test_a_deleted_file_is_found_among_many(studio: Studio) -> None:
    live_attempts(studio, 30)
    lost = make_file(studio.workspace, state="deleted")
    job = Job.objects.all()[0]
    named: dict[str, Any] = job.inputs | {"files": [{"id": str(lost.id)}]}
    Job.objects.filter(id=job.id).update(inputs=named)
    assert [code for _, code in sweep._orphans()] == ["user:file-deleted"]
    Attempt.objects.filter(job=job).update(ended_at=timezone.now(), state=AttemptState.LOST)
    Job.objects.filter(id=job.id).update(state="failed")
    assert sweep._orphans() == []


def slow(studio: Studio, count: int) -> None:
    """``count`` each that run beyond their deadline, were claimed by the dead, lost their file."""
    now, ids = timezone.now(), live_attempts(studio, 3 * count)
    live = Attempt.objects.filter(id__in=ids)
    live.update(state=AttemptState.RUNNING, last_seen_at=now)
    live.filter(id__in=ids[:count]).update(started_at=now - timedelta(days=1))
    stuck = ids[count : 2 * count]
    Job.objects.filter(attempts__in=stuck).update(state=JobState.QUEUED)
    live.filter(id__in=stuck).update(
        state=AttemptState.SUBMITTING, claimed_at=now - 2 * timing.CLAIM_STUCK, last_seen_at=None
    )
    lost = make_file(studio.workspace, state="deleted")
    orphans = Job.objects.filter(attempts__in=ids[2 * count :])
    inputs = orphans[0].inputs | {"files": [{"id": str(lost.id)}]}
    orphans.update(inputs=inputs)


def test_what_has_to_end_ends_a_slice_at_a_time(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "END_AT_ONCE", 4)
    reads: list[str] = []
    read = storage.read_bytes

    def counted(key: str, limit: int) -> bytes:
        reads.append(key)
        return read(key, limit)

    monkeypatch.setattr(storage, "read_bytes", counted)
    slow(studio, 10)
    backend = CountingBackend()

    def counts() -> list[int]:
        unknown = Attempt.objects.filter(state=AttemptState.UNKNOWN).count()
        codes = (Code.DEADLINE, "user:file-deleted")
        return [unknown, *(Attempt.objects.filter(error_code=code).count() for code in codes)]

    first = swept(backend)
    assert (counts(), len(reads)) == ([4, 4, 4], 4)
    slow(studio, 30)
    assert swept(backend)[0] <= first[0] + 2, "ten times as many cost no more"
    assert (counts(), len(reads)) == ([8, 8, 8], 8)


def test_a_slow_backend_holds_the_sweep_for_a_moment_only(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "DISPATCH_BUDGET", timedelta())
    for _ in range(3):
        studio.start(SeparationStart(files=(studio.song.id,)))
    studio.sweep()
    assert len(studio.backend.submitted) == 1
    studio.sweep()
    assert len(studio.backend.submitted) == 2


def test_acts_that_take_too_long_wait_for_the_next_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "ACTING_BUDGET", timedelta())
    done: list[int] = []
    sweep._each([1, 2, 3], done.append)
    assert done == [1]
