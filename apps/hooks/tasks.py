"""Celery's side of the verbs."""

import uuid

from celery import shared_task

from apps.common.locks import alone

from . import delivery


@shared_task
def fan_out() -> None:
    delivery.fan_out()


@shared_task(soft_time_limit=25, time_limit=40)
def deliver(delivery_id: str) -> None:
    delivery.deliver(uuid.UUID(delivery_id))


@shared_task
def sweep() -> None:
    with alone("hooks") as mine:
        if mine:
            delivery.sweep()
