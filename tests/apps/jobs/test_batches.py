"""/api/v1/batches, /api/v1/stats, and what lists are narrowed by."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.jobs.models import Job
from apps.jobs.requests import SeparationStart
from apps.jobs.states import JobState
from apps.voices import services as voices
from tests.factories import make_dataset, make_file

from .conftest import Studio


def separate(studio: Studio, count: int) -> list[Job]:
    files = [make_file(studio.workspace) for _ in range(count)]
    return studio.start(SeparationStart(files=tuple(file.id for file in files)))


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()["results"]]


def test_batches(studio: Studio, owner_client: Client, stranger_client: Client) -> None:
    older, newer = separate(studio, 3), separate(studio, 1)
    studio.train()
    Job.objects.filter(id=older[0].id).update(state=JobState.FAILED)
    assert ids(owner_client.get("/api/v1/batches")) == [str(newer[0].batch), str(older[0].batch)]
    assert ids(owner_client.get("/api/v1/batches?kind=cover")) == []
    page = owner_client.get("/api/v1/batches?page_size=1").json()
    assert ids(owner_client.get(page["next"])) == [str(older[0].batch)]
    shown = owner_client.get(f"/api/v1/batches/{older[0].batch}").json()
    assert shown["jobs"] == {"active": 2, "succeeded": 0, "failed": 1, "cancelled": 0}
    assert (shown["kind"], shown["jobs_total"], shown["is_over"]) == ("separate", 3, False)
    assert shown["finished_at"] is None
    owner_client.post(f"/api/v1/batches/{newer[0].batch}/cancel")
    over = owner_client.get(f"/api/v1/batches/{newer[0].batch}").json()
    assert over["is_over"]
    assert over["finished_at"]
    assert over["jobs"]["cancelled"] == 1
    assert stranger_client.get("/api/v1/batches").json()["results"] == []


def test_a_page_costs_the_same_however_long(studio: Studio, owner_client: Client) -> None:
    for _ in range(5):
        separate(studio, 2)
    counts = []
    for size in (1, 5):
        with CaptureQueriesContext(connection) as queries:
            assert len(ids(owner_client.get(f"/api/v1/batches?page_size={size}"))) == size
        counts.append(len(queries))
    assert counts[1] <= counts[0], "the first one also opens the session"


def test_stats(ready: Studio, owner_client: Client, stranger_client: Client) -> None:
    cancelled = ready.train()
    owner_client.post(f"/api/v1/jobs/{cancelled.id}/cancel")
    ready.convert()
    now = timezone.now()
    Job.objects.filter(id=cancelled.id).update(
        cost=7, started_at=now - timedelta(seconds=90), finished_at=now
    )
    ready.voice.refresh_from_db()
    shown = owner_client.get("/api/v1/stats").json()
    assert shown["files"] == {"ready": 3}
    assert shown["audio_seconds"] == 90.0
    assert shown["datasets"] == 1
    assert shown["voices"] == {"ready": 1}
    assert shown["jobs"] == {"cancelled": 1, "queued": 1}
    assert shown["jobs_by_kind"] == {"train": 1, "convert": 1}
    assert shown["credits_spent_30d"] == 7
    assert shown["work_seconds_30d"] == 90.0
    voice = ready.voice
    assert shown["stored_bytes"] == 3 * 960_044 + voice.index_size + voice.model_size
    empty = stranger_client.get("/api/v1/stats").json()
    assert (empty["files"], empty["jobs"], empty["stored_bytes"]) == ({}, {}, 0)
    assert empty["work_seconds_30d"] == 0.0


def test_lists_are_narrowed(ready: Studio, owner_client: Client) -> None:
    job = ready.convert()
    other = voices.create(ready.workspace.id, "다른 목소리")
    get = owner_client.get
    conversions = "/api/v1/conversions"
    assert ids(get(f"{conversions}?state=queued&voice={ready.voice.id}")) == [str(job.id)]
    assert ids(get(f"{conversions}?state=running")) == []
    assert ids(get(f"{conversions}?voice={other.id}")) == []
    assert ids(get("/api/v1/jobs?kind=convert&created_after=2020-01-01T00:00:00Z")) == [str(job.id)]
    assert ids(get("/api/v1/jobs?created_before=2020-01-01T00:00:00Z")) == []
    assert ids(get("/api/v1/jobs?over=false")) == [str(job.id)]
    assert ids(get("/api/v1/jobs?over=true")) == []
    assert ids(get(f"/api/v1/jobs?search={job.title[1:].upper()}")) == [str(job.id)]
    assert ids(get("/api/v1/jobs?search=nothing-so-named")) == []
    assert ids(get("/api/v1/voices?search=다른")) == [str(other.id)]
    assert ids(get("/api/v1/voices?state=ready")) == [str(ready.voice.id)]
    named = make_dataset(ready.workspace, 1, "북소리")
    assert ids(get("/api/v1/datasets?search=북")) == [str(named.pk)]
    file = named.files.get()
    assert ids(get(f"/api/v1/datasets?file={file.pk}")) == [str(named.pk)]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/conversions?state=deleted",
        "/api/v1/batches?kind=x",
        "/api/v1/voices?state=deleted",
        "/api/v1/datasets?file=x",
        "/api/v1/jobs?created_after=yesterday",
        "/api/v1/jobs?over=perhaps",
        "/api/v1/search",
        "/api/v1/search?q=",
        "/api/v1/keys?revoked=perhaps",
    ],
)
def test_bad_filters(owner_client: Client, path: str) -> None:
    answer = owner_client.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")
