"""Background work of the ground floor."""

from celery import shared_task

from . import erasure
from .locks import alone


@shared_task
def erase_due() -> None:
    with alone("erase") as mine:
        if mine:
            erasure.erase_due()
