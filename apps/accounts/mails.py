"""Mails of our own, whose language nobody knows gets both; and allauth's on their way."""

import json
import re
from smtplib import SMTPException
from typing import Final

import structlog
from celery import current_app
from django.conf import settings
from django.core.mail import EmailMessage, send_mail
from django.template.loader import render_to_string

from apps.common.sealed import seal, unseal

from .models import Invitation

log = structlog.get_logger(__name__)

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


def post(message: EmailMessage) -> None:
    """Send a mail now; where no server takes it, later, so that no request fails by that."""
    try:
        message.send()
    except (SMTPException, OSError) as error:
        log.warning("a mail has to wait", error=type(error).__name__)
        sealed = seal(json.dumps([message.subject, message.body, message.to]))
        current_app.send_task("apps.accounts.tasks.mail_again", [sealed], retry=False)


def post_again(sealed: str) -> None:
    """What ``post`` kept back; its links are nobody else's to read meanwhile."""
    if text := unseal(sealed):
        subject, body, to = json.loads(text)
        send_mail(subject, body, None, to)


def harmless(name: str) -> str:
    """A workspace's name as a mail to strangers may quote it: "" where it reads like a link."""
    return "" if _LOOKS_LIKE_A_LINK.search(name) else " ".join(name.split())
