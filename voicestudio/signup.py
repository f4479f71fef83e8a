"""What happens at sign-up, where accounts and credits meet."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.http import HttpRequest

from apps.accounts.models import User
from apps.accounts.services import open_personal_workspace
from apps.billing.services import grant_welcome


class StudioAccountAdapter(DefaultAccountAdapter):
    """allauth's door into the studio."""

    @transaction.atomic
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """A new person starts with a workspace of their own and the language of the page."""
        if getattr(request, "LANGUAGE_CODE", "ko") == "en":
            user.language = "en"
        saved: User = super().save_user(request, user, form, commit)
        if commit:
            welcome(saved)
        return saved


def welcome(user: User) -> None:
    """Gives a new person what every account starts with; harmless when repeated."""
    grant_welcome(open_personal_workspace(user))
