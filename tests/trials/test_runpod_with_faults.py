"""Hundreds of jobs on a RunPod that loses, repeats and delays: each ends rightly, none is paid
twice."""

import os
import random
from collections import Counter

import pytest

from apps.billing import services as billing
from apps.jobs import tokens
from apps.jobs.models import Job
from tests.apps.jobs.conftest import make_studio
from tests.cloud.server import serving
from tests.factories import make_user
from tests.trials.cloud_world import Clocks, CloudWorld, cloud_verdict, make_cloud
from tests.trials.faulty_world import verdict
from tests.trials.test_jobs_with_faults import ready_voice

pytestmark = pytest.mark.django_db(transaction=True)


def run(seed: int, jobs: int, threads: int, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tokens, "time", Clocks(seed))
    print(f"SEED={seed}")
    studio = make_studio(make_user("busy@example.com"))
    billing.grant(studio.workspace.id, 1_000_000, key="plenty")
    with serving(make_cloud(seed)) as fake:
        fake.poll_s = 0.0
        world = CloudWorld(studio, seed, jobs, fake=fake)
        for number in range(max(4, jobs // 10)):
            world.trained.append(ready_voice(studio, f"목소리 {number}"))
        world.run(threads)
        verdict(world)
        counts = cloud_verdict(world)
    states = list(Job.objects.values_list("state", flat=True))
    print(counts | {state: states.count(state) for state in sorted(set(states))})
    codes = Job.objects.filter(state="failed").values_list("error_code", flat=True)
    print(dict(Counter(codes)))
    assert "succeeded" in states


def test_a_dozen_jobs_on_a_faulty_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    run(seed=11, jobs=12, threads=2, patch=monkeypatch)


@pytest.mark.trial
def test_hundreds_of_jobs_on_a_faulty_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    run(seed, 300, 4, monkeypatch)
