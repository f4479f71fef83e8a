"""What a task was sent for stays in its log lines: the ids travel in the message's headers."""

import time
from collections.abc import Mapping
from contextvars import Token
from dataclasses import dataclass
from typing import Any, Final

import structlog
from celery import Task
from celery.signals import before_task_publish, task_postrun, task_prerun
from structlog.contextvars import bind_contextvars, get_contextvars, reset_contextvars

log = structlog.get_logger("task")

_HEADER: Final = "log_ids"
_IDS: Final = ("request_id", "workspace", "job", "attempt")


@dataclass(frozen=True, slots=True)
class _Begun:
    """When a task began, and what was bound before it."""

    at: float
    before: Mapping[str, Token[Any]]


_running: Final[dict[str, _Begun]] = {}
"""By task id; a process that dies takes its own along."""


@before_task_publish.connect
def send_ids(headers: dict[str, Any], **_: object) -> None:
    """Whoever sends a task, web or another task, hands on what its own lines carry."""
    known = get_contextvars()
    headers[_HEADER] = {name: known[name] for name in _IDS if name in known}


@task_prerun.connect
def take_ids(task_id: str, task: Task[Any, Any], **_: object) -> None:
    """They hold until the task ends; what was bound before it comes back then."""
    given: dict[str, str] = task.request.get(_HEADER) or {}
    blank = dict.fromkeys(name for name in _IDS if name in get_contextvars())
    before = bind_contextvars(**(blank | given), task=task.name, task_id=task_id)
    _running[task_id] = _Begun(time.perf_counter(), before)


@task_postrun.connect
def tell(task_id: str, state: str | None = None, **_: object) -> None:
    """One line a task, as one a request."""
    begun = _running.pop(task_id, None)
    if begun is not None:
        log.info("task", state=state, ms=round(1000 * (time.perf_counter() - begun.at), 1))
        reset_contextvars(**begun.before)
