"""Cancelling all of a batch that is left: works, repeated, too late for some, refused."""

import uuid

from django.test import Client

from apps.billing.models import Entry
from apps.billing.plans import WELCOME_CREDITS
from apps.jobs import dispatching
from apps.jobs.models import Job
from apps.jobs.requests import SeparationStart
from apps.library.models import AudioFile
from tests.factories import make_file

from .conftest import Studio, current
from .fakes import FakeWorker
from .test_kinds import code_of, post


def start_three(studio: Studio) -> list[Job]:
    songs = [studio.song, make_file(studio.workspace), make_file(studio.workspace)]
    return studio.start(SeparationStart(files=tuple(song.id for song in songs)))


def sent(studio: Studio, job: Job) -> FakeWorker:
    """The worker of this job alone; the others still wait."""
    assert dispatching.dispatch(current(job).id, studio.backend)
    return FakeWorker(studio.backend.last)


def states(jobs: list[Job]) -> list[str]:
    return [Job.objects.get(id=job.id).state for job in jobs]


def test_what_is_left_of_a_batch_is_cancelled_and_paid_back_once(
    studio: Studio, owner_client: Client
) -> None:
    jobs, other = start_three(studio), start_three(studio)
    first, worker = (sent(studio, job) for job in jobs[:2])
    first.store_result()
    studio.finish(first)
    studio.hear(worker, worker.started())
    assert states(jobs) == ["succeeded", "running", "queued"]
    cost = jobs[0].quote
    entries = set()
    for _ in range(2):
        response = post(owner_client, f"batches/{jobs[0].batch}/cancel")
        assert response.status_code == 200
        assert response.json()["batch"] == str(jobs[0].batch)
        shown = response.json()["jobs"]
        assert [job["id"] for job in shown] == [str(job.id) for job in jobs]
        assert [job["state"] for job in shown] == ["succeeded", "cancelled", "cancelled"]
        versions = [job["version"] for job in shown]
        assert versions == [Job.objects.get(id=job.id).version for job in jobs]
        entries.add(Entry.objects.count())
    assert len(entries) == 1
    assert states(other) == ["queued"] * 3
    assert studio.credits == (WELCOME_CREDITS - 4 * cost, 3 * cost)
    assert AudioFile.objects.filter(job_id=jobs[0].id).count() == 2
    assert studio.hear(worker, worker.progress(0.5)).stop


def test_a_batch_that_is_over_is_left_as_it_is(studio: Studio, owner_client: Client) -> None:
    jobs = start_three(studio)
    for job in jobs:
        worker = sent(studio, job)
        worker.store_result()
        studio.finish(worker)
    before = list(Job.objects.order_by("id").values())
    response = post(owner_client, f"batches/{jobs[0].batch}/cancel")
    assert [job["state"] for job in response.json()["jobs"]] == ["succeeded"] * 3
    assert list(Job.objects.order_by("id").values()) == before


def test_a_stranger_cancels_nothing_and_nobody_an_unknown_batch(
    studio: Studio, owner_client: Client, stranger_client: Client, anonymous_client: Client
) -> None:
    jobs = start_three(studio)
    before = list(Job.objects.order_by("id").values())
    for client, batch, status in (
        (stranger_client, jobs[0].batch, 404),
        (anonymous_client, jobs[0].batch, 401),
        (owner_client, uuid.uuid4(), 404),
    ):
        response = post(client, f"batches/{batch}/cancel")
        assert response.status_code == status
    assert code_of(response) == "not-found"
    assert list(Job.objects.order_by("id").values()) == before
