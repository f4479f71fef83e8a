"""Hundreds of jobs while everything fails now and then: each ends rightly, no credit is lost."""

import os
import random
import uuid

import pytest

from apps.billing import services as billing
from apps.jobs.models import Job
from apps.voices import services as voices
from apps.voices import statement
from apps.voices.models import ConsentScope
from tests.apps.jobs.conftest import Studio, make_studio
from tests.apps.voices.made import make_ready
from tests.factories import make_user
from tests.trials.faulty_world import World, verdict

pytestmark = pytest.mark.django_db(transaction=True)


def make_world(seed: int, jobs: int) -> World:
    studio = make_studio(make_user("busy@example.com"))
    billing.grant(studio.workspace.id, 1_000_000, key="plenty")
    world = World(studio, seed, jobs)
    for number in range(max(4, jobs // 10)):
        world.trained.append(ready_voice(studio, f"목소리 {number}"))
    return world


def ready_voice(studio: Studio, name: str) -> uuid.UUID:
    voice = voices.create(studio.workspace.id, name)
    voices.give_consent(
        voice.id,
        studio.user,
        version=statement.VERSION,
        singer_name="김하나",
        scope=ConsentScope.OWN,
    )
    make_ready(voice)
    return voice.id


def run(seed: int, jobs: int, threads: int) -> None:
    print(f"SEED={seed}")
    world = make_world(seed, jobs)
    world.run(threads)
    verdict(world)
    states = list(Job.objects.values_list("state", flat=True))
    print({state: states.count(state) for state in sorted(set(states))})
    assert "succeeded" in states


def test_dozens_of_jobs_with_faults() -> None:
    run(seed=7, jobs=30, threads=3)


@pytest.mark.trial
def test_hundreds_of_jobs_with_faults() -> None:
    run(int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6)), 400, 6)
