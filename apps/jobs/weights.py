"""What the operator's machine has of the manifest's weights, and their downloads.

A download is a row and a process: the row says what is wanted, the process what is so. ``go_round``
brings them together in milliseconds, as often as it is called; nothing waits for bytes.
"""

import logging
import subprocess
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from apps.common.errors import NOT_FOUND
from gpu_worker.contract.weights import FetchOutcome, FetchStatus, Found, Presence

from .backends.fetches import Fetches
from .compute_models import ModelWeights
from .problems import WebCode
from .states import FETCH_LIVE, FetchState

MOST_STARTS: Final = 5
"""Of a process that is killed again and again, until its download counts as failed."""
LOOK_AGAIN: Final = timedelta(minutes=10)
log = logging.getLogger(__name__)


def ask(name: str, fetches: Fetches) -> bool:
    """Want a download; whether it was not under way already. Raises ApiError for no such one."""
    entry = fetches.entries().get(name)
    if entry is None or entry.url is None:
        raise NOT_FOUND
    ModelWeights.objects.get_or_create(name=name)
    changes = {"code": "", "detail": "", "starts": 0, "asked_at": timezone.now()}
    return _move(name, set(FetchState) - FETCH_LIVE, FetchState.WANTED, **changes)


def cancel(name: str) -> bool:
    """End a download; what has come stays and is gone on with. Whether one was under way."""
    return _move(name, {FetchState.WANTED}, FetchState.CANCELLED) or _move(
        name, {FetchState.RUNNING}, FetchState.CANCELLING
    )


def is_anything_live() -> bool:
    return ModelWeights.objects.filter(state__in=FETCH_LIVE).exists()


def go_round(fetches: Fetches) -> None:
    """Start what is wanted, note how far the rest is. One at a time."""
    for row in ModelWeights.objects.filter(state__in=FETCH_LIVE):
        match row.state:
            case FetchState.WANTED:
                fetches.forget(row.name)  # the last word of an earlier one is not this one's
                if _move(row.name, {FetchState.WANTED}, FetchState.RUNNING, starts=1):
                    _start(row.name, fetches)
            case FetchState.RUNNING:
                _follow(row, fetches)
            case FetchState.CANCELLING:
                if fetches.stop(row.name):
                    _end(row.name, fetches.status(row.name), FetchState.CANCELLED)


def _follow(row: ModelWeights, fetches: Fetches) -> None:
    """One look at a process that should be running."""
    is_alive = fetches.is_alive(row.name)  # asked first: its last word comes before its end
    status = fetches.status(row.name)
    if status.outcome in (FetchOutcome.DONE, FetchOutcome.FAILED):
        _end(row.name, status, FetchState.FAILED)
    elif is_alive:
        running = ModelWeights.objects.filter(name=row.name, state=FetchState.RUNNING)
        running.update(**_how_far(status))
    elif row.starts >= MOST_STARTS:
        lost = {"code": WebCode.DOWNLOAD_LOST, **_how_far(status)}
        _move(row.name, {FetchState.RUNNING}, FetchState.FAILED, **lost)
    elif _move(row.name, {FetchState.RUNNING}, FetchState.RUNNING, starts=row.starts + 1):
        _start(row.name, fetches)


def _start(name: str, fetches: Fetches) -> None:
    try:
        fetches.start(name)
    except OSError as error:
        problem = {"code": WebCode.DOWNLOAD_LOST, "detail": str(error)}
        _move(name, {FetchState.RUNNING}, FetchState.FAILED, **problem)


def _end(name: str, status: FetchStatus, otherwise: FetchState) -> None:
    """The process is at its end: done, or ``otherwise`` with what it said."""
    live = {FetchState.RUNNING, FetchState.CANCELLING}
    if status.outcome is FetchOutcome.DONE:
        there = {"presence": Presence.PRESENT, "size": status.done, "looked_at": timezone.now()}
        _move(name, live, FetchState.DONE, **there, **_how_far(status))
        return
    problem = {"code": status.code or "", "detail": status.detail}
    if otherwise is FetchState.CANCELLED:
        problem = {}
    _move(name, live, otherwise, **problem, **_how_far(status))


def _how_far(status: FetchStatus) -> dict[str, Any]:
    return {"done_bytes": status.done, "total_bytes": status.total}


def _move(name: str, before: set[FetchState], after: FetchState, **changes: Any) -> bool:
    """A conditional UPDATE: whoever comes second changes nothing."""
    rows = ModelWeights.objects.filter(name=name, state__in=before)
    return bool(rows.update(state=after, **changes))


def is_due() -> bool:
    """Whether nobody has looked lately at what is there."""
    since = timezone.now() - LOOK_AGAIN
    return not ModelWeights.objects.filter(looked_at__gt=since).exists()


def look(fetches: Fetches) -> None:
    """Note what this machine has; where it has no worker, nothing is known. Takes seconds."""
    try:
        found = fetches.look()
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        log.warning("weights can't be looked at: %s", type(error).__name__)
        found = {}
    _note(found, fetches.entries())


@transaction.atomic
def _note(found: Mapping[str, Found], names: Iterable[str]) -> None:
    now = timezone.now()
    for name in names:
        one = found.get(name)
        values = {"presence": one.presence, "size": one.size} if one else {"presence": ""}
        ModelWeights.objects.update_or_create(name=name, defaults={**values, "looked_at": now})
