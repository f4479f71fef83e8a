"""Keeps endpoints alive that nobody uses, and finds out before a customer does that one is not.

RunPod takes all workers from an endpoint that is idle for 7 days. A test job every two days
prevents that; one that does not come through marks the endpoint, with the reason, until one does.
"""

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db.models import Max
from django.utils import timezone
from pydantic import ValidationError

from gpu_worker.contract.canary import Canary, Song
from gpu_worker.contract.errors import Code
from gpu_worker.contract.version import VERSION

from . import compute
from .backends.runpod import RunPodBackend, read_status, refusal_code
from .backends.runpod_client import NoAnswer, NotSent, Order, Rejected, RemoteStatus, Said
from .compute_models import RunPodEndpoint
from .models import Attempt
from .problems import WebCode

log = structlog.get_logger(__name__)

EVERY: Final = timedelta(days=2)
AGAIN: Final = timedelta(hours=1)
"""Pause between canaries to an endpoint that has a problem."""
KEPT: Final = timedelta(minutes=30)
"""RunPod keeps a result for so long."""
PATIENCE: Final = timedelta(minutes=15)
"""A cold start with an image to pull is over by then."""
_EXECUTION_S: Final = 120
_REFUSALS: Final = (WebCode.RUNPOD_KEY, WebCode.RUNPOD_ENDPOINT, WebCode.RUNPOD_QUOTA)
"""Problems that RunPod names before it takes a canary: to try again costs nothing."""
_PROBLEM: Final = ("problem_code", "problem_detail")


def go_round(backend: RunPodBackend) -> None:
    """Read what came of the canaries on their way, and send those that are due."""
    now = timezone.now()
    for row in compute.endpoints():
        if row.canary_id:
            _listen(backend, row, now)
        elif _is_due(row, now):
            send(backend, row)


def send(backend: RunPodBackend, row: RunPodEndpoint) -> None:
    """Send a canary. What RunPod answers at once is written down; a second one does no harm."""
    order = Order(
        Canary().model_dump(mode="json"), _EXECUTION_S, int(PATIENCE.total_seconds()) + _EXECUTION_S
    )
    if row.pk is None:  # only the environment has named it so far
        row, _ = RunPodEndpoint.objects.get_or_create(
            endpoint_id=row.endpoint_id, defaults={"is_enabled": False}
        )
    changed = ["canary_at", "canary_id"]
    row.canary_id = ""
    try:
        row.canary_id = backend.client.submit(row.endpoint_id, order)
        row.canary_at = timezone.now()
        if row.problem_code in _REFUSALS:  # RunPod takes jobs again
            _problem(row, "", "")
            changed += _PROBLEM
    except Rejected as error:
        row.canary_at = timezone.now()
        _problem(row, refusal_code(error), str(error))
        changed += _PROBLEM
    except (NotSent, NoAnswer) as error:
        log.warning("canary not sent", endpoint=row.endpoint_id, error=str(error))
    row.save(update_fields=changed)  # a job may just have found out more


def _is_due(row: RunPodEndpoint, now: datetime) -> bool:
    if row.problem_code in _REFUSALS or (row.speaks_otherwise and not row.problem_code):
        return True
    if row.problem_code:
        return row.canary_at is None or now - row.canary_at > AGAIN
    used = Attempt.objects.filter(endpoint=row.endpoint_id)
    used_at = used.exclude(error_code=Code.CONTRACT_VERSION).aggregate(at=Max("started_at"))["at"]
    signs = [at for at in (used_at, row.proven_at, row.canary_at) if at is not None]
    return not signs or now - max(signs) > EVERY


def _listen(backend: RunPodBackend, row: RunPodEndpoint, now: datetime) -> None:
    try:
        said = backend.client.status(row.endpoint_id, row.canary_id)
    except Rejected as error:
        _problem(row, refusal_code(error), str(error))
        row.save()
        return
    except (NotSent, NoAnswer) as error:
        log.warning("canary not heard", endpoint=row.endpoint_id, error=str(error))
        return
    if row.problem_code in _REFUSALS:
        _problem(row, "", "")
        row.save(update_fields=_PROBLEM)
    if said is None and row.canary_at is not None and now - row.canary_at > KEPT:
        send(backend, row)  # nobody listened in time: it may well have come through
        return
    is_late = row.canary_at is None or now - row.canary_at > PATIENCE
    if said is None or (said.status == RemoteStatus.IN_QUEUE and is_late):
        _problem(row, WebCode.RUNPOD_ASLEEP, "the test job found no worker")
        row.canary_id = "" if said is None else row.canary_id
    elif said.status in (RemoteStatus.IN_QUEUE, RemoteStatus.IN_PROGRESS, RemoteStatus.RUNNING):
        return
    else:
        row.canary_id = ""
        _judge(row, said, now)
    row.save()


def _judge(row: RunPodEndpoint, said: Said, now: datetime) -> None:
    """A worker has answered: does it speak our contract?"""
    try:
        song = Song.model_validate(said.output)
    except ValidationError:
        look = read_status(said)
        is_older = look.code == Code.CONTRACT_VERSION
        _problem(row, look.code if is_older else WebCode.RUNPOD_IMAGE, look.detail)
        return
    row.contract = song.contract
    if song.contract != VERSION:
        _problem(row, Code.CONTRACT_VERSION, f"it speaks {song.contract}, we {VERSION}")
        return
    row.proven_at = now
    row.problem_code = row.problem_detail = ""


def _problem(row: RunPodEndpoint, code: str, detail: str) -> None:
    row.problem_code, row.problem_detail = code, detail[:1000]
