"""Signed tokens that speak for one attempt: the worker's, and the weaker one in the address that
RunPod tells of an end. Neither is good for the other's purpose; nothing of them is stored."""

import time
import uuid
from typing import Final

from django.core import signing

_WORKER: Final = "apps.jobs.worker"
_HINT: Final = "apps.jobs.hint"


def sign(attempt_id: uuid.UUID, life_s: int) -> str:
    """A worker's token for one attempt that ends ``life_s`` seconds from now."""
    return _sign(attempt_id, life_s, _WORKER)


def sign_hint(attempt_id: uuid.UUID, life_s: int) -> str:
    """A token that only says: look how this attempt is."""
    return _sign(attempt_id, life_s, _HINT)


def attempt_of(token: str) -> uuid.UUID | None:
    """The attempt that a worker's token speaks for; None where forged, expired or garbage."""
    return _read(token, _WORKER)


def hinted_attempt(token: str) -> uuid.UUID | None:
    """The attempt of a hint's token; None where forged, expired or garbage."""
    return _read(token, _HINT)


def _sign(attempt_id: uuid.UUID, life_s: int, salt: str) -> str:
    return signing.dumps({"a": attempt_id.hex, "e": int(time.time()) + life_s}, salt=salt)


def _read(token: str, salt: str) -> uuid.UUID | None:
    try:
        claims = signing.loads(token, salt=salt)
    except signing.BadSignature:
        return None
    if claims["e"] < time.time():
        return None
    return uuid.UUID(hex=claims["a"])
