"""Operators at /admin, who need a second factor."""

import time

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from apps.accounts.models import Membership, User, Workspace


def with_second_factor(user: User) -> User:
    """The same person, with an authenticator app and recovery codes."""
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    return user


def operator_browser(user: User) -> Client:
    """A browser in which the operator signed in with a password and a code."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": time.time()},
        {"method": "mfa", "type": "totp", "at": time.time()},
    ]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()
    return client


def members_form(workspace: Workspace, **changes: str) -> dict[str, str]:
    """The page's form as it is, by ``<number>-<field>`` with what is changed."""
    found = list(Membership.objects.filter(workspace=workspace).order_by("pk"))
    form = {
        "name": workspace.name,
        "memberships-TOTAL_FORMS": str(len(found)),
        "memberships-INITIAL_FORMS": str(len(found)),
    }
    for number, each in enumerate(found):
        fields = {"id": each.pk, "workspace": workspace.pk, "user": each.user_id, "role": each.role}
        form |= {f"memberships-{number}-{name}": str(value) for name, value in fields.items()}
    return form | changes
