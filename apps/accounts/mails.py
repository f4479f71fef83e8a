"""Mails of our own, beside allauth's; whose language nobody knows gets both."""

import re
from typing import Final

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from apps.common.sealed import unseal

from .models import Invitation

_LOOKS_LIKE_A_LINK: Final = re.compile(r"://|www\.|\w\.\w{2,}", re.IGNORECASE)


def mail_invitation(invitation_id: str, sealed_token: str) -> None:
    """Send the link, unless it was taken back meanwhile."""
    open_ones = Invitation.objects.filter(pk=invitation_id, accepted_at=None, revoked_at=None)
    invitation = open_ones.select_related("workspace", "invited_by").first()
    token = unseal(sealed_token)
    if invitation is None or token is None:
        return
    values = {
        "inviter": invitation.invited_by.email,
        "workspace": harmless(invitation.workspace.name),
        "url": f"{settings.PUBLIC_URL}/invitations/{token}",
    }
    subject = render_to_string("accounts/email/invitation_subject.txt", values)
    text = render_to_string("accounts/email/invitation_message.txt", values)
    prefix = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX
    send_mail(prefix + " ".join(subject.split()), text, None, [invitation.email])


def harmless(name: str) -> str:
    """A workspace's name as a mail to strangers may quote it: "" where it reads like a link."""
    return "" if _LOOKS_LIKE_A_LINK.search(name) else " ".join(name.split())
