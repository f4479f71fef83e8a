"""The four calls of RunPod Serverless that we use, over httpx.

Its own SDK sends only ``input`` and ignores HTTP status; here every answer is judged.
API: https://docs.runpod.io/serverless/endpoints/send-requests
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import httpx

API: Final = "https://api.runpod.ai/v2"
TIMEOUT: Final = httpx.Timeout(20.0, connect=5.0)
LARGEST_BODY: Final = 10_000_000
LONGEST_S: Final = 7 * 24 * 3600


class RemoteStatus(StrEnum):
    IN_QUEUE = "IN_QUEUE"
    IN_PROGRESS = "IN_PROGRESS"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    TIMED_OUT = "TIMED_OUT"


class NotSent(Exception):
    """The request never reached RunPod, or it was turned away for now (429)."""


class Rejected(Exception):
    """RunPod answered that it won't do this (4xx)."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"RunPod answered {status}: {text[:500]}")
        self.status = status


class NoAnswer(Exception):
    """A time-out, a broken connection or a 5xx: it may have been done."""


@dataclass(frozen=True)
class RunPodClient:
    """Bound to an account; the endpoint is named in each call. ``api`` is another host in tests."""

    api_key: str = field(repr=False)
    api: str = API

    def submit(
        self, endpoint: str, payload: Mapping[str, Any], execution_s: int, ttl_s: int
    ) -> str:
        """Queue a job once and return its id. Raises NotSent, Rejected, NoAnswer.

        ``ttl`` counts from now and kills running jobs too, so it has to cover both.
        """
        policy = {
            "executionTimeout": min(execution_s, LONGEST_S) * 1000,
            "ttl": min(ttl_s, LONGEST_S) * 1000,
        }
        answer = self._call("POST", f"/{endpoint}/run", {"input": payload, "policy": policy})
        remote_id = answer.get("id")
        if not isinstance(remote_id, str) or not remote_id:
            raise NoAnswer("the answer holds no id")
        return remote_id

    def status(self, endpoint: str, remote_id: str) -> RemoteStatus | None:
        """The job's state; None where RunPod knows it no longer. Raises as ``submit``."""
        try:
            answer = self._call("GET", f"/{endpoint}/status/{remote_id}")
        except Rejected as error:
            if error.status == httpx.codes.NOT_FOUND:
                return None
            raise
        try:
            return RemoteStatus(answer.get("status", ""))
        except ValueError as error:
            raise NoAnswer(f"an unknown state: {answer.get('status')!r}") from error

    def cancel(self, endpoint: str, remote_id: str) -> None:
        """Ask a job to end. Raises as ``submit``."""
        self._call("POST", f"/{endpoint}/cancel/{remote_id}")

    def health(self, endpoint: str) -> dict[str, Any]:
        """Counts of jobs and workers. Raises as ``submit``."""
        return self._call("GET", f"/{endpoint}/health")

    def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        try:
            with httpx.Client(timeout=TIMEOUT) as client:
                answer = client.request(
                    method,
                    f"{self.api}{path}",
                    json=body,
                    headers={"Authorization": f"Bearer {self.api_key}"},
                )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent(str(error)) from error
        except httpx.TransportError as error:
            raise NoAnswer(str(error)) from error
        return _judge(answer)


def _judge(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise NotSent("too many requests")
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
