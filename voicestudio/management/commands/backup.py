"""``manage.py backup TARGET``: database and storage, incrementally."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from voicestudio.backup import making, manifest
from voicestudio.backup.database import DatabaseError
from voicestudio.backup.targets import open_target


class Command(BaseCommand):
    help = "Backs database and storage up into a folder or s3://bucket/folder (BACKUP_S3_*)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target")
        parser.add_argument("--verify", action="store_true", help="read all of the newest anew")
        parser.add_argument("--only-verify", action="store_true", help="make none")
        parser.add_argument("--receipts", action="store_true", help="only keep receipts there")
        parser.add_argument("--keep-days", type=int, default=30, help="older ones go (30)")

    def handle(self, *args: Any, target: str, **options: Any) -> None:
        place = open_target(target)
        if options["receipts"]:
            self.stdout.write(f"{making.keep_receipts(place)} receipts")
            return
        try:
            if not options["only_verify"]:
                made = making.make(place, self.stdout.write)
                self.stdout.write(f"backup {made.name}: {len(made.objects)} objects")
                for name in making.prune(place, options["keep_days"]):
                    self.stdout.write(f"let go: {name}")
        except (making.BackupError, DatabaseError) as error:
            raise CommandError(str(error)) from error
        if options["verify"] or options["only_verify"]:
            self._verify(place)

    def _verify(self, place: Any) -> None:
        names = manifest.names(place)
        if not names:
            raise CommandError("There is no backup.")
        if problems := making.verify(place, names[-1]):
            raise CommandError("\n".join(problems))
        self.stdout.write(f"{names[-1]}: every file is whole")
