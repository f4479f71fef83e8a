"""What happens at sign-up, where accounts and credits meet."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
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
            open_personal_workspace(saved)
        return saved

    @transaction.atomic
    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """With a verified address comes the trial, once a workspace."""
        is_confirmed: bool = super().confirm_email(request, email_address)
        if is_confirmed:
            welcome(email_address.user)
        return is_confirmed


def welcome(user: User) -> None:
    """Gives a person with a verified address what they may try the studio with. Once."""
    grant_welcome(open_personal_workspace(user))
