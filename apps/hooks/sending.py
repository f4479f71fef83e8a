"""One POST to a customer's address: to a checked address, without redirects, short and small."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import httpx
from celery.exceptions import SoftTimeLimitExceeded

from .addresses import NotAllowed, NotFound, check_url, resolve

CONNECT_S: Final = 5.0
TOTAL_S: Final = 15.0
_READ_BYTES: Final = 16_384
_KEPT_CHARS: Final = 500
_HTTPS, _HTTP = 443, 80


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one try; ``code`` is "" for a success, ``status`` None without an answer."""

    code: str
    status: int | None = None
    answer: str = ""
    ms: int = 0


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
    """Send once; every way in which that can go wrong is an outcome."""
    started = time.monotonic()
    try:
        status, answer = _post(url, body, headers, started + TOTAL_S)
        outcome = Outcome(_code(status), status, answer)
    except NotAllowed:
        outcome = Outcome("address-not-allowed")
    except NotFound:
        outcome = Outcome("host-not-found")
    except (httpx.TimeoutException, SoftTimeLimitExceeded):
        outcome = Outcome("timeout")
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        outcome = Outcome("connection-failed")
    took = round(1000 * (time.monotonic() - started))
    return Outcome(outcome.code, outcome.status, outcome.answer, took)


def _code(status: int) -> str:
    if 200 <= status < 300:
        return ""
    return "redirected" if 300 <= status < 400 else "bad-status"


def _post(url: str, body: bytes, headers: Mapping[str, str], deadline: float) -> tuple[int, str]:
    check_url(url)
    asked = httpx.URL(url)
    port = asked.port or (_HTTPS if asked.scheme == "https" else _HTTP)
    address = resolve(asked.host, port)[0]
    # to that very address: a second look-up by the client could find another one
    request = httpx.Request(
        "POST",
        asked.copy_with(host=address),
        content=body,
        headers={**headers, "Host": asked.netloc.decode(), "Accept-Encoding": "identity"},
        extensions={
            "sni_hostname": asked.host,
            "timeout": httpx.Timeout(CONNECT_S).as_dict(),
        },
    )
    with httpx.Client(trust_env=False, follow_redirects=False) as client:
        answer = client.send(request, stream=True)
        try:
            return answer.status_code, _beginning(answer, deadline)
        finally:
            answer.close()


def _beginning(answer: httpx.Response, deadline: float) -> str:
    """The first characters of the answer; the rest is not read."""
    found = b""
    for chunk in answer.iter_raw():
        found += chunk
        if len(found) >= _READ_BYTES:
            break
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout("the answer does not end")
    text = found.decode("utf-8", "replace").replace("\x00", "")
    return text[:_KEPT_CHARS]
