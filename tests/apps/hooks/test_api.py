"""/api/v1/webhooks, and which changes are told."""

import json
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User, Workspace
from apps.common.models import KeptAnswer, OutboxEvent
from apps.hooks import delivery, services
from apps.hooks.models import Delivery, Endpoint
from apps.jobs import services as jobs
from apps.jobs.models import Job
from apps.jobs.requests import SeparationStart
from apps.library import probing
from apps.library.models import AudioFile
from tests.apps.conftest import program
from tests.apps.jobs.conftest import Studio, make_studio
from tests.factories import make_file, tone, wav_bytes

from .receiver import Receiver

JSON = "application/json"
HOOKS = "/api/v1/webhooks"
BODY = {"url": "https://example.com/hook", "events": ["job.succeeded", "file.ready"]}


def told() -> list[str]:
    return list(OutboxEvent.objects.order_by("created_at").values_list("kind", flat=True))


@pytest.fixture
def studio(owner: User) -> Studio:
    return make_studio(owner)


def test_the_whole_way_by_key(
    owner: User, workspace: Workspace, receiver: Receiver, django_capture_on_commit_callbacks: Any
) -> None:
    client = program(owner, "webhooks:write")
    made = client.post(HOOKS, {"url": receiver.url, "events": ["*"]}, JSON)
    assert made.status_code == 201
    one = f"{HOOKS}/{made.json()['id']}"
    secret = made.json()["secret"]
    assert secret.startswith("whsec_")
    assert secret not in client.get(one).content.decode()
    assert secret not in client.get(HOOKS).content.decode()

    tested = client.post(f"{one}/test", {}, JSON)
    assert (tested.status_code, tested.json()["event"]) == (202, "webhook.test")
    delivery.deliver(tested.json()["id"])
    assert json.loads(receiver.received[0].body)["type"] == "webhook.test"
    listed = client.get(f"{one}/deliveries?state=delivered&event=webhook.test").json()["results"]
    assert [each["id"] for each in listed] == [tested.json()["id"]]
    assert client.get(f"{one}/deliveries?state=failed").json()["results"] == []
    shown = client.get(f"{one}/deliveries/{tested.json()['id']}").json()
    assert shown["data"] == {"webhook": made.json()["id"]}
    assert shown["log"][0]["status"] == 204
    again = client.post(f"{one}/deliveries/{shown['id']}/replay", {}, JSON).json()
    assert (again["state"], again["tries"]) == ("pending", 0)

    rotated = client.post(f"{one}/rotate", {}, JSON).json()
    assert rotated["secret"] != secret
    assert rotated["previous_until"]
    off = client.patch(one, {"is_enabled": False, "events": ["job.failed"]}, JSON).json()
    assert (off["is_enabled"], off["events"], off["problem"]) == (False, ["job.failed"], None)
    assert Delivery.objects.get().state == "failed"
    assert client.get(f"{HOOKS}?enabled=true").json()["results"] == []
    assert client.delete(one).status_code == 204
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://example.com/"}, "url"),
        ({"url": "https://169.254.169.254/latest"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["job.exploded"]}, "events.0"),
    ],
)
def test_bad_bodies(owner_client: Client, change: dict[str, Any], field: str) -> None:
    answer = owner_client.post(HOOKS, BODY | change, JSON)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)
    assert not Endpoint.objects.exists()


def test_a_kept_answer_holds_no_secret_in_clear(owner_client: Client) -> None:
    header = {"Idempotency-Key": "once"}
    secret = owner_client.post(HOOKS, BODY, JSON, headers=header).json()["secret"]
    assert owner_client.post(HOOKS, BODY, JSON, headers=header).json()["secret"] == secret
    assert Endpoint.objects.count() == 1
    assert secret not in str(list(KeptAnswer.objects.values()))


def test_there_are_not_too_many(owner_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MAX_ENDPOINTS", 1)
    assert owner_client.post(HOOKS, BODY, JSON).status_code == 201
    refused = owner_client.post(HOOKS, BODY, JSON)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "too-many-webhooks")


def test_a_training_tells_of_itself_and_its_voice(studio: Studio, owner_client: Client) -> None:
    job = studio.trained()
    assert told() == ["voice.ready", "job.succeeded"]
    voice, ended = OutboxEvent.objects.order_by("created_at")
    assert ended.data["id"] == str(job.id)
    shown = owner_client.get(f"/api/v1/jobs/{job.id}").json()
    assert {key: ended.data[key] for key in shown} == shown
    assert (voice.data["id"], voice.data["state"]) == (str(studio.voice.id), "ready")


def test_a_batch_is_over_with_its_last_job(studio: Studio) -> None:
    files = tuple(make_file(studio.workspace).id for _ in range(2))
    first, second = studio.start(SeparationStart(files=files))
    jobs.cancel(first.id)
    assert told() == ["job.cancelled"]
    attempt = second.attempts.get()
    jobs.fail(attempt.id, "user:file-deleted")
    assert told() == ["job.cancelled", "job.failed", "batch.finished"]
    finished = OutboxEvent.objects.get(kind="batch.finished").data
    assert finished["id"] == str(first.batch)
    assert finished["jobs"] == {"active": 0, "succeeded": 0, "failed": 1, "cancelled": 1}


def test_what_is_taken_back_is_not_told(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """The event is part of the change's transaction."""
    job = studio.train()
    monkeypatch.setattr(jobs, "note", lambda *_: None)

    def crash(*_: Any, **__: Any) -> None:
        raise KeyError("bug")

    monkeypatch.setattr("apps.jobs.rounds.later", crash)
    with pytest.raises(KeyError):
        jobs.cancel(job.id)
    assert told() == []
    assert Job.objects.get(id=job.id).state == "queued"


def test_files_tell_how_they_were_probed(workspace: Workspace) -> None:
    good = make_file(workspace, data=wav_bytes(tone()), state="probing", ai_generated=False)
    bad = make_file(workspace, data=b"noise", state="probing")
    probing.probe(good.pk)
    probing.probe(bad.pk)
    ready, failed = OutboxEvent.objects.order_by("created_at")
    assert (ready.kind, ready.data["id"]) == ("file.ready", str(good.pk))
    assert (failed.kind, failed.data["id"]) == ("file.failed", str(bad.pk))
    assert failed.data["error"]["code"] == AudioFile.objects.get(pk=bad.pk).error_code
