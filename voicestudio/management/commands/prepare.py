"""``manage.py prepare``: whatever must be true before the first request, in one process."""

from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


def other_loopback_origins() -> list[str]:
    """A laptop's browser may come by localhost or by 127.0.0.1."""
    public = urlsplit(settings.PUBLIC_URL)
    others = {"localhost": "127.0.0.1", "127.0.0.1": "localhost"}
    other = others.get(public.hostname or "")
    return [f"{public.scheme}://{other}:{public.port}"] if other and public.port else []


class Command(BaseCommand):
    help = "Migrates the database, sets up the bucket and, unless told not to, the demo customer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-demo", action="store_true")

    def handle(self, *args: Any, no_demo: bool, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("ensure_bucket", origin=other_loopback_origins(), stdout=self.stderr)
        if not no_demo:
            call_command("seed_demo", stdout=self.stdout)
