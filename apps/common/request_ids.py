"""One id a request: in its log lines, in its answer, in its error."""

import re
import uuid
from collections.abc import Mapping
from typing import Final

import structlog

HEADER: Final = "X-Request-ID"
_GIVEN: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


def begin(headers: Mapping[str, str]) -> str:
    """Take the caller's id where it is a plain word, else make one; the log lines carry it."""
    given = headers.get(HEADER, "")
    found = given if _GIVEN.fullmatch(given) else uuid.uuid4().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=found)
    return found


def current() -> str | None:
    """The id of the request being answered; None outside of one."""
    return structlog.contextvars.get_contextvars().get("request_id")
