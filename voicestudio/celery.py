"""The Celery app: ``celery -A voicestudio.celery worker`` and ``beat``."""

import os

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voicestudio.settings")

app = Celery("voicestudio")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="sweeps")


@setup_logging.connect
def keep_django_logging(**_: object) -> None:
    """Django has set logging up already; Celery's own set-up would print unredacted lines."""


@worker_init.connect
@beat_init.connect
def refuse_unsafe_start(**_: object) -> None:
    from .checks import refuse_unsafe_start as refuse

    refuse()
