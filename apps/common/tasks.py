"""Background work of the ground floor."""

from celery import shared_task

from . import erasure, idempotency
from .locks import alone


@shared_task
def erase_due() -> None:
    with alone("erase") as mine:
        if mine:
            erasure.erase_due()


@shared_task
def forget_answers() -> None:
    with alone("forget-answers") as mine:
        if mine:
            idempotency.sweep()
