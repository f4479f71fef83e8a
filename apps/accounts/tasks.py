"""Mails that a request sends: no request waits for a mail server."""

from smtplib import SMTPException

from celery import shared_task

from . import mails


@shared_task(
    autoretry_for=(SMTPException, OSError), retry_backoff=5, retry_backoff_max=300, max_retries=6
)
def mail_invitation(invitation_id: str, sealed_token: str) -> None:
    mails.mail_invitation(invitation_id, sealed_token)
