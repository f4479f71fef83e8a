"""The worker's side of the queue, spoken by hand: the same calls as the SDK's loop makes."""

import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

RESULT_POSTS = 3
"""A result is posted so many times in all, then only logged."""


@dataclass
class Hand:
    """A worker of ``endpoint``."""

    url: str
    endpoint: str
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=10))

    def take(self) -> dict[str, Any] | None:
        """A job as the handler gets it; None where there is none."""
        answer = self.http.get(f"{self._at}/job-take/{self.id}")
        answer.raise_for_status()
        job: dict[str, Any] | None = answer.json() if answer.status_code == 200 else None
        return job

    def done(self, job: str, **result: Any) -> bool:
        """Whether the result of a job arrived."""
        for _ in range(RESULT_POSTS):
            answer = self.http.post(f"{self._at}/job-done/{self.id}/{job}", json=result)
            if answer.is_success:
                return True
        return False

    def stream(self, job: str, progress: Any) -> None:
        self.http.post(f"{self._at}/job-stream/{self.id}/{job}", json=progress)

    def ping(self) -> None:
        self.http.get(f"{self._at}/ping/{self.id}")

    def stops(self) -> list[str]:
        answer = self.http.get(f"{self._at}/job-stop/{self.id}")
        return list(answer.json()["jobsToStop"]) if answer.status_code == 200 else []

    @property
    def _at(self) -> str:
        return f"{self.url}/worker/{self.endpoint}"
