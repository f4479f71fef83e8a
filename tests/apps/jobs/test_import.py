"""A published voice of another program: sent to storage, checked by a worker, made a voice."""

import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.test import Client

from apps.common import erasure, storage
from apps.common.models import Erasure
from apps.jobs.models import Job
from apps.voices.models import Voice, VoiceState
from gpu_worker.contract.errors import Code
from gpu_worker.contract.job import ImportJob

from .conftest import Studio

JSON = "application/json"
MODEL = b"a model of another program"
LISTS = b"an index of another program"


def path(studio: Studio, end: str = "") -> str:
    return f"/api/v1/voices/{studio.voice.id}/import{end}"


def send(client: Client, studio: Studio, index: bytes | None = LISTS) -> dict[str, Any]:
    """The files on their way to storage; the body of the start."""
    sizes = {"model_size": len(MODEL)} | ({"index_size": len(index)} if index else {})
    links = client.post(path(studio, "/files"), sizes, JSON)
    assert links.status_code == 201, links.content
    told = links.json()
    httpx.put(told["model"], content=MODEL).raise_for_status()
    if index:
        httpx.put(told["index"], content=index).raise_for_status()
    return {"upload": told["upload"], "index": index is not None}


def start(client: Client, studio: Studio, body: dict[str, Any]) -> Any:
    return client.post(path(studio), body, JSON)


def test_a_model_and_its_index_become_a_voice(owner_client: Client, studio: Studio) -> None:
    made = start(owner_client, studio, send(owner_client, studio))
    assert (made.status_code, made.json()["kind"]) == (201, "import")
    assert owner_client.get(path(studio)[: -len("/import")]).json()["state"] == "training"
    worker = studio.succeed()
    assert isinstance(worker.spec, ImportJob)
    voice = owner_client.get(f"/api/v1/voices/{studio.voice.id}").json()
    assert (voice["state"], voice["preset"], voice["sample_rate"]) == ("ready", "full", 48000)
    assert voice["has_index"] is True
    assert (voice["base"], voice["quality"], voice["job_id"]) == (
        "imported",
        None,
        made.json()["id"],
    )
    links = owner_client.get(f"/api/v1/voices/{studio.voice.id}/export").json()
    assert httpx.get(links["model"]["url"]).content == b"checked " + MODEL
    assert httpx.get(links["index"]["url"]).content == LISTS
    studio.convert()
    assert studio.dispatch().spec.kind == "convert"


def test_a_model_alone_is_enough(owner_client: Client, studio: Studio) -> None:
    start(owner_client, studio, send(owner_client, studio, index=None))
    studio.succeed()
    links = owner_client.get(f"/api/v1/voices/{studio.voice.id}/export").json()
    assert (links["index"], links["model"]["filename"]) == (None, "아리아.pth")
    assert owner_client.get(f"/api/v1/voices/{studio.voice.id}").json()["has_index"] is False


def test_what_can_t_be_read_leaves_the_voice_empty(owner_client: Client, studio: Studio) -> None:
    body = send(owner_client, studio)
    made = start(owner_client, studio, body)
    worker = studio.dispatch()
    studio.hear(worker, worker.started(), worker.failed(Code.MODEL_UNREADABLE))
    job = Job.objects.get(id=made.json()["id"])
    assert (job.state, job.error_code) == ("failed", Code.MODEL_UNREADABLE)
    studio.voice.refresh_from_db()
    assert (studio.voice.state, studio.voice.model_key) == (VoiceState.FAILED, "")
    assert start(owner_client, studio, body).status_code == 201, "it may be tried again"


def test_nothing_starts_before_all_has_arrived(owner_client: Client, studio: Studio) -> None:
    links = owner_client.post(path(studio, "/files"), {"model_size": 5}, JSON).json()
    answer = start(owner_client, studio, {"upload": links["upload"]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "import-missing")
    body = send(owner_client, studio, index=None)
    assert start(owner_client, studio, body | {"index": True}).status_code == 409
    assert start(owner_client, studio, {"upload": str(uuid.uuid4())}).status_code == 409
    assert not Job.objects.exists()
    studio.voice.refresh_from_db()
    assert studio.voice.state == VoiceState.DRAFT


def test_another_size_than_announced_is_refused(owner_client: Client, studio: Studio) -> None:
    links = owner_client.post(path(studio, "/files"), {"model_size": 5}, JSON).json()
    assert httpx.put(links["model"], content=b"longer than five").status_code == 403


@pytest.mark.parametrize(
    "sizes", [{}, {"model_size": 0}, {"model_size": 2**30}, {"model_size": 5, "index_size": 2**31}]
)
def test_sizes_out_of_bounds(owner_client: Client, studio: Studio, sizes: dict[str, int]) -> None:
    assert owner_client.post(path(studio, "/files"), sizes, JSON).status_code == 400
    assert not Erasure.objects.exists()


def test_no_import_without_consent(owner_client: Client, studio: Studio) -> None:
    body = send(owner_client, studio)
    owner_client.delete(f"/api/v1/voices/{studio.voice.id}/consent")
    Voice.objects.update(state=VoiceState.DRAFT)
    answer = start(owner_client, studio, body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "consent-missing")
    assert not Job.objects.exists()


def test_a_voice_that_sings_takes_in_no_other(owner_client: Client, ready: Studio) -> None:
    answer = owner_client.post(path(ready, "/files"), {"model_size": 5}, JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "voice-not-empty")


def test_what_was_sent_goes_by_itself(owner_client: Client, studio: Studio) -> None:
    send(owner_client, studio)
    keys = list(Erasure.objects.values_list("key", flat=True))
    assert len(keys) == 2
    assert erasure.erase_due() == 0, "not while a job may need it"
    for row in Erasure.objects.all():
        Erasure.objects.filter(pk=row.pk).update(not_before=row.not_before - timedelta(days=2))
    assert erasure.erase_due() == 2
    assert not any(storage.exists(key) for key in keys)


def test_a_stranger_sends_and_starts_nothing(
    owner_client: Client, stranger_client: Client, studio: Studio
) -> None:
    body = send(owner_client, studio)
    assert stranger_client.post(path(studio, "/files"), {"model_size": 5}, JSON).status_code == 404
    assert start(stranger_client, studio, body).status_code == 404
    assert not Job.objects.exists()
