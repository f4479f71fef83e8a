"""What a compute backend does: take an attempt once, say how it is, stop it."""

import json
import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from gpu_worker.contract.job import AnyJob


class Busy(Exception):
    """Nothing was submitted and there is no room now: try later."""


class Refused(Exception):
    """Nothing was submitted and it won't be taken as it is: the operator must act."""


class Ambiguous(Exception):
    """It may or may not have been submitted. It must not be sent again."""


class Unreachable(Exception):
    """The backend can't be asked now."""


class RemoteState(StrEnum):
    """``ENDED``: it ran and ended, well or not. ``GONE``: nothing is known of it any more.

    ``UNCERTAIN``: the backend can't tell, as where an ambiguous submit left no remote id.
    """

    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"
    GONE = "gone"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True)
class Submission:
    """Where an attempt went; ``endpoint`` stays right when the settings change later."""

    remote_id: str
    endpoint: str


@dataclass(frozen=True)
class Remote:
    """An attempt as its backend knows it; the two texts are empty after an ambiguous submit."""

    attempt_id: uuid.UUID
    remote_id: str
    endpoint: str


@dataclass(frozen=True)
class Health:
    """Whether jobs can be sent now, and what the backend says of itself."""

    ok: bool
    detail: dict[str, Any]


class Backend(Protocol):
    """Runs attempts. Every method returns within seconds."""

    @property
    def name(self) -> str: ...

    def submit(self, spec: AnyJob, ttl_s: int) -> Submission:
        """Send one attempt, once; ``ttl_s`` bounds waiting and running together.

        Raises Busy, Refused, Ambiguous.
        """

    def status(self, remote: Remote) -> RemoteState:
        """How an attempt is. Raises Unreachable."""

    def stop(self, remote: Remote) -> bool:
        """Ask an attempt to end, harder each time; True once nothing of it runs any more.

        Raises Unreachable.
        """

    def health(self) -> Health: ...


def spec_payload(spec: AnyJob) -> dict[str, Any]:
    """The job as the worker reads it, with its token in clear."""
    payload: dict[str, Any] = spec.model_dump(mode="json")
    payload["token"] = spec.token.get_secret_value()
    return payload


def spec_text(spec: AnyJob) -> str:
    """``spec_payload`` as JSON text."""
    return json.dumps(spec_payload(spec))
