"""10,000 live attempts swept with bounded queries and calls; 1,000 jobs served fairly."""

import os
import random
import time
import uuid
from collections import Counter, deque
from dataclasses import dataclass, field

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.billing import services as billing
from apps.jobs import dispatching, services, sweep
from apps.jobs.backends.base import Limits, Look, Remote, RemoteState
from apps.jobs.backends.runpod import RunPodBackend
from apps.jobs.backends.runpod_client import RunPodClient
from apps.jobs.compute import Route
from apps.jobs.models import Attempt, Job
from apps.jobs.requests import SeparationStart
from apps.jobs.states import AttemptState
from apps.jobs.timing import ASK_AT_ONCE
from tests.apps.jobs.conftest import make_studio
from tests.apps.jobs.crowd import live_attempts
from tests.apps.jobs.fakes import FakeBackend
from tests.cloud.cloud import Cloud, Endpoint, RemoteJob
from tests.cloud.server import serving
from tests.factories import make_file, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def fill(cloud: Cloud) -> None:
    """The cloud knows every attempt that has a remote id."""
    for name, state in Attempt.objects.values_list("remote_id", "state"):
        if name:
            cloud.jobs[name] = RemoteJob(
                id=name,
                endpoint="somewhere",
                input={},
                created_at=cloud.now,
                ready_at=cloud.now,
                execution_s=1e6,
                ttl_s=1e6,
                webhook="",
                status="IN_PROGRESS" if state == AttemptState.RUNNING else "IN_QUEUE",
                worker="w",
            )


def backend_of(cloud: Cloud, url: str) -> RunPodBackend:
    client = RunPodClient(cloud.key, f"{url}/v2", sleep=lambda _: None)
    return RunPodBackend(client, (Route("somewhere"),))


def swept(backend: RunPodBackend, cloud: Cloud) -> dict[str, float]:
    before, start = len(cloud.calls), time.perf_counter()
    cloud.workers["w"] = cloud.now
    with CaptureQueriesContext(connection) as queries:
        sweep.sweep(backend, lambda _: backend)
    seconds = round(time.perf_counter() - start, 2)
    calls = len(cloud.calls) - before
    return {"queries": len(queries), "calls": calls, "seconds": seconds}


@pytest.mark.trial
def test_ten_thousand_live_attempts_are_swept() -> None:
    studio = make_studio(make_user())
    cloud = Cloud(endpoints={"somewhere": Endpoint()})
    figures = {}
    with serving(cloud) as fake:
        backend = backend_of(cloud, fake.url)
        for count in (1_000, 10_000):
            live_attempts(studio, count - Attempt.objects.count(), backend="runpod")
            fill(cloud)
            figures[count] = [swept(backend, cloud) for _ in range(3)]
    print(figures)
    for few, many in zip(figures[1_000], figures[10_000], strict=True):
        assert many["queries"] == few["queries"] <= 40
        assert many["calls"] <= ASK_AT_ONCE
        assert many["seconds"] < 15, "before the next one begins"
    assert not Attempt.objects.filter(state=AttemptState.LOST).exists()


@dataclass
class TimedBackend(FakeBackend):
    """``places`` machines; a job takes as many ticks as the dice say."""

    dice: random.Random = field(default_factory=random.Random)
    ends: dict[str, int] = field(default_factory=dict)
    now: int = 0

    def take_in(self) -> None:
        for spec in self.submitted[len(self.ends) :]:
            self.ends[spec.job_id] = self.now + self.dice.randint(1, 5)

    def over(self) -> list[str]:
        return [job for job, end in self.ends.items() if end == self.now]

    def status(self, remote: Remote) -> Look:
        return Look(RemoteState.RUNNING)


@pytest.mark.trial
def test_a_thousand_jobs_of_fifty_workspaces_are_served_fairly() -> None:
    """Whoever queued hundreds first keeps nobody waiting, whose few jobs came last."""
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    print(f"SEED={seed}")
    dice = random.Random(seed)
    sizes = [200, 150, 100, *[11] * 46, 44]
    assert (len(sizes), sum(sizes)) == (50, 1000)
    owners: dict[str, uuid.UUID] = {}
    for size in sizes:  # the greedy come first
        studio = make_studio(make_user())
        billing.grant(studio.workspace.id, 100_000, key=f"plenty:{studio.workspace.id}")
        for start in range(0, size, 50):
            songs = tuple(make_file(studio.workspace).id for _ in range(min(50, size - start)))
            for job in studio.start(SeparationStart(files=songs)):
                owners[str(job.id)] = studio.workspace.id
    total, share = 20, 4
    backend = TimedBackend(limits=Limits(total, share), dice=dice)
    first_served: dict[uuid.UUID, int] = {}
    last_served: dict[uuid.UUID, int] = {}
    most_in_flight = 0
    flying: deque[str] = deque()
    while len(backend.ends) < 1000 or flying:
        backend.now += 1
        for job_id in backend.over():
            services.cancel(uuid.UUID(job_id))
            flying.remove(job_id)
        known = len(backend.submitted)
        dispatching.dispatch_waiting(backend)
        backend.take_in()
        for spec in backend.submitted[known:]:
            flying.append(spec.job_id)
            owner = owners[spec.job_id]
            first_served.setdefault(owner, backend.now)
            last_served[owner] = backend.now
        counts = Counter(owners[job_id] for job_id in flying)
        most_in_flight = max(most_in_flight, 0, *counts.values())
        assert len(flying) <= total
    small = [
        last for owner, last in last_served.items() if list(owners.values()).count(owner) == 11
    ]
    print(
        {
            "ticks": backend.now,
            "last workspace first served": max(first_served.values()),
            "small ones done between": (min(small), max(small)),
            "most of one in flight": most_in_flight,
        }
    )
    assert most_in_flight <= share
    assert max(first_served.values()) <= 15, "50 workspaces, 20 places, 3 ticks a job"
    assert max(small) - min(small) <= 30, "equal workspaces end at about the same time"
    assert not Job.objects.filter(state="queued").exists()
