"""A zip of everything, packed in steps that may die anywhere."""

import io
import json
import tracemalloc
import zipfile
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Workspace
from apps.common import storage
from apps.common.erasure import erase_due
from apps.common.models import Erasure
from apps.leaving import exports, letters, packing
from apps.leaving.models import Export, ExportState
from apps.leaving.packing import Member, Progress
from apps.library.models import FileState
from tests.factories import make_file
from tests.stripe.fake import FakeStripe

from .customers import Customer, make_customer

JSON = "application/json"


@pytest.fixture
def customer(selling: FakeStripe, db: None) -> Customer:
    return make_customer("erin", selling)


def packed(export: Export) -> zipfile.ZipFile:
    """Step until it is done; the archive."""
    while exports.pack(export.pk):
        pass
    export.refresh_from_db()
    assert export.state == ExportState.READY
    return zipfile.ZipFile(storage.open_stream(export.key))


def test_everything_is_in_it(customer: Customer, selling: FakeStripe) -> None:
    make_customer("otto", selling)
    gone = {"state": FileState.TRASHED, "trashed_at": timezone.now()}
    make_file(customer.workspace, data=b"thrown away", name="erin-song.wav", **gone)
    make_file(customer.workspace, data=b"erased", name="erased.wav", state=FileState.DELETED)
    export = exports.start(customer.workspace, customer.user)
    archive = packed(export)
    assert archive.testzip() is None
    names = archive.namelist()
    assert archive.read("uploads/erin-song.wav") == b"mine"
    assert archive.read("trash/erin-song.wav") == b"thrown away"
    assert not [name for name in names if name.endswith("/erased.wav")]
    assert archive.read("voices/erin-voice/erin-voice.pth") == b"erin"
    assert archive.read("voices/erin-voice/erin-voice.index") == b"erin"
    account = json.loads(archive.read("data/account.json"))
    assert (account["email"], account["name"]) == (customer.user.email, "erin-person")
    for name, key, wanted in (
        ("voices", "name", "erin-voice"),
        ("consents", "singer_name", "erin-singer"),
        ("credit-ledger", "memo", "erin-memo"),
        ("api-keys", "name", "erin-key"),
        ("webhooks", "url", "https://example.com/"),
        ("jobs", "title", "erin-voice"),
        ("files", "name", "erin-song.wav"),
        ("purchases", "item", "pack"),
    ):
        rows = json.loads(archive.read(f"data/{name}.json"))
        assert wanted in [row[key] for row in rows], name
    text = "".join(archive.read(name).decode() for name in names if name.startswith("data/"))
    assert "otto" not in text
    for secret in ("digest", "sealed", "operator", '"password'):
        assert secret not in text
    assert export.size == storage.size(export.key)
    assert export.expires_at is not None
    assert exports.start(customer.workspace, customer.user).state == "packing", "another may begin"


def test_parts_of_one_size_and_a_step_that_died(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "PART_BYTES", 5 * 2**20)
    monkeypatch.setattr(packing, "STEP_BYTES", 2**20)
    sounds = {f"큰 노래 {n}.wav": bytes([n]) * (3 * 2**20 + n) for n in range(5)}
    for name, data in sounds.items():
        make_file(customer.workspace, name=name, data=data)
    export = exports.start(customer.workspace, customer.user)
    real, calls = exports._keep, []

    def dying(*args: Any) -> None:
        calls.append(args)
        if len(calls) in (1, 3, 5):
            raise KeyboardInterrupt
        real(*args)

    monkeypatch.setattr(exports, "_keep", dying)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            packed(export)
    archive = packed(export)
    assert archive.testzip() is None
    assert {name: archive.read(f"uploads/{name}") for name in sounds} == sounds
    Erasure.objects.filter(key__contains=".rest").update(not_before=timezone.now())
    erase_due()
    left = [each.key for each in storage.listed(f"exports/{customer.workspace.pk}/")]
    assert left == [export.key]


def test_memory_stays_flat(workspace: Workspace) -> None:
    """80 MB take what a few parts take."""
    for number in range(2):
        make_file(workspace, name=f"{number}.wav", data=bytes(40 * 2**20))
    key = f"exports/{workspace.pk}/flat.zip"
    upload = storage.begin_parts(key)
    keys = [each.key for each in storage.listed(f"uploads/{workspace.pk}/")]
    tracemalloc.start()
    try:
        done = packing.add(
            key, upload, Progress(), [Member(f"{n}.wav", k) for n, k in enumerate(keys)]
        )
        packing.close(key, upload, done)
        assert tracemalloc.get_traced_memory()[1] < 64 * 2**20
    finally:
        tracemalloc.stop()
    with zipfile.ZipFile(io.BufferedReader(storage.ObjectReader(key))) as archive:
        assert [info.file_size for info in archive.infolist()] == [40 * 2**20] * 2


def test_over_the_api(customer: Customer, owner_client: Client, workspace: Workspace) -> None:
    made = owner_client.post("/api/v1/exports", {}, JSON)
    assert made.status_code == 202
    pk = made.json()["id"]
    assert owner_client.post("/api/v1/exports", {}, JSON).json()["error"]["code"] == (
        "export-under-way"
    )
    link = f"/api/v1/exports/{pk}/download"
    assert owner_client.get(link).json()["error"]["code"] == "export-not-ready"
    packed(Export.objects.get(pk=pk))
    assert owner_client.get(link).json()["url"].startswith("http")
    [row] = owner_client.get("/api/v1/exports").json()["results"]
    assert (row["id"], row["state"]) == (pk, "ready")
    Export.objects.update(expires_at=timezone.now())
    assert exports.expire() == 1
    assert owner_client.get(link).json()["error"]["code"] == "export-not-ready"


def test_members_who_do_not_own_it_get_nothing(mate_client: Client) -> None:
    for method in ("get", "post"):
        assert getattr(mate_client, method)("/api/v1/exports").status_code == 403


def test_the_mail_names_the_page(customer: Customer) -> None:
    letters.send("export_ready", str(customer.user.pk), "")
    assert mail.outbox[0].to == [customer.user.email]
    assert "/account#leaving" in mail.outbox[0].body
