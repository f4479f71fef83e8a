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

from apps.accounts.acceptances import accept_all
from apps.accounts.models import User, Workspace
from apps.accounts.services import open_personal_workspace
from apps.billing.services import grant
from apps.library import samples
from apps.library.datasets import create_dataset
from voicestudio.signup import welcome

CUSTOMER: Final = "demo@voicestudio.local"
OPERATOR: Final = "operator@voicestudio.local"
CREDITS: Final = 10_000


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
    accept_all(user)
    EmailAddress.objects.get_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    return user


def fill_library(workspace: Workspace) -> None:
    """The songs, and each speaker's recordings as a dataset."""
    for song in samples.SONGS:
        samples.add_file(workspace, song, again=False)
    for title, sources in samples.SPEAKERS.items():
        added = [samples.add_file(workspace, source, again=False) for source in sources]
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
