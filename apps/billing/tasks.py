"""Celery's side of the verbs."""

from celery import shared_task

from apps.common.locks import alone

from . import follow as following
from . import reconcile as night
from . import refunds, trial


@shared_task
def follow(event_id: str) -> None:
    following.follow(event_id)


@shared_task
def follow_due() -> None:
    with alone("follow") as mine:
        if mine:
            for event_id in following.due():
                follow.delay(event_id)
            refunds.carry_on_stuck()


@shared_task
def reconcile() -> None:
    with alone("reconcile") as mine:
        if mine:
            trial.forget()
            night.reconcile()
