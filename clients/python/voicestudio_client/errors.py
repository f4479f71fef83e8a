"""What can go wrong, by what a program can do about it."""

from typing import Any

from .types import Job, Message


class StudioError(Exception):
    """The API refused; go by ``code``, show ``message``, and name ``request_id`` to support."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        self.status = status
        self.code: str = error.get("code", f"http-{status}")
        self.message: Message = error.get("message") or Message(ko="", en="")
        self.field: str | None = error.get("field")
        self.fields: dict[str, Any] = error.get("fields") or {}
        self.docs: str = error.get("docs", "")
        self.request_id: str | None = error.get("request_id")
        super().__init__(f"{status} {self.code}: {self.message['en']} ({self.request_id})")


class JobFailed(Exception):
    """A job ended without a result."""

    def __init__(self, job: Job) -> None:
        self.job = job
        error = job["error"]
        why = f"{error['code']}: {error['message']['en']}" if error else job["state"]
        super().__init__(f"{job['kind']} {job['id']}: {why}")
