"""``manage.py seed_demo``: a customer and an operator to try the studio with, and their material.

Safe to repeat: what is there already, changed or deleted by hand, stays as it is.
"""

import json
import os
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from apps.accounts.models import User, Workspace
from apps.accounts.services import open_personal_workspace
from apps.billing.services import grant
from apps.common import storage
from apps.library import probing, uploads
from apps.library.datasets import create_dataset
from apps.library.models import AudioFile, FileState
from voicestudio.environment import REPOSITORY
from voicestudio.signup import welcome

CUSTOMER: Final = "demo@voicestudio.local"
OPERATOR: Final = "operator@voicestudio.local"
CREDITS: Final = 10_000
MATERIAL: Final = REPOSITORY / "demo" / "material"
DATASETS: Final = {
    "화자 A (여성)": [(f"speaker-a-{n}.opus", f"화자 A 낭독 {n}.opus") for n in (1, 2, 3)],
    "화자 B (남성)": [(f"speaker-b-{n}.opus", f"화자 B 낭독 {n}.opus") for n in (1, 2, 3)],
}
SONG: Final = [
    ("arirang-mix.opus", "아리랑 (반주 있음).opus"),
    ("arirang-vocal.flac", "아리랑 (보컬만).flac"),
]
CONTENT_TYPES: Final = {".opus": "audio/ogg", ".flac": "audio/flac"}


def stored_passwords(path: Path) -> dict[str, str]:
    """The accounts' passwords: from the environment, else made once and kept in ``path``."""
    given = {
        CUSTOMER: os.environ.get("DEMO_PASSWORD"),
        OPERATOR: os.environ.get("OPERATOR_PASSWORD"),
    }
    kept = json.loads(path.read_text()) if path.exists() else {}
    passwords = {
        email: word or kept.get(email) or secrets.token_urlsafe(12) for email, word in given.items()
    }
    if passwords != kept:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".new")
        aside.unlink(missing_ok=True)
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(passwords, file)
        aside.replace(path)
    return passwords


@transaction.atomic
def ensure_user(email: str, password: str, *, operator: bool) -> User:
    """The account, its address verified; an existing one keeps its password."""
    user = User.objects.filter(email=email).first()
    if user is None:
        make = User.objects.create_superuser if operator else User.objects.create_user
        user = make(email, password)
    EmailAddress.objects.get_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    return user


def ensure_file(workspace: Workspace, source: Path, name: str) -> AudioFile | None:
    """Put a sound into the library as an upload; None where its name was there before."""
    known = AudioFile.objects.for_workspace(workspace).filter(name=name)
    if known.exclude(state__in=(FileState.UPLOADING, FileState.FAILED)).exists():
        return None
    content = source.read_bytes()
    file = uploads.start_upload(
        workspace, name=name, size=len(content), content_type=CONTENT_TYPES[source.suffix]
    )
    storage.write_bytes(file.key, content)
    uploads.finish_upload(file)
    probing.probe(file.pk)  # now: datasets take ready files only, and no worker runs yet
    return file


def fill_library(workspace: Workspace) -> None:
    """The song, and each speaker's recordings as a dataset."""
    for source, name in SONG:
        ensure_file(workspace, MATERIAL / source, name)
    for title, sources in DATASETS.items():
        added = [ensure_file(workspace, MATERIAL / source, name) for source, name in sources]
        if files := [file.pk for file in added if file is not None]:
            create_dataset(workspace, name=title, file_ids=files)


class Command(BaseCommand):
    help = "Makes the demo customer, the demo operator and the demo material, where missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--passwords", type=Path, default=settings.VAR_DIR / "demo.json")

    def handle(self, *args: Any, passwords: Path, **options: Any) -> None:
        if settings.ENVIRONMENT == "production":
            self.stdout.write("No demo accounts in production.")
            return
        words = stored_passwords(passwords)
        customer = ensure_user(CUSTOMER, words[CUSTOMER], operator=False)
        operator = ensure_user(OPERATOR, words[OPERATOR], operator=True)
        workspace = open_personal_workspace(customer)
        for user in (customer, operator):
            welcome(user)
        grant(workspace.pk, CREDITS, key=f"demo:{workspace.pk}", memo="demo")
        fill_library(workspace)
        for label, user in (("고객 customer", customer), ("운영자 operator", operator)):
            known = user.check_password(words[user.email])
            self.stdout.write(
                f"{label}: {user.email}  {words[user.email] if known else '(changed)'}"
            )
