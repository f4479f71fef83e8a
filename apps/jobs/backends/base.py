"""What a compute backend does: take an attempt once, say how it is, stop it."""

import json
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Protocol

from gpu_worker.contract.job import AnyJob

REFUSED: Final = "operator:backend-refused"


class Busy(Exception):
    """Nothing was submitted and there is no room now: try later."""


class Closed(Exception):
    """Nothing was submitted, and nothing will be until the operator has acted: no job's fault.

    ``code`` is one of ``problems.WebCode``.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class Refused(Exception):
    """Nothing was submitted, and this job never will be as it is; ``code`` says why."""

    def __init__(self, detail: str, code: str = REFUSED) -> None:
        super().__init__(detail)
        self.code = code


class Ambiguous(Exception):
    """It may or may not have been submitted, to ``where`` if it was. It must not be sent again."""

    def __init__(self, detail: str = "", where: "Submission | None" = None) -> None:
        super().__init__(detail)
        self.where = where or Submission("", "")


class Unreachable(Exception):
    """The backend can't be asked now; ``code`` says why where only the operator can mend that."""

    def __init__(self, detail: str = "", code: str = "") -> None:
        super().__init__(detail)
        self.code = code


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
    """Where an attempt went; ``endpoint`` stays right when the settings change later.

    ``price_per_s`` is what a second of its machine costs in USD, where that is known.
    """

    remote_id: str
    endpoint: str
    price_per_s: Decimal | None = None


@dataclass(frozen=True)
class Remote:
    """An attempt as its backend knows it; the two texts are empty after an ambiguous submit."""

    attempt_id: uuid.UUID
    remote_id: str
    endpoint: str


@dataclass(frozen=True)
class Look:
    """How an attempt is. Of one that ended: the code of why, where the backend was told, and the
    seconds that its machine worked on it."""

    state: RemoteState
    code: str = ""
    detail: str = ""
    machine_s: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing of it runs any more, as far as can be known."""
        return self.state in (RemoteState.ENDED, RemoteState.GONE, RemoteState.UNCERTAIN)


@dataclass(frozen=True)
class Limits:
    """Attempts in flight at once, in all and of one workspace; None is no limit of ours."""

    total: int | None = None
    per_workspace: int | None = None


NO_LIMITS: Final = Limits()


@dataclass(frozen=True)
class Health:
    """Whether jobs can be sent now, and what the backend says of itself.

    ``code`` names the problem where there is one.
    """

    ok: bool
    detail: dict[str, Any] = field(default_factory=dict)
    code: str = ""


class Backend(Protocol):
    """Runs attempts. Every method returns within seconds."""

    @property
    def name(self) -> str: ...

    @property
    def limits(self) -> Limits: ...

    def submit(self, spec: AnyJob, ttl_s: int) -> Submission:
        """Send one attempt, once; ``ttl_s`` bounds waiting and running together.

        Raises Busy, Closed, Refused, Ambiguous.
        """

    def status(self, remote: Remote) -> Look:
        """How an attempt is. Raises Unreachable. Called from several threads at once."""

    def stop(self, remote: Remote) -> Look:
        """Ask an attempt to end, harder each time, until it ``is_over``.

        Raises Unreachable. Called from several threads at once.
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
