"""Mails that a request sends: none fails by a mail server."""

from smtplib import SMTPException

from celery import shared_task

from . import mails


@shared_task(
    autoretry_for=(SMTPException, OSError), retry_backoff=5, retry_backoff_max=300, max_retries=6
)
def mail_invitation(invitation_id: str, sealed_token: str) -> None:
    mails.mail_invitation(invitation_id, sealed_token)


@shared_task(
    autoretry_for=(SMTPException, OSError), retry_backoff=15, retry_backoff_max=1800, max_retries=12
)
def mail_again(sealed: str) -> None:
    mails.post_again(sealed)
