"""Many attempts at once, written straight into the tables: what a sweep has to bear."""

import uuid
from datetime import timedelta

from django.utils import timezone

from apps.jobs.models import Attempt, Job
from apps.jobs.states import AttemptState, JobState

from .conftest import Studio

SPREAD = (AttemptState.RUNNING, AttemptState.DISPATCHED, AttemptState.UNKNOWN)


def live_attempts(studio: Studio, count: int, *, backend: str = "fake") -> list[uuid.UUID]:
    """``count`` jobs of the studio's workspace with a live, silent attempt each: its id."""
    now = timezone.now()
    file = {"id": str(studio.song.id), "name": "f", "key": "k", "size": 1, "duration_s": 1.0}
    jobs = [
        Job(
            id=uuid.uuid4(),
            workspace=studio.workspace,
            kind="separate",
            title="n",
            params={},
            inputs={"source": file, "files": [file]},
            quote=1,
            fence=1,
            held_fence=1,
            state=JobState.RUNNING,
        )
        for _ in range(count)
    ]
    Job.objects.bulk_create(jobs, batch_size=1000)
    attempts = [
        Attempt(
            job=job,
            fence=1,
            state=SPREAD[number % 3],
            backend=backend,
            endpoint="somewhere",
            remote_id="" if SPREAD[number % 3] == AttemptState.UNKNOWN else f"remote-{number}",
            not_before=now,
            claimed_at=now - timedelta(minutes=1),
            started_at=now - timedelta(minutes=1),
            last_seen_at=now - timedelta(minutes=1),
            deadline_s=3600,
        )
        for number, job in enumerate(jobs)
    ]
    Attempt.objects.bulk_create(attempts, batch_size=1000)
    return [attempt.id for attempt in attempts]


def ended_attempts(studio: Studio, count: int) -> None:
    """As many attempts that ended and whose worker has to leave."""
    live_attempts(studio, count)
    ago = timezone.now() - timedelta(minutes=5)
    Attempt.objects.update(state=AttemptState.CANCELLED, ended_at=ago)
    Job.objects.update(state=JobState.CANCELLED, finished_at=ago)
