"""The signed token by which a worker proves which attempt it is. Nothing of it is stored."""

import time
import uuid
from typing import Final

from django.core import signing

_SALT: Final = "apps.jobs.worker"


def sign(attempt_id: uuid.UUID, life_s: int) -> str:
    """A token for one attempt that ends ``life_s`` seconds from now."""
    return signing.dumps({"a": attempt_id.hex, "e": int(time.time()) + life_s}, salt=_SALT)


def attempt_of(token: str) -> uuid.UUID | None:
    """The attempt that a token speaks for; None where it is forged, expired or garbage."""
    try:
        claims = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    if claims["e"] < time.time():
        return None
    return uuid.UUID(hex=claims["a"])
