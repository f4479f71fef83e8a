"""Labels of jobs, and what the list of jobs is narrowed by."""

import pytest
from django.test import Client

from apps.jobs.models import Job
from tests.factories import make_file

from .conftest import Studio

JSON = "application/json"


def label(client: Client, job: Job, *labels: str) -> list[str]:
    answer = client.patch(f"/api/v1/jobs/{job.id}", {"labels": labels}, JSON)
    assert answer.status_code == 200, answer.content
    found: list[str] = answer.json()["labels"]
    return found


def ids(client: Client, query: str) -> list[str]:
    answer = client.get(f"/api/v1/jobs?{query}")
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()["results"]]


def test_labels(ready: Studio, owner_client: Client, stranger_client: Client) -> None:
    job, other = ready.convert(), ready.convert()
    before = job.version
    assert label(owner_client, job, "최종", "타이틀", "최종") == ["최종", "타이틀"]
    job.refresh_from_db()
    assert job.version == before + 1
    assert label(owner_client, job, "최종", "타이틀") == ["최종", "타이틀"]
    job.refresh_from_db()
    assert job.version == before + 1, "nothing changed"
    label(owner_client, other, "데모")
    assert owner_client.get("/api/v1/jobs/labels").json() == {"labels": ["데모", "최종", "타이틀"]}
    assert stranger_client.get("/api/v1/jobs/labels").json() == {"labels": []}
    assert ids(owner_client, "label=최종") == [str(job.id)]
    assert ids(stranger_client, "label=최종") == []
    assert label(owner_client, other) == []
    assert ids(owner_client, "label=데모") == []


@pytest.mark.parametrize("wrong", [["x" * 41], [str(n) for n in range(21)], [""], "x"])
def test_refused(ready: Studio, owner_client: Client, wrong: object) -> None:
    job = ready.convert()
    answer = owner_client.patch(f"/api/v1/jobs/{job.id}", {"labels": wrong}, JSON)
    assert answer.status_code == 400
    job.refresh_from_db()
    assert job.labels == []


def test_the_list_is_narrowed(ready: Studio, owner_client: Client) -> None:
    sung, training = ready.convert(), ready.train()
    song = str(ready.song.id)
    assert ids(owner_client, f"song={song}") == [str(sung.id)]
    assert ids(owner_client, f"song={make_file(ready.workspace).id}") == []
    assert ids(owner_client, "sounds=true") == [str(sung.id)]
    assert ids(owner_client, "sounds=false") == [str(training.id), str(sung.id)]
    Job.objects.filter(id=sung.id).update(title="봄비.wav")
    assert ids(owner_client, "search=봄") == [str(sung.id)]
    assert ids(owner_client, "search=겨울") == []
