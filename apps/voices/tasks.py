"""What a timer starts."""

from celery import shared_task

from apps.common.locks import alone

from . import checkpoints


@shared_task
def expire_checkpoints() -> None:
    with alone("expire-checkpoints") as mine:
        if mine:
            checkpoints.expire()
