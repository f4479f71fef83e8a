"""A workspace with a consented voice, a dataset and a song; a backend that does as told."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import User, Workspace
from apps.billing import services as billing
from apps.billing.models import Balance
from apps.jobs import dispatching, services, starts, sweep
from apps.jobs.models import Attempt, Job
from apps.jobs.requests import ConversionStart, Start, TrainingStart
from apps.library.models import AudioFile, Dataset
from apps.voices import services as voices
from apps.voices import statement
from apps.voices.models import ConsentScope, Voice
from gpu_worker.contract.events import Batch, Event, Reply
from gpu_worker.contract.params import TrainParams
from tests.apps.voices.made import make_ready
from tests.factories import make_dataset, make_file, workspace_of

from .fakes import FakeBackend, FakeWorker

TRAIN = TrainParams.model_validate({"total_steps": 4, "batch_size": 1, "previews": 1})


@dataclass
class Studio:
    """One customer's rooms, and the steps of a job that tests are told in."""

    user: User
    workspace: Workspace
    voice: Voice
    dataset: Dataset
    song: AudioFile
    backend: FakeBackend

    def train(self) -> Job:
        wanted = TrainingStart(voice=self.voice.id, dataset=self.dataset.id, params=TRAIN)
        return self.start(wanted)[0]

    def convert(self) -> Job:
        return self.start(ConversionStart(voice=self.voice.id, files=(self.song.id,)))[0]

    def start(self, wanted: Start) -> list[Job]:
        return starts.start(self.workspace.id, wanted)

    def dispatch(self) -> FakeWorker:
        """Send what waits; the worker of the last one sent."""
        dispatching.dispatch_waiting(self.backend)
        return FakeWorker(self.backend.last)

    def sweep(self) -> None:
        sweep.sweep(self.backend, self.backend.find)

    def hear(self, worker: FakeWorker, *events: Event) -> Reply:
        return hear(worker, events)

    def trained(self) -> Job:
        """A whole training, so that the voice is ready."""
        job = self.train()
        worker = self.dispatch()
        self.hear(worker, worker.started())
        worker.store_result()
        self.finish(worker)
        self.voice.refresh_from_db()
        return job

    def succeed(self) -> FakeWorker:
        """The next job in line is sent, stores its result and is taken as done."""
        worker = self.dispatch()
        worker.store_result()
        self.finish(worker)
        return worker

    def finish(self, worker: FakeWorker) -> None:
        assert services.finish(uuid.UUID(worker.spec.attempt_id))

    @property
    def credits(self) -> tuple[int, int]:
        balance = Balance.objects.get(workspace=self.workspace)
        return balance.available, balance.reserved


def hear(worker: FakeWorker, events: Sequence[Event]) -> Reply:
    spec = worker.spec
    batch = Batch(
        attempt_id=spec.attempt_id,
        fence=spec.fence,
        run=worker.run,
        remote_id=worker.remote_id,
        events=tuple(events),
    )
    return services.hear(uuid.UUID(spec.attempt_id), batch)


def make_studio(user: User) -> Studio:
    workspace = workspace_of(user)
    billing.balance_of(workspace.id)
    voice = voices.create(workspace.id, "아리아")
    voices.give_consent(
        voice.id,
        user,
        version=statement.VERSION,
        singer_name="김하나",
        scope=ConsentScope.OWN,
    )
    dataset = make_dataset(workspace)
    return Studio(user, workspace, voice, dataset, make_file(workspace), FakeBackend())


@pytest.fixture
def studio(owner: User) -> Studio:
    return make_studio(owner)


@pytest.fixture
def ready(studio: Studio) -> Studio:
    """With a voice that can sing."""
    make_ready(studio.voice)
    studio.voice.refresh_from_db()
    return studio


def age(attempt: Attempt, by: timedelta) -> None:
    """Let time pass for an attempt."""
    shift = {
        name: getattr(attempt, name) - by
        for name in ("claimed_at", "started_at", "last_seen_at", "not_before", "ended_at")
        if getattr(attempt, name)
    }
    Attempt.objects.filter(id=attempt.id).update(**shift)


def current(job: Job) -> Attempt:
    job.refresh_from_db()
    return job.attempts.get(fence=job.fence)


def now_due(job: Job) -> None:
    """The pause before the next attempt is over."""
    job.attempts.update(not_before=timezone.now())
