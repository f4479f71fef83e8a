"""Labels of jobs, and what the list of jobs is narrowed by."""

import uuid

import pytest
from django.test import Client

from apps.jobs.limits import MAX_LABELS
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


def change(client: Client, **body: object) -> tuple[int, object]:
    answer = client.post("/api/v1/jobs/labels", body, JSON)
    return answer.status_code, answer.json().get("changed")


def test_many_at_once(ready: Studio, owner_client: Client, stranger_client: Client) -> None:
    one, other, third = (ready.convert() for _ in range(3))
    label(owner_client, one, "초안", "최종")
    both = [str(one.id), str(other.id)]
    assert change(stranger_client, jobs=both, add=["훔친 것"]) == (404, None)
    assert change(owner_client, jobs=[*both, str(uuid.uuid4())], add=["x"]) == (404, None)
    assert change(owner_client, jobs=both, add=["최종", "데모"], remove=["초안"]) == (200, 2)
    assert change(owner_client, jobs=both, add=["데모"]) == (200, 0)
    for job in (one, other, third):
        job.refresh_from_db()
    assert (one.labels, other.labels, third.labels) == (["최종", "데모"], ["최종", "데모"], [])


def test_one_of_many_is_full(ready: Studio, owner_client: Client) -> None:
    full, other = ready.convert(), ready.convert()
    label(owner_client, full, *(str(n) for n in range(MAX_LABELS)))
    jobs = [str(other.id), str(full.id)]
    assert change(owner_client, jobs=jobs, add=["하나 더"]) == (400, None)
    other.refresh_from_db()
    assert other.labels == [], "all or none"


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
