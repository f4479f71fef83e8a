"""A voice's demo clip, and what its deletion says beforehand."""

import uuid
from typing import Any

import httpx
import pytest
from django.test import Client

from apps.common import erasure, storage
from apps.jobs.models import Job
from apps.library.models import AudioFile, FileState
from apps.voices.models import Voice

from .conftest import Studio

JSON = "application/json"


def demo(client: Client, studio: Studio, body: dict[str, Any]) -> Any:
    return client.post(f"/api/v1/voices/{studio.voice.id}/demo", body, JSON)


@pytest.fixture
def sung(ready: Studio) -> AudioFile:
    """A song that the voice has sung."""
    job = ready.convert()
    ready.succeed()
    file = AudioFile.objects.get(job_id=job.id)
    AudioFile.objects.filter(id=file.id).update(state=FileState.READY)
    return file


def test_a_result_becomes_the_demo_and_outlives_it(
    owner_client: Client, ready: Studio, sung: AudioFile
) -> None:
    sound = storage.read_bytes(sung.key)
    shown = demo(owner_client, ready, {"file": str(sung.id)})
    assert (shown.status_code, shown.json()["demo"]) == (200, sung.name)
    owner_client.delete(f"/api/v1/files/{sung.id}")
    erasure.erase_due()
    link = owner_client.get(f"/api/v1/voices/{ready.voice.id}/demo").json()
    assert link["name"] == sung.name
    assert httpx.get(link["url"]).content == sound


def test_a_preview_becomes_the_demo(owner_client: Client, studio: Studio) -> None:
    job = studio.train()
    worker = studio.dispatch()
    studio.hear(worker, worker.preview(1, 4))
    worker.store_result()
    studio.finish(worker)
    answer = demo(owner_client, studio, {"job": str(job.id), "step": 4})
    assert (answer.status_code, answer.json()["demo"]) == (200, "아리아 · 4")
    missing = demo(owner_client, studio, {"job": str(job.id), "step": 5})
    assert (missing.status_code, missing.json()["error"]["code"]) == (400, "demo-not-found")


@pytest.mark.parametrize(
    "body",
    [{}, {"file": str(uuid.uuid4())}, {"job": str(uuid.uuid4())}, {"step": 4}],
)
def test_what_is_no_sound_of_the_voice_is_refused(
    owner_client: Client, ready: Studio, body: dict[str, str]
) -> None:
    assert demo(owner_client, ready, body).status_code == 400
    song = demo(owner_client, ready, {"file": str(ready.song.id)})
    assert song.json()["error"]["code"] == "demo-not-found", "sung by somebody else"
    ready.voice.refresh_from_db()
    assert ready.voice.demo_key == ""


def test_no_demo_without_consent(owner_client: Client, ready: Studio, sung: AudioFile) -> None:
    demo(owner_client, ready, {"file": str(sung.id)})
    path = f"/api/v1/voices/{ready.voice.id}"
    owner_client.delete(f"{path}/consent")
    answer = owner_client.get(f"{path}/demo")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no-demo")


def test_letting_go_of_the_demo(owner_client: Client, ready: Studio, sung: AudioFile) -> None:
    demo(owner_client, ready, {"file": str(sung.id)})
    key = Voice.objects.get(id=ready.voice.id).demo_key
    for _ in range(2):
        gone = owner_client.delete(f"/api/v1/voices/{ready.voice.id}/demo")
        assert gone.json()["demo"] is None
    erasure.erase_due()
    assert not storage.exists(key)
    assert storage.exists(sung.key), "only the copy goes"


def test_a_stranger_hears_and_changes_nothing(
    owner_client: Client, stranger_client: Client, ready: Studio, sung: AudioFile
) -> None:
    demo(owner_client, ready, {"file": str(sung.id)})
    before = Voice.objects.values().get(id=ready.voice.id)
    path = f"/api/v1/voices/{ready.voice.id}"
    assert demo(stranger_client, ready, {"file": str(sung.id)}).status_code == 404
    assert stranger_client.get(f"{path}/demo").status_code == 404
    assert stranger_client.delete(f"{path}/demo").status_code == 404
    assert stranger_client.get(f"{path}/deletion").status_code == 404
    assert Voice.objects.values().get(id=ready.voice.id) == before


def test_what_a_deletion_removes(owner_client: Client, ready: Studio, sung: AudioFile) -> None:
    demo(owner_client, ready, {"file": str(sung.id)})
    waiting = ready.convert()
    told = owner_client.get(f"/api/v1/voices/{ready.voice.id}/deletion").json()
    voice = Voice.objects.get(id=ready.voice.id)
    assert told == {
        "checkpoints": 1,
        "previews": 0,
        # the published pair is 5 bytes each by its figures, and b"bytes" can be trained on
        "bytes": 5 + 5 + 5 + voice.demo_size,
        "active_jobs": 1,
        "kept_results": 1,
    }
    owner_client.delete(f"/api/v1/voices/{ready.voice.id}")
    assert AudioFile.objects.get(id=sung.id).state == FileState.READY
    assert Job.objects.get(id=waiting.id).asked_by is None  # started by no person here
