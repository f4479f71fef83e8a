"""/api/v1/search: what a workspace has of a name."""

import pytest
from django.test import Client

from apps.jobs.models import Job
from apps.jobs.search import MOST_A_KIND
from apps.library.models import AudioFile, FileState
from apps.voices import services as voices
from apps.voices.models import Voice
from tests.factories import make_dataset, make_file

from .conftest import Studio

Hit = tuple[str, str, str | None, str | None]


def hits(client: Client, text: str) -> list[Hit]:
    found = client.get("/api/v1/search", {"q": text}).json()["hits"]
    return [(hit["type"], hit["name"], hit["state"], hit["kind"]) for hit in found]


def test_everything_of_a_name(ready: Studio, owner_client: Client, stranger_client: Client) -> None:
    job = ready.convert()
    Job.objects.filter(id=job.id).update(title="Moon 노래")
    voices.create(ready.workspace.id, "moonlight")
    make_dataset(ready.workspace, 1, "달 MOON")
    make_file(ready.workspace, name="moon.wav")
    make_file(ready.workspace, name="sun.wav")
    assert hits(owner_client, "moon") == [
        ("voice", "moonlight", "draft", None),
        ("dataset", "달 MOON", None, None),
        ("file", "moon.wav", "ready", None),
        ("job", "Moon 노래", "queued", "convert"),
    ]
    assert hits(stranger_client, "moon") == []
    assert hits(owner_client, "%") == [], "no wildcard"


def test_what_was_deleted_is_not_found(ready: Studio, owner_client: Client) -> None:
    AudioFile.objects.update(name="gone", state=FileState.DELETED)
    Voice.objects.update(name="gone", state="deleted")
    assert hits(owner_client, "gone") == []


@pytest.mark.usefixtures("ready")
def test_the_newest_of_many(ready: Studio, owner_client: Client) -> None:
    for number in range(MOST_A_KIND + 2):
        make_file(ready.workspace, name=f"take {number}")
    names = [name for _, name, *_ in hits(owner_client, "take")]
    assert names == [f"take {number}" for number in range(MOST_A_KIND + 1, 1, -1)]
