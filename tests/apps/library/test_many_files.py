"""Many files at once: narrowed, sorted, tagged, put into the trash and taken out."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User, Workspace
from apps.billing.stored import stored_bytes
from apps.common import erasure, storage
from apps.library import datasets, sweeps, trash
from apps.library.datasets import create_dataset
from apps.library.limits import MAX_TAGS
from apps.library.models import AudioFile, DatasetItem, FileState, Origin, Stem
from tests.factories import make_dataset, make_file, workspace_of

JSON = "application/json"
FILES = "/api/v1/files"


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [file["name"] for file in answer.json()["results"]]


def post(client: Client, what: str, **body: Any) -> Any:
    return client.post(f"{FILES}/{what}", body, JSON)


@pytest.fixture
def shelf(workspace: Workspace, stranger: User) -> dict[str, AudioFile]:
    """One file of each kind, and a stranger's."""
    make_file(workspace_of(stranger), name="theirs", tags=["발라드"], duration_s=1.0)
    job: dict[str, Any] = {"origin": Origin.JOB, "job_id": uuid.uuid4(), "ai_generated": True}
    made = {
        "take": make_file(workspace, name="take", recorded=True, duration_s=12.0, size=30),
        "Song": make_file(
            workspace, name="Song", tags=["발라드", "2026"], duration_s=200.0, size=50
        ),
        "cover": make_file(workspace, name="cover", tags=["발라드"], duration_s=199.0, **job),
        "lead": make_file(workspace, name="lead", stem=Stem.LEAD, duration_s=60.0, **job),
        "failed": make_file(workspace, name="failed", state=FileState.FAILED, duration_s=None),
    }
    AudioFile.objects.filter(pk=made["cover"].pk).update(size=70)
    AudioFile.objects.filter(pk=made["lead"].pk).update(size=60)
    AudioFile.objects.filter(pk=made["failed"].pk).update(size=1)
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"kind": "recording"}, ["take"]),
        ({"kind": "upload"}, ["failed", "Song"]),
        ({"kind": "result"}, ["cover"]),
        ({"kind": "stem"}, ["lead"]),
        ({"tag": "발라드"}, ["cover", "Song"]),
        ({"tag": ["발라드", "2026"]}, ["Song"]),
        ({"tag": "none"}, []),
        ({"ai_generated": "true"}, ["lead", "cover"]),
        ({"ai_generated": "false", "state": "ready"}, ["Song", "take"]),
        ({"min_s": "60"}, ["lead", "cover", "Song"]),
        ({"min_s": "60", "max_s": "199"}, ["lead"]),
        ({"max_s": "60"}, ["take"]),
        ({"sort": "newest"}, ["failed", "lead", "cover", "Song", "take"]),
        ({"sort": "oldest"}, ["take", "Song", "cover", "lead", "failed"]),
        ({"sort": "name"}, ["cover", "failed", "lead", "Song", "take"]),
        ({"sort": "longest"}, ["Song", "cover", "lead", "take", "failed"]),
        ({"sort": "shortest"}, ["failed", "take", "lead", "cover", "Song"]),
        ({"sort": "largest"}, ["cover", "lead", "Song", "take", "failed"]),
    ],
)
def test_narrowed(
    owner_client: Client, shelf: dict[str, AudioFile], query: Any, found: list[str]
) -> None:
    assert names(owner_client.get(FILES, query)) == found


@pytest.mark.parametrize("sort", ["name", "longest", "shortest", "largest", "oldest", "newest"])
def test_each_order_goes_on_over_pages(
    owner_client: Client, shelf: dict[str, AudioFile], sort: str
) -> None:
    whole = names(owner_client.get(FILES, {"sort": sort}))
    found, page = [], owner_client.get(FILES, {"sort": sort, "page_size": "2"})
    while True:
        found += names(page)
        if not (following := page.json()["next"]):
            break
        page = owner_client.get(following)
    assert found == whole


@pytest.mark.parametrize(
    "query", [{"kind": "moon"}, {"sort": "moon"}, {"min_s": "-1"}, {"tag": "x" * 50}]
)
def test_bad_query(owner_client: Client, query: dict[str, str]) -> None:
    answer = owner_client.get(FILES, query)
    assert answer.status_code == 400
    assert {name.partition(".")[0] for name in answer.json()["error"]["fields"]} == set(query)


def test_summary(owner_client: Client, workspace: Workspace, shelf: dict[str, AudioFile]) -> None:
    trash.put_in(workspace, [shelf["take"].pk])
    assert owner_client.get(f"{FILES}/summary").json() == {
        "files": 4,
        "size": 180,
        "trashed": 1,
        "trashed_size": 30,
        "tags": [{"name": "발라드", "files": 2}, {"name": "2026", "files": 1}],
    }


def test_tags(owner_client: Client, workspace: Workspace) -> None:
    one, two = make_file(workspace, tags=["a"]), make_file(workspace, tags=["b", "a"])
    ids = [str(one.pk), str(two.pk)]
    answer = post(
        owner_client, "tags", files=ids, add=[" #밝은   곡 ", "a", "밝은 곡"], remove=["b"]
    )
    assert (answer.status_code, answer.json()) == (200, {"changed": 2})
    assert [AudioFile.objects.get(pk=pk).tags for pk in ids] == [["a", "밝은 곡"]] * 2
    assert post(owner_client, "tags", files=ids, add=["a"]).json() == {"changed": 0}
    assert post(owner_client, "tags", files=ids[:1], remove=["a"]).json() == {"changed": 1}
    assert owner_client.get(f"{FILES}/{ids[0]}").json()["tags"] == ["밝은 곡"]


def test_too_many_tags(owner_client: Client, workspace: Workspace) -> None:
    plain = make_file(workspace)
    full = make_file(workspace, tags=[str(number) for number in range(MAX_TAGS)])
    answer = post(owner_client, "tags", files=[str(plain.pk), str(full.pk)], add=["more"])
    assert answer.json()["error"]["fields"]["add"]["code"] == "too-many-tags"
    plain.refresh_from_db()
    assert plain.tags == []


@pytest.mark.parametrize(
    "body",
    [
        {"files": []},
        {"files": ["x"]},
        {"add": ["a"]},
        {"files": [str(uuid.uuid4())] * 1001},
    ],
)
@pytest.mark.parametrize("what", ["tags", "trash", "restore"])
def test_bad_body(owner_client: Client, what: str, body: dict[str, Any]) -> None:
    assert post(owner_client, what, **body).status_code == 400


def test_trash_and_back(owner_client: Client, workspace: Workspace) -> None:
    dataset = make_dataset(workspace, files=2)
    kept, file = datasets.ready_files(dataset)
    storage.write_bytes(file.key, b"sound")
    before = stored_bytes(workspace.pk)
    assert post(owner_client, "trash", files=[str(file.pk)]).json() == {"changed": 1}
    assert post(owner_client, "trash", files=[str(file.pk)]).json() == {"changed": 0}
    assert len(names(owner_client.get(FILES))) == 1
    [shown] = owner_client.get(FILES, {"state": "trashed"}).json()["results"]
    assert (shown["id"], shown["state"]) == (str(file.pk), "trashed")
    assert shown["trashed_at"]
    link = owner_client.get(f"{FILES}/{file.pk}/download")
    assert (link.status_code, link.json()["error"]["code"]) == (409, "file-not-ready")
    url = f"/api/v1/datasets/{dataset.pk}"
    assert [each["id"] for each in owner_client.get(url).json()["files"]] == [str(kept.pk)]
    assert stored_bytes(workspace.pk) == before

    assert post(owner_client, "restore", files=[str(file.pk)]).json() == {"changed": 1}
    assert post(owner_client, "restore", files=[str(file.pk)]).json() == {"changed": 0}
    shown = owner_client.get(url).json()
    assert [each["id"] for each in shown["files"]] == [str(kept.pk), str(file.pk)]
    assert shown["files"][1]["trashed_at"] is None
    erasure.erase_due()
    assert storage.read_bytes(file.key) == b"sound"


def test_no_training_on_the_trash(owner_client: Client, workspace: Workspace) -> None:
    file = make_file(workspace)
    trash.put_in(workspace, [file.pk])
    made = owner_client.post("/api/v1/datasets", {"name": "x", "file_ids": [str(file.pk)]}, JSON)
    assert made.json()["error"]["fields"]["file_ids"]["code"] == "file-not-ready"
    started = owner_client.post("/api/v1/separations", {"files": [str(file.pk)]}, JSON)
    assert (started.status_code, started.json()["error"]["code"]) == (404, "not-found")


@pytest.mark.parametrize("state", [FileState.UPLOADING, FileState.PROBING, FileState.FAILED])
def test_only_ready_files_go_into_the_trash(
    owner_client: Client, workspace: Workspace, state: FileState
) -> None:
    file = make_file(workspace, state=state)
    assert post(owner_client, "trash", files=[str(file.pk)]).json() == {"changed": 0}
    file.refresh_from_db()
    assert (file.state, file.trashed_at) == (state, None)


def test_the_trash_is_emptied(owner_client: Client, workspace: Workspace, stranger: User) -> None:
    theirs = make_file(workspace_of(stranger))
    trash.put_in(theirs.workspace, [theirs.pk])
    seen, gone = make_file(workspace, data=b"1"), make_file(workspace, data=b"2")
    trash.put_in(workspace, [gone.pk])
    assert owner_client.delete(f"{FILES}/trash").status_code == 204
    erasure.erase_due()
    assert storage.size(gone.key) is None
    assert storage.read_bytes(seen.key) == b"1"
    assert owner_client.get(f"{FILES}/{gone.pk}").status_code == 404
    assert post(owner_client, "restore", files=[str(gone.pk)]).status_code == 404
    theirs.refresh_from_db()
    assert theirs.state == FileState.TRASHED


def test_one_file_of_the_trash_is_erased(owner_client: Client, workspace: Workspace) -> None:
    file = make_file(workspace, data=b"1")
    trash.put_in(workspace, [file.pk])
    assert owner_client.delete(f"{FILES}/{file.pk}").status_code == 204
    erasure.erase_due()
    assert storage.size(file.key) is None


def test_a_week_later(workspace: Workspace) -> None:
    dataset = create_dataset(workspace, name="x", file_ids=[make_file(workspace, data=b"1").pk])
    [old] = dataset.files.all()
    young = make_file(workspace, data=b"2")
    trash.put_in(workspace, [old.pk, young.pk])
    long_ago = timezone.now() - trash.KEPT_FOR - timedelta(minutes=1)
    AudioFile.objects.filter(pk=old.pk).update(trashed_at=long_ago)
    assert sweeps.empty_trash() == 1
    assert sweeps.empty_trash() == 0
    erasure.erase_due()
    assert storage.size(old.key) is None
    assert storage.read_bytes(young.key) == b"2"
    assert not DatasetItem.objects.filter(file=old).exists()
    assert AudioFile.objects.get(pk=young.pk).state == FileState.TRASHED


def test_what_came_back_in_time_is_not_erased(workspace: Workspace) -> None:
    """The sweep chose the file, and then its owner was quicker."""
    file = make_file(workspace, data=b"1")
    trash.put_in(workspace, [file.pk])
    chosen = AudioFile.objects.get(pk=file.pk)
    trash.take_out(workspace, [file.pk])
    assert trash._erase([chosen]) == 0
    erasure.erase_due()
    assert storage.read_bytes(file.key) == b"1"


@pytest.mark.parametrize("what", ["tags", "trash", "restore"])
def test_strangers_change_nothing(
    stranger_client: Client, stranger: User, workspace: Workspace, what: str
) -> None:
    ours, theirs = make_file(workspace), make_file(workspace_of(stranger))
    hidden = make_file(workspace, state=FileState.TRASHED, trashed_at=timezone.now())
    before = list(AudioFile.objects.order_by("pk").values())
    for file in (ours, hidden):
        answer = post(stranger_client, what, files=[str(file.pk), str(theirs.pk)], add=["x"])
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not-found")
    assert stranger_client.delete(f"{FILES}/trash").status_code == 204
    assert list(AudioFile.objects.order_by("pk").values()) == before
