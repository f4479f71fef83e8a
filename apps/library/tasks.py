"""Background work that a request starts; what a timer starts is in ``sweeps``."""

from celery import shared_task

from apps.common.storage import STORAGE_ERRORS

from . import probing


@shared_task(autoretry_for=STORAGE_ERRORS, retry_backoff=2, retry_backoff_max=60, max_retries=6)
def probe_file(file_id: str) -> None:
    probing.probe(file_id)
