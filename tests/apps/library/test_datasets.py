"""/api/v1/datasets."""

import uuid
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User, Workspace
from apps.library import datasets
from apps.library.models import Dataset, FileState
from tests.factories import make_dataset, make_file, workspace_of

JSON = "application/json"
URL = "/api/v1/datasets"


def test_create(owner_client: Client, workspace: Workspace) -> None:
    second, first = make_file(workspace), make_file(workspace, duration_s=12.5)
    ids = [str(first.pk), str(second.pk), str(first.pk)]
    answer = owner_client.post(URL, {"name": "우리 목소리", "file_ids": ids}, JSON)
    assert answer.status_code == 201
    body = answer.json()
    assert [file["id"] for file in body["files"]] == ids[:2]
    assert body["usable_seconds"] == 42.5
    assert owner_client.get(f"{URL}/{body['id']}").json() == body
    assert owner_client.get(URL).json()["results"] == [body]


def test_empty(owner_client: Client) -> None:
    body = owner_client.post(URL, {"name": "나중에"}, JSON).json()
    assert (body["files"], body["usable_seconds"]) == ([], 0.0)


@pytest.mark.parametrize(
    "state",
    [FileState.UPLOADING, FileState.PROBING, FileState.FAILED, FileState.DELETED],
)
def test_only_ready_files(owner_client: Client, workspace: Workspace, state: FileState) -> None:
    file = make_file(workspace, state=state)
    answer = owner_client.post(URL, {"name": "x", "file_ids": [str(file.pk)]}, JSON)
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]["file_ids"]["code"] == "file-not-ready"
    assert not Dataset.objects.exists()


def test_only_own_files(owner_client: Client, stranger: User) -> None:
    file = make_file(workspace_of(stranger))
    for pk in (file.pk, uuid.uuid4()):
        answer = owner_client.post(URL, {"name": "x", "file_ids": [str(pk)]}, JSON)
        assert answer.status_code == 400
    assert not Dataset.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "a\x00"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "x", "file_ids": "all"}, "file_ids"),
        ({"name": "x", "file_ids": ["1"]}, "file_ids"),
        ({"name": "x", "file_ids": [None]}, "file_ids"),
    ],
)
def test_bad_create(owner_client: Client, body: dict[str, Any], field: str) -> None:
    answer = owner_client.post(URL, body, JSON)
    assert answer.status_code == 400
    assert any(name.startswith(field) for name in answer.json()["error"]["fields"])
    assert not Dataset.objects.exists()


def test_update(owner_client: Client, mate_client: Client, workspace: Workspace) -> None:
    dataset = make_dataset(workspace, files=2)
    url = f"{URL}/{dataset.pk}"
    renamed = owner_client.patch(url, {"name": "새 이름"}, JSON).json()
    assert (renamed["name"], len(renamed["files"])) == ("새 이름", 2)
    more = make_file(workspace)
    ids = [str(more.pk), renamed["files"][0]["id"]]
    changed = mate_client.patch(url, {"file_ids": ids}, JSON).json()
    assert [file["id"] for file in changed["files"]] == ids
    assert changed["name"] == "새 이름"
    refused = owner_client.patch(url, {"name": "halb", "file_ids": [str(uuid.uuid4())]}, JSON)
    assert refused.status_code == 400
    assert owner_client.get(url).json() == changed


def test_delete_keeps_the_files(owner_client: Client, workspace: Workspace) -> None:
    dataset = make_dataset(workspace, files=2)
    assert owner_client.delete(f"{URL}/{dataset.pk}").status_code == 204
    assert owner_client.delete(f"{URL}/{dataset.pk}").status_code == 404
    assert len(owner_client.get("/api/v1/files").json()["results"]) == 2


def test_stranger(stranger_client: Client, workspace: Workspace) -> None:
    dataset = make_dataset(workspace)
    url = f"{URL}/{dataset.pk}"
    assert stranger_client.get(url).status_code == 404
    assert stranger_client.patch(url, {"name": "x"}, JSON).status_code == 404
    assert stranger_client.delete(url).status_code == 404
    assert stranger_client.get(URL).json()["results"] == []
    dataset.refresh_from_db()
    assert dataset.name == "목소리"


def test_ready_files_in_order(workspace: Workspace) -> None:
    dataset = make_dataset(workspace, files=3)
    files = datasets.ready_files(dataset)
    assert [item.file_id for item in dataset.items.all()] == [file.pk for file in files]
    assert datasets.usable_seconds(files) == 90.0
