"""The drill: make data, back it up, lose everything, get everything back."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from apps.accounts.models import User, Workspace
from apps.common import storage
from apps.leaving import erasure
from apps.leaving.models import By, Removal, RemovalState, Subject
from apps.library.models import AudioFile
from tests.apps.leaving.customers import Customer, make_customer, tables, traces
from tests.apps.leaving.test_erasure import finish
from tests.factories import make_file
from voicestudio.backup import database, making, manifest
from voicestudio.backup.targets import Target, open_target


@pytest.fixture
def customers(transactional_db: None, selling: Any) -> Iterator[list[Customer]]:
    """Two customers in a bucket of nobody else; it is left as other tests want it."""
    for each in list(storage.listed()):
        storage.delete(each.key)
    yield [make_customer(name, selling) for name in ("erin", "otto")]
    storage.ensure_bucket(["http://localhost:5173"])


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return open_target(str(tmp_path / "backups"))


def objects() -> dict[str, bytes]:
    return {each.key: storage.read_bytes(each.key) for each in storage.listed()}


def lose_everything() -> None:
    for each in list(storage.listed()):
        storage.delete(each.key)
    database.clear()
    assert database.tables() == []


def back_up(tmp_path: Path, **options: Any) -> None:
    call_command("backup", str(tmp_path / "backups"), **options)


def restore(tmp_path: Path, **options: Any) -> None:
    call_command("restore", str(tmp_path / "backups"), **options)


def test_the_drill(customers: list[Customer], tmp_path: Path, target: Target) -> None:
    rows, sounds = tables(), objects()
    assert len(sounds) >= 8
    back_up(tmp_path, verify=True)
    lose_everything()
    restore(tmp_path)
    assert tables() == rows, "row by row"
    assert objects() == sounds, "object by object"
    with pytest.raises(CommandError, match="not empty"):
        restore(tmp_path)
    assert tables() == rows
    User.objects.update(language="en")
    restore(tmp_path, force=True)
    assert tables() == rows


def test_the_erased_stay_erased(customers: list[Customer], tmp_path: Path, target: Target) -> None:
    erin, otto = customers
    back_up(tmp_path)
    removal = erasure.order(Subject.ACCOUNT, erin.user.pk, by=By.CUSTOMER, by_id=erin.user.pk)
    finish(removal)
    slip = erasure.receipt(removal)
    left = [row for found in tables().values() for row in found if str(otto.workspace.pk) in row]
    receipts = tmp_path / "receipts.jsonl"
    receipts.write_text(json.dumps(slip) + "\n")
    lose_everything()
    restore(tmp_path, receipts=receipts)
    assert traces(erin) == []
    assert Workspace.objects.get(pk=erin.workspace.pk).erased_at
    again = [row for found in tables().values() for row in found if str(otto.workspace.pk) in row]
    assert again == left
    assert Removal.objects.get(pk=removal.pk).state == RemovalState.DONE


def test_receipts_beside_the_backups_are_enough(
    customers: list[Customer], tmp_path: Path, target: Target
) -> None:
    erin, _ = customers
    back_up(tmp_path)
    finish(erasure.order(Subject.WORKSPACE, erin.workspace.pk, by=By.OPERATOR, by_id=None))
    call_command("backup", str(tmp_path / "backups"), receipts=True)
    lose_everything()
    restore(tmp_path)
    assert not AudioFile.objects.filter(workspace=erin.workspace).exists()
    assert storage.size(f"uploads/{erin.workspace.pk}/orphan/source") is None
    assert User.objects.filter(pk=erin.user.pk).exists(), "only the workspace was erased"


def test_only_what_is_new_is_copied(customers: list[Customer], target: Target) -> None:
    said: list[str] = []
    making.make(target, said.append)
    make_file(customers[0].workspace, data=b"new")
    second = making.make(target, said.append)
    assert said[-1].startswith("objects: 1 copied, ")
    assert making.verify(target, second.name) == []
    changed = AudioFile.objects.get(pk=customers[0].ids["files"]).key
    storage.write_bytes(changed, b"else")
    making.make(target, said.append)
    assert said[-1].startswith("objects: 1 copied, "), "as many bytes, others"


def test_what_is_broken_is_named_and_not_restored(
    customers: list[Customer], tmp_path: Path, target: Target
) -> None:
    back_up(tmp_path)
    [name] = manifest.names(target)
    kept = manifest.read(target, name)
    target.write_bytes(kept.objects[0].name, b"rot")
    target.delete(kept.objects[1].name)
    assert making.verify(target, name) == [
        f"broken: {kept.objects[0].name}",
        f"missing: {kept.objects[1].name}",
    ]
    with pytest.raises(CommandError, match="broken"):
        back_up(tmp_path, only_verify=True)
    lose_everything()
    with pytest.raises(CommandError, match="checksum"):
        restore(tmp_path)
    assert not storage.exists(kept.objects[0].key)


def test_a_backup_holds_deletions(
    customers: list[Customer], target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, held = database.dump, []

    def dump(path: Path) -> None:
        with psycopg.connect(dsn()) as other:
            wanted = "SELECT pg_try_advisory_lock(hashtextextended('alone/erase', 0))"
            held.append(other.execute(wanted).fetchone() == (False,))
        real(path)

    monkeypatch.setattr(database, "dump", dump)
    making.make(target, str)
    assert held == [True]


def dsn() -> str:
    known = connection.settings_dict
    return (
        f"host={known['HOST']} port={known['PORT']} user={known['USER']} "
        f"password={known['PASSWORD']} dbname={known['NAME']}"
    )


def test_old_backups_go_and_what_others_need_stays(
    customers: list[Customer], target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = [timezone.now() - timedelta(days=40), timezone.now()]
    first_only = make_file(customers[0].workspace, data=b"gone soon").key
    monkeypatch.setattr(timezone, "now", lambda: moments[0])
    first = making.make(target, str)
    storage.delete(first_only)
    monkeypatch.setattr(timezone, "now", lambda: moments[1])
    second = making.make(target, str)
    assert making.prune(target, 30) == [first.name]
    assert manifest.names(target) == [second.name]
    assert making.verify(target, second.name) == []
    gone = next(each for each in first.objects if each.key == first_only)
    assert target.size(gone.name) is None


def test_a_bucket_is_a_target_too(
    customers: list[Customer], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("ENDPOINT_URL", settings.S3_ENDPOINT_URL),
        ("ACCESS_KEY_ID", settings.S3_ACCESS_KEY_ID),
        ("SECRET_ACCESS_KEY", settings.S3_SECRET_ACCESS_KEY),
    ):
        monkeypatch.setenv(f"BACKUP_S3_{name}", value)
    storage._admin().create_bucket(Bucket="drill")
    rows, sounds = tables(), objects()
    call_command("backup", "s3://drill/studio", verify=True)
    lose_everything()
    call_command("restore", "s3://drill/studio")
    assert (tables(), objects()) == (rows, sounds)
