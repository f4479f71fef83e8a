"""Making a backup, checking one, and letting old ones go.

The database is dumped first and the objects are copied after it, while nothing is deleted from
storage: so every object that the dump names is there. Objects that came later are copied too and
are nobody's after a restore.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from django.db import connection
from django.utils import timezone

from apps.common import storage
from apps.common.locks import alone
from apps.leaving import erasure
from apps.leaving.models import Removal

from . import database, manifest
from .manifest import Manifest, Stored
from .targets import Target

Say = Callable[[str], object]
HOLD: Final = "erase"
"""The lock under which objects are deleted."""
_SKIPPED: Final = storage.EXPORTS
"""Copies for a week of what is copied anyway."""
_WAIT_S: Final = 600


class BackupError(Exception):
    """It can't be done; the message says what to do."""


def make(target: Target, say: Say) -> Manifest:
    """A whole backup; of objects only what the target does not have yet."""
    name = f"{timezone.now():%Y%m%dT%H%M%SZ}"
    known = _known(target)
    with _deletions_held():
        sha256, size = _dump(target, name)
        say(f"database: {size:,} bytes")
        objects = tuple(_copy(target, known, say))
        kept = Manifest(name, sha256, size, objects)
    manifest.write(target, kept)
    keep_receipts(target)
    return kept


@contextmanager
def _deletions_held() -> Iterator[None]:
    """Nothing leaves storage until the block ends; deletions wait and lose nothing by it."""
    end = time.monotonic() + _WAIT_S
    while True:
        with alone(HOLD) as mine:
            if mine:
                session = _session()
                yield
                if _session() != session:
                    raise BackupError("The database went away meanwhile. Make another backup.")
                return
        if time.monotonic() > end:
            raise BackupError("Deletions or another backup are under way. Try again later.")
        time.sleep(0.2)


def _session() -> int:
    """A lock goes with its session: another one holds nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [found] = cursor.fetchone() or (0,)
    return int(found)


def _dump(target: Target, name: str) -> tuple[str, int]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "database.dump"
        database.dump(path)
        with path.open("rb") as file:
            sha256 = manifest.digest(file)
        with path.open("rb") as file:
            target.write(f"{manifest.FOLDER}/{name}/database.dump", file)
        return sha256, path.stat().st_size


def _known(target: Target) -> dict[tuple[str, int, str], Stored]:
    """The objects of the newest backup."""
    names = manifest.names(target)
    last = manifest.read(target, names[-1]).objects if names else ()
    return {(each.key, each.size, each.etag): each for each in last}


def _copy(target: Target, known: dict[tuple[str, int, str], Stored], say: Say) -> Iterator[Stored]:
    copied = skipped = 0
    for found in storage.listed():
        if found.key.startswith(_SKIPPED):
            continue
        old = known.get((found.key, found.size, found.etag))
        if old is not None and target.size(old.name) == old.size:
            skipped += 1
            yield old
            continue
        stored = _copy_one(target, found)
        if stored is not None:
            copied += 1
            yield stored
    say(f"objects: {copied} copied, {skipped} were there")


def _copy_one(target: Target, found: storage.Found) -> Stored | None:
    """Read once: aside on this disk with its checksum, then to the target. None where it went."""
    with tempfile.TemporaryFile() as aside:
        try:
            with storage.open_stream(found.key) as source:
                shutil.copyfileobj(source, aside, manifest.CHUNK)
        except FileNotFoundError:
            return None  # leftovers of a job, which no row names
        size = aside.tell()
        aside.seek(0)
        stored = Stored(found.key, size, found.etag, manifest.digest(aside))
        aside.seek(0)
        target.write(stored.name, aside)
        return stored


def verify(target: Target, name: str) -> list[str]:
    """Read everything of a backup; what is missing or broken."""
    kept = manifest.read(target, name)
    files = [(kept.dump, kept.dump_sha256)] + [(each.name, each.sha256) for each in kept.objects]
    return [problem for file, sha256 in files if (problem := _problem(target, file, sha256))]


def _problem(target: Target, file: str, sha256: str) -> str:
    if target.size(file) is None:
        return f"missing: {file}"
    with target.open(file) as opened:
        return "" if manifest.digest(opened) == sha256 else f"broken: {file}"


def prune(target: Target, days: int) -> list[str]:
    """Let backups go that are older, and the objects that no other has; never the newest one."""
    names = manifest.names(target)
    now = timezone.now()
    old = [name for name in names[:-1] if (now - _when(name)).days >= days]
    if not old:
        return []
    needed = {
        each.name
        for name in names
        if name not in old
        for each in manifest.read(target, name).objects
    }
    for name in old:
        gone = manifest.read(target, name)
        target.delete(f"{manifest.FOLDER}/{name}/manifest.jsonl.gz")  # first: it is whole no more
        target.delete(gone.dump)
        for each in gone.objects:
            if each.name not in needed:
                target.delete(each.name)
    return old


def _when(name: str) -> datetime:
    return datetime.strptime(name, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def keep_receipts(target: Target) -> int:
    """Add the receipts of erasures to those that lie beside the backups; how many are there."""
    known: dict[str, dict[str, object]] = {}
    if target.size(manifest.RECEIPTS) is not None:
        text = target.read_bytes(manifest.RECEIPTS).decode()
        known = {each["receipt"]: each for each in manifest.read_receipts(text)}
    for removal in Removal.objects.filter(parent=None).exclude(started_at=None).iterator():
        known[str(removal.pk)] = erasure.receipt(removal)
    target.write_bytes(manifest.RECEIPTS, manifest.write_receipts(known.values()).encode())
    return len(known)
