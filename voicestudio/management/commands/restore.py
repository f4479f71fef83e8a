"""``manage.py restore TARGET``: a backup into an empty database and bucket."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from voicestudio.backup import manifest, restoring
from voicestudio.backup.database import DatabaseError
from voicestudio.backup.making import BackupError
from voicestudio.backup.targets import Target, open_target


class Command(BaseCommand):
    help = "Restores a backup, and erases again what was erased since it was made."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target")
        parser.add_argument("--name", help="which backup; the newest, where absent")
        parser.add_argument("--force", action="store_true", help="drop what is in the database")
        parser.add_argument("--receipts", type=Path, help="a file of newer receipts, a line each")

    def handle(self, *args: Any, target: str, **options: Any) -> None:
        place = open_target(target)
        name = options["name"] or next(reversed(manifest.names(place)), None)
        if name not in manifest.names(place):
            raise CommandError("There is no such backup.")
        call_command("ensure_bucket", stdout=self.stdout)
        try:
            restoring.restore(place, name, force=options["force"], say=self.stdout.write)
            count = restoring.erase_again(_receipts(place, options["receipts"]), self.stdout.write)
        except (BackupError, DatabaseError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"restored {name}; {count} erasures done again")


def _receipts(place: Target, given: Path | None) -> list[dict[str, Any]]:
    """Those beside the backups, and the file's."""
    found: list[dict[str, Any]] = []
    if place.size(manifest.RECEIPTS) is not None:
        found += manifest.read_receipts(place.read_bytes(manifest.RECEIPTS).decode())
    if given is not None:
        found += manifest.read_receipts(given.read_text())
    return list({each["receipt"]: each for each in found}.values())
