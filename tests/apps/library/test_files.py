"""/api/v1/files: list, rename, play, download, delete."""

import uuid
from typing import Any

import httpx
import pytest
from django.test import Client

from apps.accounts.models import User, Workspace
from apps.common import erasure, storage
from apps.library import probing, services
from apps.library.models import AudioFile, DatasetItem, FileState, Origin
from tests.factories import make_dataset, make_file, tone, wav_bytes, workspace_of

JSON = "application/json"


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return [file["name"] for file in answer.json()["results"]]


def test_list(owner_client: Client, workspace: Workspace, stranger: User) -> None:
    make_file(workspace_of(stranger), name="theirs.wav")
    make_file(workspace, name="gone.wav", state=FileState.DELETED)
    make_file(workspace, name="첫 노래.wav")
    make_file(workspace, name="Second.FLAC", origin=Origin.JOB, job_id=uuid.uuid4())
    make_file(workspace, name="100%_third.wav", state=FileState.PROBING)
    files = "/api/v1/files"
    assert names(owner_client.get(files)) == ["100%_third.wav", "Second.FLAC", "첫 노래.wav"]
    assert names(owner_client.get(files, {"search": "second"})) == ["Second.FLAC"]
    assert names(owner_client.get(files, {"search": "노래"})) == ["첫 노래.wav"]
    assert names(owner_client.get(files, {"search": "%_"})) == ["100%_third.wav"]
    assert names(owner_client.get(files, {"origin": "job"})) == ["Second.FLAC"]
    assert names(owner_client.get(files, {"state": "probing"})) == ["100%_third.wav"]


def test_pages(owner_client: Client, workspace: Workspace) -> None:
    for number in range(5):
        make_file(workspace, name=f"{number}.wav")
    first = owner_client.get("/api/v1/files?page_size=2")
    assert names(first) == ["4.wav", "3.wav"]
    make_file(workspace, name="new.wav")
    second = owner_client.get(first.json()["next"])
    assert names(second) == ["2.wav", "1.wav"]
    assert second.json()["previous"]


@pytest.mark.parametrize(
    "query",
    [{"search": "a\x00b"}, {"origin": "moon"}, {"state": "deleted"}, {"search": "x" * 300}],
)
def test_bad_query(owner_client: Client, query: dict[str, str]) -> None:
    answer = owner_client.get("/api/v1/files", query)
    assert answer.status_code == 400
    assert set(query) == set(answer.json()["error"]["fields"])


@pytest.mark.parametrize("cursor", ["nonsense", "cD1ub3RhZGF0ZQ==", "cD0AAA=="])
def test_bad_cursor(owner_client: Client, workspace: Workspace, cursor: str) -> None:
    make_file(workspace)
    answer = owner_client.get("/api/v1/files", {"cursor": cursor})
    assert answer.status_code in {400, 404}
    assert answer.json()["error"]["message"]["ko"]


def test_rename(owner_client: Client, mate_client: Client, workspace: Workspace) -> None:
    file = make_file(workspace)
    url = f"/api/v1/files/{file.pk}"
    assert owner_client.patch(url, {"name": "../새 이름.wav"}, JSON).json()["name"] == "새 이름.wav"
    assert mate_client.patch(url, {"name": "mate.wav"}, JSON).status_code == 200
    assert owner_client.patch(url, {"name": "a\x00"}, JSON).status_code == 400
    assert owner_client.patch(url, {"name": ""}, JSON).status_code == 400
    assert owner_client.patch(url, {"name": ["a"]}, JSON).status_code == 400
    assert owner_client.patch(url, "[]", JSON).status_code == 400
    assert owner_client.patch(url, "{broken", JSON).status_code == 400
    file.refresh_from_db()
    assert file.name == "mate.wav"
    assert file.key.endswith("/source")


def test_waveform(owner_client: Client, workspace: Workspace) -> None:
    file = make_file(workspace)
    answer = owner_client.get(f"/api/v1/files/{file.pk}/waveform")
    assert answer.json() == {"peaks": [[-10, 10]], "duration_s": 30.0}


def test_download(owner_client: Client, workspace: Workspace) -> None:
    data = wav_bytes(tone())
    file = make_file(workspace, name="노래 '1'.wav", data=data)
    link = owner_client.get(f"/api/v1/files/{file.pk}/download").json()
    assert link["filename"] == "노래 '1'.wav"
    assert link["expires_at"]
    got = httpx.get(link["url"])
    assert got.content == data
    disposition = got.headers["content-disposition"]
    assert disposition.startswith("attachment; filename*=UTF-8''%EB%85%B8")
    inline = owner_client.get(f"/api/v1/files/{file.pk}/download?inline=1").json()
    ranged = httpx.get(inline["url"], headers={"Range": "bytes=0-3"})
    assert (ranged.status_code, ranged.content) == (206, b"RIFF")
    assert ranged.headers["content-disposition"].startswith("inline")


def test_links_are_bound_to_key_and_time(owner_client: Client, workspace: Workspace) -> None:
    file = make_file(workspace, data=b"mine")
    other = make_file(workspace, data=b"other")
    url = owner_client.get(f"/api/v1/files/{file.pk}/download").json()["url"]
    assert httpx.get(url.replace(str(file.pk), str(other.pk))).status_code == 403
    assert httpx.get(url.replace("X-Amz-Expires=3600", "X-Amz-Expires=36000")).status_code == 403
    assert httpx.put(url, content=b"overwritten").status_code == 403
    assert httpx.get(url.partition("?")[0]).status_code == 403
    assert storage.read_bytes(file.key) == b"mine"


@pytest.mark.parametrize("state", [FileState.UPLOADING, FileState.PROBING, FileState.FAILED])
def test_download_too_early(owner_client: Client, workspace: Workspace, state: FileState) -> None:
    file = make_file(workspace, state=state)
    answer = owner_client.get(f"/api/v1/files/{file.pk}/download")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "file-not-ready")


def test_delete(owner_client: Client, workspace: Workspace) -> None:
    dataset = make_dataset(workspace, files=2)
    file = dataset.files.all()[0]
    storage.write_bytes(file.key, b"data")
    assert owner_client.delete(f"/api/v1/files/{file.pk}").status_code == 204
    erasure.erase_due()
    assert storage.size(file.key) is None
    assert owner_client.get(f"/api/v1/files/{file.pk}").status_code == 404
    assert owner_client.delete(f"/api/v1/files/{file.pk}").status_code == 404
    assert not DatasetItem.objects.filter(file=file).exists()
    shown = owner_client.get(f"/api/v1/datasets/{dataset.pk}").json()
    assert (len(shown["files"]), shown["usable_seconds"]) == (1, 30.0)


def test_dismiss_a_failed_file(owner_client: Client, workspace: Workspace) -> None:
    file = make_file(
        workspace,
        state=FileState.FAILED,
        error_code="user:audio-silent",
        error_ko="소리가 없습니다.",
        error_en="Silent.",
    )
    shown = owner_client.get(f"/api/v1/files/{file.pk}").json()
    assert shown["error"] == {
        "code": "user:audio-silent",
        "message": {"ko": "소리가 없습니다.", "en": "Silent."},
    }
    assert owner_client.delete(f"/api/v1/files/{file.pk}").status_code == 204
    assert owner_client.get("/api/v1/files").json()["results"] == []


def test_result_of_a_job(owner_client: Client, workspace: Workspace) -> None:
    job_id = uuid.uuid4()
    data = wav_bytes(tone())
    key = f"jobs/{job_id}/1/output.wav"
    storage.write_bytes(key, data)
    made = [
        services.add_result_file(
            workspace,
            name="노래 (커버).wav",
            key=key,
            size=len(data),
            content_type="audio/wav",
            job_id=job_id,
        )
        for _ in range(2)
    ]
    assert made[0] == made[1]
    probing.probe(made[0].pk)
    shown = owner_client.get(f"/api/v1/files/{made[0].pk}").json()
    assert (shown["state"], shown["origin"], shown["job_id"]) == ("ready", "job", str(job_id))


@pytest.mark.parametrize("path", ["", "/waveform", "/download"])
def test_stranger(stranger_client: Client, workspace: Workspace, path: str) -> None:
    file = make_file(workspace)
    answer = stranger_client.get(f"/api/v1/files/{file.pk}{path}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not-found")


def test_stranger_changes_nothing(stranger_client: Client, workspace: Workspace) -> None:
    file = make_file(workspace, data=b"mine")
    url = f"/api/v1/files/{file.pk}"
    assert stranger_client.patch(url, {"name": "x"}, JSON).status_code == 404
    assert stranger_client.delete(url).status_code == 404
    assert AudioFile.objects.values().get(pk=file.pk)["name"] == "노래.wav"
    assert storage.read_bytes(file.key) == b"mine"
