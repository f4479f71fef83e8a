"""Runs attempts on RunPod Serverless."""

import json
import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from gpu_worker.contract.errors import Code
from gpu_worker.contract.job import AnyJob
from gpu_worker.contract.params import JobKind

from ..compute import Route
from ..problems import WebCode
from ..states import Purpose
from .base import (
    NO_LIMITS,
    Ambiguous,
    Busy,
    Closed,
    Health,
    Limits,
    Look,
    Refused,
    Remote,
    RemoteState,
    Submission,
    Unreachable,
    spec_payload,
)
from .runpod_client import (
    LARGEST_BODY,
    NoAnswer,
    NotSent,
    Order,
    Rejected,
    RemoteStatus,
    RunPodClient,
    Said,
)

LAST_WORD_S: Final = 120
"""RunPod's own time limit comes this much after ours: a worker ends itself and says why."""

_STATES: Final = {
    RemoteStatus.IN_QUEUE: RemoteState.WAITING,
    RemoteStatus.IN_PROGRESS: RemoteState.RUNNING,
    RemoteStatus.RUNNING: RemoteState.RUNNING,
    RemoteStatus.COMPLETED: RemoteState.ENDED,
    RemoteStatus.FAILED: RemoteState.ENDED,
    RemoteStatus.CANCELLED: RemoteState.ENDED,
    RemoteStatus.TIMED_OUT: RemoteState.ENDED,
}
_QUOTA: Final = re.compile(r"(?i)balance|quota|credit|insufficient|funds|spend(ing)? limit|payment")
_CODE: Final = re.compile(r"\b(?:user|worker|operator):[a-z-]+")


@dataclass(frozen=True)
class RunPodBackend:
    """Sends new attempts to one of ``routes``; older ones are asked for where they were sent.

    ``webhook`` makes the address that RunPod tells of an attempt's end, good for so many seconds;
    ``heads_for`` is told where an attempt goes before it is sent there.
    """

    client: RunPodClient
    routes: tuple[Route, ...]
    limits: Limits = NO_LIMITS
    webhook: Callable[[uuid.UUID, int], str] | None = None
    heads_for: Callable[[uuid.UUID, Route], None] | None = None
    name: str = field(default="runpod")

    def submit(self, spec: AnyJob, ttl_s: int) -> Submission:
        """Another endpoint is tried only where it is certain that the one before has nothing."""
        order = self._order(spec, ttl_s)
        if not self.client.api_key or not self.routes:
            raise Closed(WebCode.RUNPOD_UNSET)
        busy: Busy | None = None
        closed = Closed(Code.CONTRACT_VERSION, "no endpoint's worker speaks our contract")
        for route in in_order(self.routes, spec.kind):
            if self.heads_for is not None:
                self.heads_for(uuid.UUID(spec.attempt_id), route)
            try:
                remote_id = self.client.submit(route.endpoint, order)
            except NotSent as error:
                busy = Busy(str(error))
            except NoAnswer as error:
                where = Submission("", route.endpoint, route.price_per_s)
                raise Ambiguous(str(error), where) from error
            except Rejected as error:
                closed = _closed(error)
            else:
                return Submission(remote_id, route.endpoint, route.price_per_s)
        raise busy or closed

    def _order(self, spec: AnyJob, ttl_s: int) -> Order:
        attempt_id = uuid.UUID(spec.attempt_id)
        webhook = self.webhook(attempt_id, ttl_s) if self.webhook else ""
        order = Order(
            spec_payload(spec), spec.deadline_s + LAST_WORD_S, ttl_s + LAST_WORD_S, webhook
        )
        if len(json.dumps(order.body()).encode()) > LARGEST_BODY:
            raise Refused("the job is larger than RunPod takes", WebCode.JOB_TOO_LARGE)
        return order

    def status(self, remote: Remote) -> Look:
        if not remote.remote_id or not remote.endpoint:
            return Look(RemoteState.UNCERTAIN)
        try:
            said = self.client.status(remote.endpoint, remote.remote_id)
        except Rejected as error:
            code = refusal_code(error)
            raise Unreachable(str(error), code if code == WebCode.RUNPOD_KEY else "") from error
        except (NotSent, NoAnswer) as error:
            raise Unreachable(str(error)) from error
        return Look(RemoteState.GONE) if said is None else read_status(said)

    def stop(self, remote: Remote) -> Look:
        """Without a remote id there is nothing to name: the fence alone stops such a worker."""
        look = self.status(remote)
        if look.is_over:
            return look
        try:
            self.client.cancel(remote.endpoint, remote.remote_id)
        except Rejected as error:
            if error.status == 404:
                return Look(RemoteState.GONE)
            raise Unreachable(str(error)) from error
        except (NotSent, NoAnswer) as error:
            raise Unreachable(str(error)) from error
        return look

    def health(self) -> Health:
        """Well where one endpoint takes jobs; ``detail`` says of each how it is."""
        if not self.client.api_key or not self.routes:
            return Health(False, {}, WebCode.RUNPOD_UNSET)
        each = {route.endpoint: self.health_of(route.endpoint) for route in self.routes}
        code = next((health.code for health in each.values() if not health.ok), "")
        return Health(
            any(health.ok for health in each.values()),
            {name: health.detail | {"code": health.code} for name, health in each.items()},
            code,
        )

    def health_of(self, endpoint: str) -> Health:
        """Whether the endpoint answers, with its counts of jobs and workers. Somebody waits for
        the answer: it is asked once."""
        try:
            counts = replace(self.client, tries=1).health(endpoint)
        except Rejected as error:
            return Health(False, {"error": str(error)}, refusal_code(error))
        except (NotSent, NoAnswer) as error:
            return Health(False, {"error": str(error)}, WebCode.RUNPOD_AWAY)
        return Health(True, counts)


def in_order(routes: Iterable[Route], kind: JobKind) -> list[Route]:
    """The endpoints for a kind, best first: meant for it, for anything, for something else.

    None whose worker is known to refuse our contract.
    """
    wanted = Purpose.TRAINING if kind == JobKind.TRAIN else Purpose.CONVERSION
    ranks: dict[str, int] = {wanted: 0, Purpose.ANY: 1}
    able = (route for route in routes if route.problem != Code.CONTRACT_VERSION)
    return sorted(able, key=lambda route: (bool(route.problem), ranks.get(route.purpose, 2)))


def refusal_code(error: Rejected) -> str:
    """Which problem a 4xx means."""
    if error.status == 402 or (error.status in (400, 403) and _QUOTA.search(str(error))):
        return WebCode.RUNPOD_QUOTA
    if error.status in (401, 403):
        return WebCode.RUNPOD_KEY
    if error.status == 404:
        return WebCode.RUNPOD_ENDPOINT
    if error.status == 413:
        return WebCode.JOB_TOO_LARGE
    return WebCode.BACKEND_REFUSED


def _closed(error: Rejected) -> Closed:
    """An endpoint that RunPod does not know: another may take the job.

    Raises Refused where the job itself is at fault, Closed where no endpoint can do better.
    """
    code = refusal_code(error)
    if code in (WebCode.JOB_TOO_LARGE, WebCode.BACKEND_REFUSED):
        raise Refused(str(error), code) from error
    closed = Closed(code, str(error))
    if code != WebCode.RUNPOD_ENDPOINT:
        raise closed from error
    return closed


def read_status(said: Said) -> Look:
    """RunPod's word on a job as ours. A result proves nothing: the manifest does."""
    state = _STATES[said.status]
    if state != RemoteState.ENDED:
        return Look(state)
    detail = f"{said.status}: {said.error}" if said.error else str(said.status)
    if said.status == RemoteStatus.TIMED_OUT:
        return Look(state, Code.DEADLINE, detail, said.execution_s)
    return Look(state, _code_in(said), detail[:4000], said.execution_s)


def _code_in(said: Said) -> str:
    """The contract's code that a worker left in its error or output, where there is one."""
    output: Any = said.output
    named = output.get("code") if isinstance(output, dict) else None
    known = {code.value for code in Code}
    for text in (str(named or ""), said.error):
        for found in _CODE.findall(text):
            if found in known:
                return str(found)
    return ""
