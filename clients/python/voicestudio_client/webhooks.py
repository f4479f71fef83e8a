"""The receiving side of webhooks, after Standard Webhooks."""

import base64
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any, Final

_TOLERANCE_S: Final = 300.0


class WrongSignature(Exception):
    """Not sent by the studio, or too long ago: answer 400 and do nothing."""


def read_webhook(secret: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The message ``{"type", "timestamp", "data"}``, once its signature was found right.

    ``body`` are the bytes as they came. Drop a message whose ``webhook-id`` you had before: each
    may come more than once. Raises WrongSignature.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        identity, sent = given["webhook-id"], given["webhook-timestamp"]
        signatures = given["webhook-signature"].split()
        age = abs(time.time() - int(sent))
    except (KeyError, ValueError) as error:
        raise WrongSignature("the headers of a signed webhook are missing") from error
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{identity}.{sent}.".encode() + body, "sha256")
    right = "v1," + base64.b64encode(digest).decode()
    if not any(hmac.compare_digest(right, each) for each in signatures):
        raise WrongSignature("the signature is not of this secret and body")
    if age > _TOLERANCE_S:
        raise WrongSignature("the message is too old")
    message: dict[str, Any] = json.loads(body)
    return message
