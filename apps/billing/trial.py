"""The trial is given to a person once, not to a workspace, an address or an account.

So something has to outlive an erased account: of each proven address a fingerprint, an HMAC by a
secret of the server, so that the table names nobody and nobody without the secret can look an
address up in it. It serves this alone. It is kept while the account is there and for ``KEPT``
after it has gone (``forget``); whoever comes back later is new to us.
"""

import hmac
from datetime import timedelta
from typing import Final

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User, Workspace

from . import services
from .models import Trial

KEPT: Final = timedelta(days=365)
_DOTS_DO_NOT_COUNT: Final = {"gmail.com", "googlemail.com"}


@transaction.atomic
def welcome(user: User, workspace: Workspace) -> None:
    """Give the workspace of a person with a proven address the trial, if it is their first.

    Addresses that they prove later are theirs too, and bring no trial to another account.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # who erases them waits
    had_it = Trial.objects.filter(user=user).exists()
    proven = EmailAddress.objects.filter(user=user, verified=True)
    for address in sorted({box(each) for each in proven.values_list("email", flat=True)}):
        new, *olden = fingerprints(address)
        had_it |= Trial.objects.filter(fingerprint__in=olden).exists()
        row, is_new = Trial.objects.get_or_create(fingerprint=new, defaults={"user": user})
        had_it |= not is_new
        if row.user_id is None:  # they are back: it is kept as long as they are here
            Trial.objects.filter(pk=new).update(user=user, ends_at=None)
    if not had_it:
        services.grant_welcome(workspace)


def box(email: str) -> str:
    """The one way to write all addresses that reach the same box: lower case, without a +tag, and
    at Gmail without dots."""
    name, _, domain = email.strip().lower().rpartition("@")
    name = name.partition("+")[0] or name
    if domain in _DOTS_DO_NOT_COUNT:
        return f"{name.replace('.', '')}@gmail.com"
    return f"{name}@{domain}"


def fingerprints(address: str) -> list[str]:
    """Of the box that an address reaches: by today's SECRET_KEY, and by those before it."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    text = f"voicestudio.trial:{box(address)}".encode()
    return [hmac.digest(str(each).encode(), text, "sha256").hex() for each in secrets]


def forget() -> None:
    """Fingerprints of people who have gone end after a year."""
    now = timezone.now()
    Trial.objects.filter(user=None, ends_at=None).update(ends_at=now + KEPT)
    Trial.objects.filter(user=None, ends_at__lt=now).delete()
