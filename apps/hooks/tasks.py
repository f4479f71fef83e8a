"""Celery's side of the verbs."""

import uuid
from smtplib import SMTPException

from celery import shared_task

from apps.common.locks import alone

from . import delivery, mails, notices


@shared_task
def fan_out() -> None:
    delivery.fan_out()


@shared_task(soft_time_limit=25, time_limit=40)
def deliver(delivery_id: str) -> None:
    delivery.deliver(uuid.UUID(delivery_id))


@shared_task(soft_time_limit=50, time_limit=60)
def mail(mail_id: str) -> None:
    mails.send(uuid.UUID(mail_id))


@shared_task(
    autoretry_for=(SMTPException, OSError), retry_backoff=30, retry_backoff_max=3600, max_retries=12
)
def mail_disabled(endpoint_id: str, owner_id: str, code: str) -> None:
    notices.mail_disabled(endpoint_id, owner_id, code)


@shared_task
def sweep() -> None:
    with alone("hooks") as mine:
        if mine:
            delivery.sweep()
