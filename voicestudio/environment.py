"""Where settings come from: the environment first, then what the embedded stack wrote.

The supervisor of the embedded stack leaves its addresses and generated secrets in
``$VAR_DIR/stack.json``, keyed by the names of the environment variables that would override them.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

REPOSITORY = Path(__file__).resolve().parent.parent
_POOL: Final = {"min_size": 1, "timeout": 5.0}
"""Whoever finds no connection within so many seconds is told that the database is away."""


@dataclass(frozen=True)
class Environment:
    """Looks names up; an empty value counts as unset."""

    var_dir: Path
    stack: dict[str, str]

    @classmethod
    def load(cls) -> "Environment":
        var_dir = Path(os.environ.get("VAR_DIR") or REPOSITORY / "var").resolve()
        try:
            stack = json.loads((var_dir / "stack.json").read_text())
        except FileNotFoundError:
            stack = {}
        return cls(var_dir, {name: str(value) for name, value in stack.items()})

    def text(self, name: str, default: str = "") -> str:
        return os.environ.get(name) or self.stack.get(name) or default

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.text(name)
        return value.lower() in {"1", "true", "yes", "on"} if value else default

    def number(self, name: str, default: int) -> int:
        return int(self.text(name) or default)

    def words(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        value = self.text(name)
        return [word.strip() for word in value.split(",") if word.strip()] or list(default)


def database(url: str, *, pool: int = 0) -> dict[str, Any]:
    """Django's entry for ``postgresql://user:password@host:port/name?host=/socket/folder``.

    ``pool`` is how many connections a process may keep; without one each request opens its own.
    """
    parts = urlsplit(url)
    query: dict[str, Any] = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": query.pop("port", "") or str(parts.port or ""),
        "OPTIONS": query | ({"pool": _POOL | {"max_size": pool}} if pool else {}),
        "CONN_HEALTH_CHECKS": True,
    }


def mail(url: str) -> dict[str, Any]:
    """Django's EMAIL_* settings for ``smtp://user:password@host:port`` (``smtps``, ``?tls=1``)."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(url)
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "",
        "EMAIL_PORT": parts.port or 25,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": "tls" in parse_qs(parts.query),
        "EMAIL_TIMEOUT": 10,
    }
