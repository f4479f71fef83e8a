"""The faulty world with a fake RunPod in it, over real HTTP: nothing that it loses loses a job."""

import random
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from django.db.models import F, Max, Min, Q
from django.test import Client
from django.utils import timezone

from apps.jobs import compute, looks, tokens
from apps.jobs.backends.base import (
    NO_LIMITS,
    Backend,
    Health,
    Limits,
    Look,
    Remote,
    Submission,
    Unreachable,
)
from apps.jobs.backends.runpod import RunPodBackend
from apps.jobs.backends.runpod_client import RunPodClient
from apps.jobs.compute import Route
from apps.jobs.models import Attempt, Job, JobEvent
from gpu_worker.contract.job import JOB_SPEC, AnyJob
from tests.apps.jobs.fakes import FakeWorker
from tests.cloud.cloud import Cloud, Endpoint, Faults
from tests.cloud.server import FakeRunPod
from tests.cloud.worker import Hand
from tests.trials.faulty_world import Machine, World, WorldBackend

ENDPOINTS = ("first", "second")


def faulty(seed: int) -> Faults:
    return Faults(
        seed=seed,
        busy=0.05,
        broken=0.02,
        answer_lost=0.04,
        result_lost=0.3,
        delivered_twice=0.05,
        webhook_lost=0.3,
        webhook_thrice=0.2,
        progress_late=0.5,
    )


class Clocks:
    """Stands for the module ``time``: each look is at another machine's clock, hours off."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    def time(self) -> float:
        return time.time() + 3600 * self._dice.uniform(-2, 2)


def make_cloud(seed: int) -> Cloud:
    places = {name: Endpoint(workers_max=1000, cold_start_s=10.0) for name in ENDPOINTS}
    return Cloud(faults=faulty(seed), endpoints=places)


@dataclass
class CloudMachine(Machine):
    """A worker that has a job of the cloud in hand; one that is killed says nothing any more."""

    hand: Hand = field(kw_only=True)
    name: str = field(kw_only=True)
    killed: bool = False

    def work(self, dice: random.Random) -> None:
        if not self.alive:
            return
        if self.name in self.hand.stops():
            self.alive = False  # the SDK cancels the handler, which posts nothing
            return
        self.hand.stream(self.name, {"step": self.step})
        super().work(dice)
        if not self.alive and not self.killed:
            self.hand.done(self.name, output={"outcome": "over"})

    def _end(self, dice: random.Random) -> None:
        said = len(self.unsent)
        super()._end(dice)
        self.killed = not self.alive and len(self.unsent) == said


@dataclass
class CloudBackend:
    """Our RunPod backend, and the workers behind the fake."""

    fake: FakeRunPod
    name: str = "runpod"
    limits: Limits = NO_LIMITS
    machines: dict[str, Machine] = field(default_factory=dict)

    def __post_init__(self) -> None:
        url = self.fake.url
        client = RunPodClient(self.fake.cloud.key, f"{url}/v2", sleep=lambda _: None)
        routes = tuple(Route(name) for name in ENDPOINTS)
        self._ours = RunPodBackend(
            client, routes, webhook=self._webhook, heads_for=compute.heads_for
        )
        self._http = httpx.Client(timeout=20)

    @property
    def faults(self) -> bool:
        return self.fake.cloud.faults.answer_lost > 0

    @faults.setter
    def faults(self, wanted: bool) -> None:
        assert not wanted
        self.fake.cloud.faults = Faults()

    def _webhook(self, attempt_id: uuid.UUID, ttl_s: int) -> str:
        return f"{self.fake.url}/sink/worker/v1/runpod/{tokens.sign_hint(attempt_id, ttl_s)}"

    def submit(self, spec: AnyJob, ttl_s: int) -> Submission:
        return self._ours.submit(spec, ttl_s)

    def status(self, remote: Remote) -> Look:
        return self._ours.status(remote)

    def stop(self, remote: Remote) -> Look:
        return self._ours.stop(remote)

    def health(self) -> Health:
        return self._ours.health()

    def find(self, name: str) -> Backend:
        assert name == self.name
        return self

    def arrive(self) -> None:
        for endpoint in ENDPOINTS:
            hand = Hand(self.fake.url, endpoint, http=self._http)
            while job := hand.take():
                spec = JOB_SPEC.validate_python(job["input"])
                worker = FakeWorker(spec, run=hand.id, remote_id=job["id"])
                machine = CloudMachine(worker, hand=hand, name=job["id"])
                machine.worker.clock = time.time() + 3600 * random.Random(hand.id).uniform(-9, 9)
                self.machines[f"{job['id']}/{hand.id}"] = machine
                hand = Hand(self.fake.url, endpoint, http=self._http)

    def pass_time(self, seconds: float) -> None:
        """Those at work are heard of all the while; the dead are not."""
        cloud = self.fake.cloud
        with cloud.lock:
            cloud.ahead_s += seconds
            for machine in list(self.machines.values()):
                if machine.alive and isinstance(machine, CloudMachine):
                    cloud.ping(machine.hand.id)
            cloud.tick()


@dataclass
class CloudWorld(World):
    fake: FakeRunPod = field(kw_only=True)

    def _backend(self) -> WorldBackend:
        return CloudBackend(self.fake)

    def _acts(self) -> list[tuple[Callable[[random.Random], None], int]]:
        return [*super()._acts(), (self.follow_hints, 3)]

    def follow_hints(self, dice: random.Random) -> None:
        """RunPod's webhooks reach us, in any order."""
        with self.fake.cloud.lock:
            told, self.fake.sink[:] = list(self.fake.sink), []
        dice.shuffle(told)
        for path, body in told:
            answer = Client().post(path, body, content_type="application/json")
            assert answer.status_code == 200, path
            attempt_id = tokens.hinted_attempt(path.rpartition("/")[2])
            assert attempt_id is not None
            try:
                looks.follow_hint(attempt_id, "", self.backend.find)
            except Unreachable:
                continue

    def _sweep_after(self, by: timedelta) -> None:
        assert isinstance(self.backend, CloudBackend)
        self.backend.pass_time(by.total_seconds())
        super()._sweep_after(by)


def _check_clocks() -> None:
    """Machines told times that lie hours apart; what counts is by our own clock."""
    told = JobEvent.objects.filter(notice="").aggregate(first=Min("at"), last=Max("at"))
    assert told["last"] - told["first"] > timedelta(hours=2)
    now = timezone.now()
    for rows, name in (
        (Job.objects.all(), "started_at"),
        (Job.objects.all(), "finished_at"),
        (Attempt.objects.all(), "started_at"),
    ):
        off = Q(**{f"{name}__lt": F("created_at")}) | Q(**{f"{name}__gt": now})
        assert not rows.filter(off).exists(), name


def cloud_verdict(world: CloudWorld) -> dict[str, Any]:
    """No attempt was queued twice; what the cloud did on its own account is counted."""
    cloud = world.fake.cloud
    _check_clocks()
    attempts = [each["attempt_id"] for each in cloud.accepted]
    assert len(attempts) == len(set(attempts)), "an attempt was sent twice"
    runs = Counter(cloud.ran)
    return {
        "accepted": len(attempts),
        "run twice by the cloud": sum(count > 1 for count in runs.values()),
        "calls": len(cloud.calls),
    }
