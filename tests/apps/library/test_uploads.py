"""From POST /uploads to a file that can be played, with real signed requests to storage."""

import re
import uuid
from typing import Any

import httpx
import pytest
from django.test import Client

from apps.accounts.models import Workspace
from apps.common import erasure, storage
from apps.library import probing
from apps.library.limits import PART_BYTES
from apps.library.models import AudioFile, FileState
from tests.factories import tone, wav_bytes

JSON = "application/json"


def start(client: Client, name: str = "노래.wav", size: int = 10, **more: Any) -> Any:
    return client.post("/api/v1/uploads", {"name": name, "size": size, **more}, JSON)


def sign(client: Client, pk: str, method: str, **more: Any) -> Any:
    return client.post(f"/api/v1/uploads/{pk}/sign", {"method": method, **more}, JSON)


def finish(client: Client, pk: str) -> Any:
    return client.post(f"/api/v1/uploads/{pk}/finish")


def put(client: Client, pk: str, data: bytes) -> httpx.Response:
    return httpx.put(sign(client, pk, "PUT").json()["url"], content=data)


def test_single_put(owner_client: Client, workspace: Workspace) -> None:
    data = wav_bytes(tone(seconds=2.0))
    begun = start(owner_client, size=len(data), content_type="audio/wav")
    assert begun.status_code == 201
    body = begun.json()
    assert body["part_size"] == PART_BYTES
    assert body["key"] == f"uploads/{workspace.pk}/{body['id']}/source"
    assert put(owner_client, body["id"], data).status_code == 200
    done = finish(owner_client, body["id"])
    assert done.status_code == 202
    assert done.json()["state"] == "probing"
    probing.probe(body["id"])
    file = owner_client.get(f"/api/v1/files/{body['id']}").json()
    assert file["state"] == "ready"
    assert file["duration_s"] == pytest.approx(2.0)
    assert (file["sample_rate"], file["channels"], file["error"]) == (16000, 1, None)
    assert file["loudness_lufs"] == pytest.approx(-17.7, abs=1.0)
    assert file["true_peak_db"] == pytest.approx(-13.98, abs=0.1)


def test_finish_enqueues_one_probe(
    owner_client: Client, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("apps.library.tasks.probe_file.delay", asked.append)
    pk = start(owner_client, size=4).json()["id"]
    put(owner_client, pk, b"data")
    with django_capture_on_commit_callbacks(execute=True):
        first, second = finish(owner_client, pk), finish(owner_client, pk)
    assert asked == [pk]
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()


def test_multipart_resumes(owner_client: Client) -> None:
    data = wav_bytes(tone(seconds=PART_BYTES / 32_000 + 1))
    pk = start(owner_client, size=len(data)).json()["id"]
    created = httpx.post(sign(owner_client, pk, "POST").json()["url"])
    assert created.status_code == 200
    match = re.search("<UploadId>(.*)</UploadId>", created.text)
    assert match
    upload = match[1]
    etags = []
    for number in (1, 2):
        part = data[(number - 1) * PART_BYTES : number * PART_BYTES]
        signed = sign(owner_client, pk, "PUT", upload_id=upload, part_number=number).json()
        etags.append(httpx.put(signed["url"], content=part).headers["etag"])
        listed = httpx.get(sign(owner_client, pk, "GET", upload_id=upload).json()["url"])
        assert listed.text.count("<PartNumber>") == number
    missing = finish(owner_client, pk)
    assert missing.status_code == 409
    assert missing.json()["error"]["code"] == "upload-missing"
    parts = "".join(
        f"<Part><PartNumber>{n}</PartNumber><ETag>{etag}</ETag></Part>"
        for n, etag in enumerate(etags, 1)
    )
    completed = httpx.post(
        sign(owner_client, pk, "POST", upload_id=upload).json()["url"],
        content=f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>",
    )
    assert completed.status_code == 200
    assert finish(owner_client, pk).status_code == 202
    probing.probe(pk)
    assert AudioFile.objects.get(pk=pk).state == FileState.READY


def test_storage_refuses_other_lengths(owner_client: Client) -> None:
    pk = start(owner_client, size=10).json()["id"]
    assert put(owner_client, pk, b"12345").status_code == 403
    assert put(owner_client, pk, b"x" * 5000).status_code == 403
    assert storage.size(AudioFile.objects.get(pk=pk).key) is None


def test_wrong_size_fails_and_is_erased(owner_client: Client) -> None:
    pk = start(owner_client, size=10).json()["id"]
    key = AudioFile.objects.get(pk=pk).key
    storage.write_bytes(key, b"12345")
    done = finish(owner_client, pk)
    assert done.status_code == 202
    assert done.json()["state"] == "failed"
    assert done.json()["error"]["code"] == "user:upload-size"
    assert done.json()["error"]["message"]["ko"]
    assert storage.size(key) is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "a.wav", "size": 0}, "size"),
        ({"name": "a.wav", "size": -1}, "size"),
        ({"name": "a.wav", "size": 2 * 2**30 + 1}, "size"),
        ({"name": "a.wav", "size": "many"}, "size"),
        ({"name": "a.wav"}, "size"),
        ({"size": 10}, "name"),
        ({"name": "", "size": 10}, "name"),
        ({"name": "a\x00b.wav", "size": 10}, "name"),
        ({"name": "x" * 1001, "size": 10}, "name"),
        ({"name": "a.wav", "size": 10, "content_type": "a\x00"}, "content_type"),
    ],
)
def test_bad_start(owner_client: Client, body: dict[str, Any], field: str) -> None:
    answer = owner_client.post("/api/v1/uploads", body, JSON)
    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]
    assert not AudioFile.objects.exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\songs\\my song.wav", "my song.wav"),
        ("노래 🎤.wav", "노래 🎤.wav"),
        ("가" + "나" * 900, "가" + "나" * 254),
        ("a\u202egnp.wav", "agnp.wav"),
        ("line\nbreak.wav", "linebreak.wav"),
        ("..", "untitled"),
        ("folder/", "untitled"),
    ],
)
def test_names_are_cleaned(owner_client: Client, name: str, kept: str) -> None:
    body = start(owner_client, name=name).json()
    file = AudioFile.objects.get(pk=body["id"])
    assert file.name == kept
    assert re.fullmatch(r"uploads/[0-9a-f-]{36}/[0-9a-f-]{36}/source", file.key)


@pytest.mark.parametrize(
    "body",
    [
        {"method": "DELETE"},
        {"method": "GET"},
        {"method": "HEAD"},
        {"method": "PUT", "part_number": 1},
        {"method": "PUT", "upload_id": "abc"},
        {"method": "PUT", "upload_id": "abc", "part_number": 0},
        {"method": "PUT", "upload_id": "abc", "part_number": 2},
        {"method": "PUT", "upload_id": "a b?c", "part_number": 1},
        {"method": "POST", "part_number": 1},
    ],
)
def test_requests_that_no_upload_needs(owner_client: Client, body: dict[str, Any]) -> None:
    pk = start(owner_client).json()["id"]
    assert sign(owner_client, pk, **body).status_code == 400


def test_too_late(owner_client: Client) -> None:
    pk = start(owner_client, size=4).json()["id"]
    put(owner_client, pk, b"data")
    finish(owner_client, pk)
    refused = sign(owner_client, pk, "PUT")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "upload-over")
    assert owner_client.delete(f"/api/v1/uploads/{pk}").status_code == 409
    assert AudioFile.objects.get(pk=pk).state == FileState.PROBING


def test_cancel_frees_the_parts(owner_client: Client) -> None:
    pk = start(owner_client, size=10).json()["id"]
    created = httpx.post(sign(owner_client, pk, "POST").json()["url"])
    match = re.search("<UploadId>(.*)</UploadId>", created.text)
    assert match
    listing = sign(owner_client, pk, "GET", upload_id=match[1]).json()["url"]
    assert httpx.get(listing).status_code == 200
    assert owner_client.delete(f"/api/v1/uploads/{pk}").status_code == 204
    erasure.erase_due()
    assert httpx.get(listing).status_code == 404
    assert sign(owner_client, pk, "PUT").status_code == 404


def test_too_many_unfinished(owner_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.library.uploads.MAX_UNFINISHED", 1)
    assert start(owner_client).status_code == 201
    assert start(owner_client).json()["error"]["code"] == "too-many-uploads"


def test_mate_goes_on_and_stranger_may_not(
    owner_client: Client, mate_client: Client, stranger_client: Client
) -> None:
    pk = start(owner_client).json()["id"]
    assert sign(mate_client, pk, "PUT").status_code == 200
    assert sign(stranger_client, pk, "PUT").status_code == 404
    assert finish(stranger_client, pk).status_code == 404
    assert stranger_client.delete(f"/api/v1/uploads/{pk}").status_code == 404
    assert AudioFile.objects.get(pk=pk).state == FileState.UPLOADING


def test_signed_out(anonymous_client: Client) -> None:
    answer = start(anonymous_client)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "signed-out")
    assert finish(anonymous_client, str(uuid.uuid4())).status_code == 401
