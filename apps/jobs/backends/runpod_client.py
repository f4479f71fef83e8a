"""The calls of RunPod Serverless that we use, over httpx.

Its own SDK sends only ``input`` and ignores HTTP status; here every answer is judged.
API: https://docs.runpod.io/serverless/endpoints/send-requests

A submit is sent once. What may be repeated is, with growing pauses, where RunPod was busy.
"""

import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, Final

import httpx

API: Final = "https://api.runpod.ai/v2"
ACCOUNT_API: Final = "https://api.runpod.io/graphql"
TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0)
LARGEST_BODY: Final = 10_000_000
LONGEST_S: Final = 7 * 24 * 3600
TRIES: Final = 3
FIRST_PAUSE_S: Final = 0.25
LONGEST_PAUSE_S: Final = 5.0
_PRINTABLE: Final = re.compile(r"[!-~]*")
_LATER: Final = (
    httpx.codes.TOO_MANY_REQUESTS,
    httpx.codes.CONFLICT,
    httpx.codes.TOO_EARLY,
)
"""RunPod has done nothing and may do it later."""
_BALANCE: Final = "query { myself { clientBalance currentSpendPerHr } }"


class RemoteStatus(StrEnum):
    IN_QUEUE = "IN_QUEUE"
    IN_PROGRESS = "IN_PROGRESS"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    TIMED_OUT = "TIMED_OUT"


class NotSent(Exception):
    """The request never reached RunPod, or it was turned away for now (429,
    409, 425)."""

    def __init__(self, text: str, retry_after_s: float | None = None) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


class Rejected(Exception):
    """RunPod answered that it won't do this (4xx)."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"RunPod answered {status}: {text[:500]}")
        self.status = status


class NoAnswer(Exception):
    """A time-out (also as 408), a broken connection or a 5xx: it may have been done."""


@dataclass(frozen=True)
class Said:
    """What /status says of a job; ``error`` and ``output`` are the worker's."""

    status: RemoteStatus
    error: str
    output: Any
    delay_s: float | None
    execution_s: float | None


@dataclass(frozen=True)
class Account:
    """Money of the account in USD."""

    balance: float
    spend_per_hour: float


@dataclass(frozen=True)
class Order:
    """One job for /run: its input, where to tell of its end, and its limits.

    ``ttl_s`` counts from now and kills running jobs too, so it has to cover both.
    """

    payload: Mapping[str, Any]
    execution_s: int
    ttl_s: int
    webhook: str = ""

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "input": self.payload,
            "policy": {
                "executionTimeout": min(self.execution_s, LONGEST_S) * 1000,
                "ttl": min(self.ttl_s, LONGEST_S) * 1000,
            },
        }
        return body | {"webhook": self.webhook} if self.webhook else body


@dataclass(frozen=True)
class RunPodClient:
    """Bound to an account; the endpoint is named in each call. ``tries`` is for what may repeat."""

    api_key: str = field(repr=False)
    api: str = API
    account_api: str = ACCOUNT_API
    sleep: Callable[[float], None] = time.sleep
    tries: int = TRIES

    def submit(self, endpoint: str, order: Order) -> str:
        """Queue a job once and return its id. Raises NotSent, Rejected, NoAnswer."""
        answer = self._call("POST", f"{self.api}/{endpoint}/run", order.body(), _anew())
        remote_id = answer.get("id")
        if not isinstance(remote_id, str) or not remote_id:
            raise NoAnswer("the answer holds no id")
        return remote_id

    def status(self, endpoint: str, remote_id: str) -> Said | None:
        """How the job is; None where RunPod knows it no longer. Raises as ``submit``."""
        try:
            answer = self._repeat("GET", f"{self.api}/{endpoint}/status/{remote_id}")
        except Rejected as error:
            if error.status == httpx.codes.NOT_FOUND:
                return None
            raise
        try:
            status = RemoteStatus(answer.get("status", ""))
        except ValueError as error:
            raise NoAnswer(f"an unknown state: {answer.get('status')!r}") from error
        return Said(
            status,
            str(answer.get("error") or ""),
            answer.get("output"),
            _seconds(answer.get("delayTime")),
            _seconds(answer.get("executionTime")),
        )

    def cancel(self, endpoint: str, remote_id: str) -> None:
        """Ask a job to end; asking twice is harmless. Raises as ``submit``."""
        self._repeat("POST", f"{self.api}/{endpoint}/cancel/{remote_id}")

    def retry(self, endpoint: str, remote_id: str) -> None:
        """Have a job that failed or timed out run again, with its old input, once: a second run is
        paid like the first. Raises as ``submit``.

        For operators and scripts. Our jobs never use it: what the old input holds are links and a
        token of an attempt that was given up, under a fence that is overtaken.
        """
        self._call("POST", f"{self.api}/{endpoint}/retry/{remote_id}", http=_anew())

    def health(self, endpoint: str) -> dict[str, Any]:
        """Counts of jobs and workers. Raises as ``submit``."""
        return self._repeat("GET", f"{self.api}/{endpoint}/health")

    def account(self) -> Account:
        """Money of the account. Raises as ``submit``."""
        answer = self._repeat("POST", self.account_api, {"query": _BALANCE})
        try:
            said = answer["data"]["myself"]
            return Account(float(said["clientBalance"]), float(said["currentSpendPerHr"]))
        except (KeyError, TypeError, ValueError) as error:
            raise NoAnswer("the answer holds no balance") from error

    def _repeat(
        self, method: str, url: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """``_call`` for what may safely be done twice."""
        for number in range(self.tries - 1):
            try:
                return self._call(method, url, body)
            except (NotSent, NoAnswer) as error:
                self.sleep(pause_s(number, getattr(error, "retry_after_s", None)))
        return self._call(method, url, body)

    def _call(
        self,
        method: str,
        url: str,
        body: Mapping[str, Any] | None = None,
        http: httpx.Client | None = None,
    ) -> dict[str, Any]:
        if not _PRINTABLE.fullmatch(self.api_key):  # no header can carry it
            raise Rejected(httpx.codes.UNAUTHORIZED, "the key holds a character that no key has")
        try:
            answer = (http or _kept()).request(
                method,
                url,
                json=body,
                headers={"Authorization": f"Bearer {self.api_key}"},
                timeout=TIMEOUT,
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent(str(error)) from error
        except httpx.TransportError as error:
            raise NoAnswer(str(error)) from error
        return _judge(answer)


def pause_s(number: int, wanted: float | None = None) -> float:
    """Seconds before repeat ``number`` (from 0), half of them by chance, so that callers part."""
    longest: float = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 4**number)
    if wanted is not None:
        longest = min(LONGEST_PAUSE_S, max(longest, wanted))
    return longest * (0.5 + random.random() / 2)  # noqa: S311  # no secret


@cache
def _kept() -> httpx.Client:
    """One for each process: a sweep makes many calls, and a TLS context takes long to make."""
    return httpx.Client(limits=httpx.Limits(max_connections=32, keepalive_expiry=20))


@cache
def _anew() -> httpx.Client:
    """A connection for each call: on a kept one that just closed, a submit would be ambiguous."""
    return httpx.Client(limits=httpx.Limits(max_keepalive_connections=0))


def _seconds(milliseconds: Any) -> float | None:
    return milliseconds / 1000 if isinstance(milliseconds, int | float) else None


def _judge(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code in _LATER:
        wanted = answer.headers.get("Retry-After", "")
        text = f"not now ({answer.status_code})"
        raise NotSent(text, float(wanted) if wanted.isdecimal() else None)
    if answer.status_code == httpx.codes.REQUEST_TIMEOUT:  # it may have had the whole request
        raise NoAnswer("the request timed out")
    if answer.is_client_error:
        raise Rejected(answer.status_code, answer.text)
    if not answer.is_success:
        raise NoAnswer(f"status {answer.status_code}")
    try:
        content = answer.json()
    except ValueError as error:
        raise NoAnswer("the answer is not JSON") from error
    if not isinstance(content, dict):
        raise NoAnswer("the answer is not an object")
    return content
