"""Restoring a backup into an empty database and bucket, and erasing again what was erased since."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from django.core.management import call_command
from django.utils import timezone

from apps.common import storage
from apps.leaving import erasure, steps
from apps.leaving.models import OPEN, Removal

from . import database, manifest
from .making import BackupError
from .manifest import Stored
from .targets import Target

Say = Callable[[str], object]
_STEPS: Final = 100_000
_TRIES: Final = 5


def restore(target: Target, name: str, *, force: bool, say: Say) -> None:
    """Database, then objects, then migrations. Raises BackupError where something is in the way."""
    kept = manifest.read(target, name)
    if database.tables():
        if not force:
            raise BackupError(
                "The database is not empty. Restore into a new one, or say --force to drop "
                "everything in it."
            )
        database.clear()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "database.dump"
        _fetch(target, kept.dump, kept.dump_sha256, path)
        database.load(path)
    say(f"database of {name} is back")
    there = {each.key: each.size for each in storage.listed()}
    for each in kept.objects:
        _put(target, each, there)
    say(f"{len(kept.objects)} objects are back")
    call_command("migrate", interactive=False, verbosity=0)


def _fetch(target: Target, name: str, sha256: str, path: Path) -> None:
    """Copy aside; nothing broken gets further."""
    with path.open("wb") as aside, target.open(name) as source:
        while chunk := source.read(manifest.CHUNK):
            aside.write(chunk)
    with path.open("rb") as file:
        if manifest.digest(file) != sha256:
            raise BackupError(f"{name} is broken: its checksum is another. Take another backup.")


def _put(target: Target, each: Stored, there: dict[str, int]) -> None:
    if there.get(each.key) == each.size:
        return  # a restore that was broken off goes on
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "object"
        _fetch(target, each.name, each.sha256, path)
        with path.open("rb") as file:
            storage.write_file(each.key, file)


def erase_again(receipts: list[dict[str, Any]], say: Say) -> int:
    """Erase anew what was erased after the backup was made; how many orders.

    Those that the database knows as done are left alone.
    """
    done = {str(pk) for pk in Removal.objects.exclude(done_at=None).values_list("pk", flat=True)}
    removals = erasure.again([each for each in receipts if each["receipt"] not in done])
    for removal in removals:
        _run(removal)
        say(f"erased again: {removal.subject} {removal.subject_id}")
    return len(removals)


def _run(removal: Removal) -> None:
    """To its end: after a restore no worker is at work that could be waited for."""
    for _ in range(_STEPS):
        removal.refresh_from_db()
        if removal.state not in OPEN:
            return
        if removal.tries >= _TRIES:
            break
        now = timezone.now()
        Removal.objects.filter(state__in=OPEN, due_at__lte=now).update(
            not_before=now, started_at=now - steps.PATIENCE
        )
        for each in list(erasure.due(now)):
            if not steps.go_on(each.pk):
                time.sleep(0.05)
    raise BackupError(f"{removal} does not end: {removal.problem}")
