"""One JSON line an event on stderr, with secrets taken out.

Redaction works on every string of an event, whoever logged it: queries of presigned URLs, bearer
tokens, cookies, passwords, and the keys in confirm and reset links never reach a log.
"""

import re
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_HIDDEN = "[redacted]"
_SECRET_NAMES = re.compile(
    r"(?i)^(authorization|cookie|set-cookie|x-csrftoken|.*password.*|.*secret.*|.*token.*|sessionid"
    r"|.*api_key|.*access_key.*)$"
)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # The query of a presigned URL, as signed by version 4 or 2.
    (re.compile(r"\?[^\s\"'<>]*(?:X-Amz-|AWSAccessKeyId|Signature=)[^\s\"'<>]*", re.I), "?…"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=:-]+"), rf"\1 {_HIDDEN}"),
    (re.compile(r"\b(avs|whsec)_[\w+/=-]+"), rf"\1_{_HIDDEN}"),
    (re.compile(r"(?i)\b(sessionid|csrftoken)=[^;\s\"']+"), rf"\1={_HIDDEN}"),
    (re.compile(r"(?i)\b(token|key|secret|password)=[^&;\s\"']+"), rf"\1={_HIDDEN}"),
    (
        re.compile(r"(/(?:verify-email|reset-password|worker/v1/runpod)/)[^/?\s\"']+"),
        rf"\1{_HIDDEN}",
    ),
    # Longer than an id: /workspaces/{id}/invitations/{id} stays.
    (re.compile(r"(/invitations/)[\w-]{40,}"), rf"\1{_HIDDEN}"),
    (re.compile(r"\b(sk|rk|whsec)_\w+"), rf"\1_{_HIDDEN}"),
    (re.compile(r"[\w.%+-]+@[\w-]+(?:\.[\w-]+)+"), "[address]"),  # what mail servers quote
    # user:password@ of a URL
    (re.compile(r"(\w+://)[^/\s:@\"']*:[^/\s@\"']+@"), rf"\1{_HIDDEN}@"),
)


def redact(value: Any, name: str = "") -> Any:
    """The value with every secret replaced; mappings and sequences are walked."""
    if name and _SECRET_NAMES.match(name):
        return _HIDDEN
    if isinstance(value, str):
        for pattern, replacement in _PATTERNS:
            value = pattern.sub(replacement, value)
        return value
    if isinstance(value, Mapping):
        return {key: redact(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact(item) for item in value]
    return value


def _redact_event(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {name: redact(value, name) for name, value in event.items() if name != "_record"} | {
        name: value for name, value in event.items() if name == "_record"
    }


def logging_config(level: str) -> dict[str, Any]:
    """Django's LOGGING: standard loggers and structlog both end in the same JSON lines."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.processors.format_exc_info,
                    _redact_event,
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # These bring handlers of their own.
            "uvicorn": {"handlers": [], "propagate": True},
            "uvicorn.access": {"handlers": [], "propagate": True},
            "django": {"handlers": [], "propagate": True},
            "stripe": {"level": "WARNING"},  # else a line a request
            "django.server": {"handlers": [], "propagate": True},
            "django.request": {"level": "ERROR"},  # the request line says the rest
            "django.security.DisallowedHost": {"level": "CRITICAL"},  # scanners
            "botocore": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
            "libav": {"level": "CRITICAL"},
        },
    }
