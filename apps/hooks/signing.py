"""Signatures after Standard Webhooks: HMAC-SHA256 over ``id.timestamp.body``, in base64."""

import base64
import hmac
import secrets
from collections.abc import Sequence
from typing import Final

MARK: Final = "whsec_"
_BYTES: Final = 32


def new_secret() -> str:
    return MARK + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """``v1,<signature>`` of a message by one secret."""
    key = base64.b64decode(secret.removeprefix(MARK))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def headers(
    secrets_: Sequence[str], message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """The headers that a receiver checks; one signature a secret, parted by spaces."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(sign(each, message_id, timestamp, body) for each in secrets_),
    }
