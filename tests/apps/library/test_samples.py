"""/api/v1/samples: material of ours for a newcomer."""

from dataclasses import replace

import pytest
from django.test import Client

from apps.accounts.models import Workspace
from apps.billing import limits
from apps.billing.plans import NO_QUOTAS
from apps.library.models import AudioFile, Dataset, FileState
from apps.library.samples import FIRST, SONGS, SPEAKERS

URL = "/api/v1/samples"
NAMES = {name for _, name in (*SONGS, *SPEAKERS[FIRST])}


def names(workspace: Workspace) -> list[str]:
    files = AudioFile.objects.for_workspace(workspace).filter(state=FileState.READY)
    return sorted(files.values_list("name", flat=True))


def test_a_newcomer_can_begin(owner_client: Client, workspace: Workspace) -> None:
    answer = owner_client.post(URL)
    assert answer.status_code == 201
    body = answer.json()
    assert body["name"] == FIRST
    assert [file["name"] for file in body["files"]] == [name for _, name in SPEAKERS[FIRST]]
    assert body["usable_seconds"] > 90
    assert names(workspace) == sorted(NAMES)
    assert all(AudioFile.objects.values_list("ai_generated", flat=True))


def test_repeated(owner_client: Client, workspace: Workspace) -> None:
    first = owner_client.post(URL).json()
    again = owner_client.post(URL)
    assert (again.status_code, again.json()) == (201, first)
    assert names(workspace) == sorted(NAMES)
    assert Dataset.objects.for_workspace(workspace).count() == 1


def test_what_was_deleted_comes_anew(owner_client: Client, workspace: Workspace) -> None:
    first = owner_client.post(URL).json()
    owner_client.delete(f"/api/v1/datasets/{first['id']}")
    owner_client.delete(f"/api/v1/files/{first['files'][0]['id']}")
    assert len(names(workspace)) == len(NAMES) - 1
    second = owner_client.post(URL).json()
    assert second["id"] != first["id"]
    assert names(workspace) == sorted(NAMES)


def test_full_storage_refuses(
    owner_client: Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = replace(NO_QUOTAS, storage=1)
    monkeypatch.setattr(limits, "quotas_of", lambda _: full)
    answer = owner_client.post(URL)
    assert (answer.status_code, answer.json()["error"]["code"]) == (402, "quota-storage")
    assert names(workspace) == []
