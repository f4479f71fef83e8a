"""A studio in which everything fails now and then: submits, workers, messages, customers.

Many threads act at once on one database and one object store, as web, Celery and the sweep do.
What must hold at the end is in ``verdict``.
"""

import random
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Protocol

from django.db import connection
from django.db.models import Count, F, Sum

from apps.billing.models import Balance, Entry
from apps.common import erasure, storage
from apps.common.errors import ApiError
from apps.jobs import dispatching, line, services, starts, sweep
from apps.jobs.backends.base import (
    NO_LIMITS,
    Ambiguous,
    Backend,
    Busy,
    Closed,
    Health,
    Limits,
    Look,
    Refused,
    Remote,
    RemoteState,
    Submission,
    Unreachable,
)
from apps.jobs.models import Attempt, Job
from apps.jobs.problems import WebCode
from apps.jobs.requests import (
    AnalysisStart,
    BlendPart,
    Continuation,
    ConversionStart,
    CoverStart,
    SeparationStart,
    Start,
    TrainingStart,
)
from apps.jobs.states import JOB_ACTIVE, AttemptState, JobState
from apps.jobs.timing import WIND_DOWN
from apps.library import services as library
from apps.library.models import AudioFile
from apps.voices import checkpoints
from apps.voices import services as voices
from apps.voices.models import Voice, VoiceCheckpoint, VoiceState
from gpu_worker.contract.errors import Code
from gpu_worker.contract.events import Event
from gpu_worker.contract.job import CHECKPOINT, AnyJob, TrainJob
from tests.apps.jobs.conftest import TRAIN, Studio, hear
from tests.apps.jobs.fakes import FakeWorker
from tests.factories import make_file

RETRYABLE: Final = (Code.UNEXPECTED, Code.OUTPUT_STORE_FAILED, Code.INPUT_FETCH_FAILED)
FINAL: Final = (Code.OUT_OF_MEMORY, Code.TOO_LITTLE_SPEECH)


@dataclass
class Machine:
    """One running worker: its events come late, twice, out of order or never."""

    worker: FakeWorker
    lock: threading.Lock = field(default_factory=threading.Lock)
    step: int = 0
    alive: bool = True
    unsent: list[Event] = field(default_factory=list)

    def work(self, dice: random.Random) -> None:
        """One step of work, and some of its news on their way."""
        with self.lock:
            if not self.alive:
                return
            self.step += 1
            self.unsent.append(self.worker.progress(min(1.0, self.step / 5), self.step))
            if self.step == 2 and isinstance(self.worker.spec, TrainJob):
                self.unsent.append(self.worker.checkpoint(2))
            self._end(dice)
            sent = [event for event in self.unsent if dice.random() < 0.7]
            if dice.random() < 0.6:
                self.unsent = [event for event in self.unsent if event not in sent]
            dice.shuffle(sent)
            if hear(self.worker, sent).stop:
                self.alive = False

    def _end(self, dice: random.Random) -> None:
        fate = dice.random()
        if fate < 0.04:
            self.alive = False  # killed
        elif fate < 0.10:
            code = dice.choice(RETRYABLE if dice.random() < 0.8 else FINAL)
            self.unsent.append(self.worker.failed(code))
            self.alive = False
        elif self.step >= 3 and fate < 0.6:
            self.worker.store_result(lie=1 if dice.random() < 0.1 else 0)
            self.unsent.append(self.worker.finished())
            self.alive = False


class WorldBackend(Backend, Protocol):
    """A backend of a world: its machines, and whether it goes on failing."""

    machines: dict[str, Machine]
    faults: bool

    def arrive(self) -> None:
        """Let workers take what is ready for them."""

    def find(self, name: str) -> Backend: ...


@dataclass
class FaultyBackend:
    """A backend that loses answers and requests, is full, refuses, or can't be asked."""

    dice: random.Random
    faults: bool = True
    name: str = "faulty"
    limits: Limits = NO_LIMITS
    machines: dict[str, Machine] = field(default_factory=dict)

    def submit(self, spec: AnyJob, ttl_s: int) -> Submission:
        fate = self.dice.random() if self.faults else 1.0
        if fate < 0.10:
            raise Busy
        if fate < 0.12:
            raise Refused("400") if fate < 0.11 else Closed(WebCode.RUNPOD_QUOTA)
        if fate < 0.16:
            raise Ambiguous("the request was lost")
        assert spec.attempt_id not in self.machines, "an attempt was submitted twice"
        self.machines[spec.attempt_id] = Machine(FakeWorker(spec))
        if fate < 0.22:
            raise Ambiguous("the answer was lost")
        return Submission(spec.attempt_id, "somewhere")

    def status(self, remote: Remote) -> Look:
        if self.faults and self.dice.random() < 0.1:
            raise Unreachable
        if not remote.remote_id:
            return Look(RemoteState.UNCERTAIN)
        machine = self.machines[remote.remote_id]
        return Look(RemoteState.RUNNING if machine.alive else RemoteState.ENDED)

    def stop(self, remote: Remote) -> Look:
        machine = self.machines.get(remote.remote_id)
        if machine is not None:
            machine.alive = False
        return Look(RemoteState.ENDED)

    def health(self) -> Health:
        return Health(True, {})

    def arrive(self) -> None:
        return

    def find(self, name: str) -> Backend:
        assert name == self.name
        return self


@dataclass
class World:
    """``jobs`` are started and meet faults until each has come to an end."""

    studio: Studio
    seed: int
    jobs: int
    trained: list[uuid.UUID] = field(default_factory=list)
    started: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    leap: threading.Lock = field(default_factory=threading.Lock)
    errors: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.backend = self._backend()

    def _backend(self) -> WorldBackend:
        return FaultyBackend(random.Random(self.seed))

    # -- what happens --------------------------------------------------------------------------

    def start(self, dice: random.Random) -> None:
        with self.lock:
            if self.started >= self.jobs:
                return
            self.started += 1
        starts.start(self.studio.workspace.id, self._wish(dice))

    def _wish(self, dice: random.Random) -> Start:
        """Something of every kind."""
        studio, voice = self.studio, dice.choice(self.trained)
        song = make_file(studio.workspace).id
        fate = dice.random()
        if fate < 0.1:
            return Continuation(voice=voice, total_steps=dice.randrange(5, 50))
        if fate < 0.3:
            return TrainingStart(voice=voice, dataset=studio.dataset.id, params=TRAIN)
        if fate < 0.4:
            return AnalysisStart(dataset=studio.dataset.id)
        if fate < 0.5:
            return SeparationStart(files=(song,))
        if fate < 0.6:
            return CoverStart(voice=voice, files=(song,))
        others = [each for each in self.trained if each != voice]
        blend = (BlendPart(voice=dice.choice(others), weight=0.5),) if fate < 0.7 else ()
        return ConversionStart(voice=voice, blend=blend, files=(song,))

    def dispatch(self, dice: random.Random) -> None:
        if dice.random() < 0.05:
            waiting = Attempt.objects.filter(state=AttemptState.QUEUED).first()
            if waiting is not None:
                line.claim(waiting.id, self.backend.name)  # and then the process died
        dispatching.dispatch_waiting(self.backend)

    def work(self, dice: random.Random) -> None:
        self.backend.arrive()
        machines = [each for each in list(self.backend.machines.values()) if each.alive]
        for machine in dice.sample(machines, min(3, len(machines))):
            machine.work(dice)

    def finish(self, dice: random.Random) -> None:
        running = list(Attempt.objects.filter(state=AttemptState.RUNNING)[:20])
        if running:
            services.finish(dice.choice(running).id)

    def change_mind(self, dice: random.Random) -> None:
        jobs = list(Job.objects.order_by("?")[:1])
        act = dice.choice((services.cancel, services.retry, services.finish_early))
        for job in jobs:
            act(job.id)
        voice = dice.choice(self.trained)
        for kept in VoiceCheckpoint.objects.filter(voice=voice).order_by("?")[:1]:
            checkpoints.choose(self.studio.workspace.id, voice, kept.id)

    def lose_something(self, dice: random.Random) -> None:
        fate = dice.random()
        if fate < 0.3:
            job = Job.objects.filter(kind="convert", state__in=JOB_ACTIVE).order_by("?").first()
            if job is not None:
                library.delete_file(AudioFile.objects.get(id=job.inputs["source"]["id"]))
        elif fate < 0.4 and len(self.trained) > 2:
            with self.lock:
                voice = self.trained.pop()
            if fate < 0.35:
                voices.delete(voice)
            else:
                voices.revoke_consent(voice, self.studio.user)

    def let_time_pass(self, dice: random.Random) -> None:
        self._sweep_after(timedelta(seconds=dice.choice((5, 15, 70, 1000))))

    def _sweep_after(self, by: timedelta) -> None:
        with self.leap:  # two threads that update every row would wait for each other
            for name in ("claimed_at", "last_seen_at", "not_before", "ended_at"):
                Attempt.objects.update(**{name: F(name) - by})
        sweep.sweep(self.backend, self.backend.find)

    # -- the run -------------------------------------------------------------------------------

    def run(self, threads: int) -> None:
        workers = [threading.Thread(target=self._act, args=(n,)) for n in range(threads)]
        for thread in workers:
            thread.start()
        for thread in workers:
            thread.join()
        if self.errors:
            raise self.errors[0]
        self._settle()

    def _acts(self) -> list[tuple[Callable[[random.Random], None], int]]:
        """What happens, and how often."""
        return [
            (self.start, 6),
            (self.dispatch, 5),
            (self.work, 12),
            (self.finish, 4),
            (self.change_mind, 1),
            (self.lose_something, 1),
            (self.let_time_pass, 2),
        ]

    def _act(self, number: int) -> None:
        dice = random.Random(self.seed * 1000 + number)
        kinds, weights = zip(*self._acts(), strict=True)
        try:
            while self.started < self.jobs:
                try:
                    dice.choices(kinds, weights)[0](dice)
                except ApiError:
                    continue  # refused: the customer reads why
        except BaseException as error:
            self.errors.append(error)
        finally:
            connection.close()

    def _settle(self) -> None:
        """No new jobs, no new faults of the backend: now everything has to come to an end."""
        self.backend.faults = False
        dice = random.Random(self.seed + 1)
        for _ in range(300):
            if not Job.objects.filter(state__in=JOB_ACTIVE).exists():
                break
            dispatching.dispatch_waiting(self.backend)
            self.backend.arrive()
            for machine in list(self.backend.machines.values()):
                machine.work(dice)
            self.let_time_pass(dice)
        for _ in range(2):  # told to leave, then seen to have left
            self._sweep_after(2 * WIND_DOWN)


def verdict(world: World) -> None:
    """What holds, whatever happened on the way."""
    workspace = world.studio.workspace
    left = Job.objects.filter(state__in=JOB_ACTIVE)
    assert not left.exists(), [str(job) for job in left]
    running = Attempt.objects.filter(gone_at=None)
    assert not running.exists(), [f"{each} ended {each.ended_at}" for each in running]
    balance = Balance.objects.get(workspace=workspace)
    sums = Entry.objects.filter(workspace=workspace).aggregate(a=Sum("amount"), h=Sum("held"))
    assert (balance.available, balance.reserved) == (sums["a"], sums["h"])
    assert balance.reserved == 0
    for job in Job.objects.prefetch_related("attempts"):
        _check_job(job)
    voices_left = Voice.objects.filter(state=VoiceState.TRAINING)
    assert not voices_left.exists(), "no training is left, so no voice is being trained"
    _check_voices()
    made = AudioFile.objects.exclude(job_id=None).values("job_id", "stem").annotate(n=Count("id"))
    assert all(row["n"] == 1 for row in made), "one job made two files of one kind"


def _check_voices() -> None:
    """Each voice has its own files whole, whatever it was trained on and chosen since."""
    erasure.erase_due()
    for voice in Voice.objects.filter(state=VoiceState.READY):
        lost = [key for key in voices.objects_of(voice) if not storage.exists(key)]
        assert not [key for key in lost if not key.endswith(CHECKPOINT)], lost


def _check_job(job: Job) -> None:
    attempts = list(job.attempts.all())
    won = [each for each in attempts if each.state == AttemptState.SUCCEEDED]
    assert [each.fence for each in attempts] == list(range(1, job.fence + 1))
    spent = Entry.objects.filter(job_id=job.id, kind="settle").aggregate(s=Sum("held"))["s"]
    net = Entry.objects.filter(job_id=job.id).aggregate(s=Sum("amount"))["s"]
    if job.state == JobState.SUCCEEDED:
        assert [each.fence for each in won] == [job.fence]
        assert (spent, net, job.cost) == (-job.quote, -job.quote, job.quote)
    else:
        assert won == []
        assert (spent, net) == (None, 0), "only results are paid for"
        assert job.error_code or job.state == JobState.CANCELLED
