"""Webhooks twice, shuffled and lost, beside jobs that end: credits are right to the last one."""

import os
import random
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from apps.billing.models import Entry, EntryKind
from apps.common.errors import ApiError
from apps.jobs import services
from apps.jobs.models import Job
from apps.jobs.requests import SeparationStart
from apps.jobs.states import JobState
from tests.apps.conftest import browser
from tests.factories import make_user, workspace_of
from tests.stripe.fake import FakeStripe
from tests.stripe.shop import Shop
from tests.trials.storm import FAULTS, Storm, together

from .conftest import Studio
from .fakes import FakeWorker

SEED = int(os.environ.get("SEED", "20261126"))
JOBS = 12


def endings(studio: Studio, chance: random.Random) -> list[Callable[[], object]]:
    """Jobs of the studio, each ended by several at once."""
    wanted = SeparationStart(files=(studio.song.id,))
    for _ in range(JOBS):
        studio.start(wanted)
    studio.dispatch()
    workers = [FakeWorker(spec) for spec in studio.backend.submitted]
    works: list[Callable[[], object]] = []
    for worker in workers:
        studio.hear(worker, worker.started())
        worker.store_result()
        attempt_id, job_id = uuid.UUID(worker.spec.attempt_id), uuid.UUID(worker.spec.job_id)
        ways: list[Callable[[], object]] = [
            lambda each=attempt_id: services.finish(each),  # type: ignore[misc]
            lambda each=attempt_id: services.fail(each, "user:audio-silent"),  # type: ignore[misc]
            lambda each=job_id: cancel(each),  # type: ignore[misc]
        ]
        works += [ways[0], *chance.choices(ways, k=3)]
    return works


def cancel(job_id: uuid.UUID) -> None:
    try:
        services.cancel(job_id)
    except ApiError as error:
        if error.code != "job-ended":
            raise


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("customers", "steps", "seed"),
    [(2, 4, 1), *(pytest.param(8, 20, SEED + n, marks=pytest.mark.trial) for n in range(5))],
)
def test_a_storm(
    studio: Studio, selling: FakeStripe, settings: Any, customers: int, steps: int, seed: int
) -> None:
    chance = random.Random(seed)
    settings.STRIPE_SECRET_KEY = ""  # the trial's one job at once is not what this is about
    works = endings(studio, chance)
    settings.STRIPE_SECRET_KEY = selling.key
    users = [studio.user, *(make_user() for _ in range(customers - 1))]
    shops = [Shop(selling, workspace_of(user), browser(user)) for user in users]
    storm = Storm(shops, selling, chance, {})
    told = 0
    for step in range(steps):
        for shop in shops:
            storm.act(shop)
        news = selling.events[told:]
        told = len(selling.events)
        selling.faults = chance.choices([*FAULTS, "", "", ""], k=len(news))
        share = works[step * len(works) // steps : (step + 1) * len(works) // steps]
        together(chance.sample(both := [*storm.tell(news), *share], k=len(both)))
        selling.faults = []
    storm.calm()
    done = Job.objects.filter(state=JobState.SUCCEEDED)
    storm.spent[studio.workspace.id] = sum(job.cost or 0 for job in done)
    storm.check()
    ended = Counter(Job.objects.values_list("state", flat=True))
    assert sum(ended.values()) == JOBS
    assert not Job.objects.exclude(state__in=("succeeded", "failed", "cancelled")).exists()
    settled = Entry.objects.filter(kind=EntryKind.SETTLE)
    assert Counter(settled.values_list("job_id", flat=True)) == {job.id: 1 for job in done}
