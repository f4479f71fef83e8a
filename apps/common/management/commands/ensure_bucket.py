"""``manage.py ensure_bucket``: the bucket, its CORS and its lifecycle."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from apps.common import storage


class Command(BaseCommand):
    help = "Makes the bucket where missing, and sets its CORS and lifecycle. May be repeated."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--origin", action="append", default=[], help="another page's origin")

    def handle(self, *args: Any, **options: Any) -> None:
        public = urlsplit(settings.PUBLIC_URL)
        origins = [f"{public.scheme}://{public.netloc}", *options["origin"]]
        storage.ensure_bucket(origins)
        self.stdout.write(f"bucket {settings.S3_BUCKET} is ready for {', '.join(origins)}")
