"""Runs attempts on RunPod Serverless."""

import json
from dataclasses import dataclass
from typing import Final

from gpu_worker.contract.job import AnyJob

from .base import (
    Ambiguous,
    Busy,
    Health,
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
    Rejected,
    RemoteStatus,
    RunPodClient,
)

_STATES: Final = {
    RemoteStatus.IN_QUEUE: RemoteState.WAITING,
    RemoteStatus.IN_PROGRESS: RemoteState.RUNNING,
    RemoteStatus.RUNNING: RemoteState.RUNNING,
    RemoteStatus.COMPLETED: RemoteState.ENDED,
    RemoteStatus.FAILED: RemoteState.ENDED,
    RemoteStatus.CANCELLED: RemoteState.ENDED,
    RemoteStatus.TIMED_OUT: RemoteState.ENDED,
}


@dataclass(frozen=True)
class RunPodBackend:
    """Sends new attempts to ``endpoint``; older ones are asked for where they were sent."""

    client: RunPodClient
    endpoint: str
    name: str = "runpod"

    def submit(self, spec: AnyJob, ttl_s: int) -> Submission:
        payload = spec_payload(spec)
        if len(json.dumps(payload)) > LARGEST_BODY:
            raise Refused("the job is larger than RunPod takes")
        try:
            remote_id = self.client.submit(self.endpoint, payload, spec.deadline_s, ttl_s)
        except NotSent as error:
            raise Busy(str(error)) from error
        except Rejected as error:
            raise Refused(str(error)) from error
        except NoAnswer as error:
            raise Ambiguous(str(error)) from error
        return Submission(remote_id, self.endpoint)

    def status(self, remote: Remote) -> RemoteState:
        if not remote.remote_id:
            return RemoteState.UNCERTAIN
        try:
            status = self.client.status(remote.endpoint, remote.remote_id)
        except (NotSent, NoAnswer, Rejected) as error:
            raise Unreachable(str(error)) from error
        return RemoteState.GONE if status is None else _STATES[status]

    def stop(self, remote: Remote) -> bool:
        """Without a remote id there is nothing to name: the fence alone stops such a worker."""
        state = self.status(remote)
        if state in (RemoteState.ENDED, RemoteState.GONE, RemoteState.UNCERTAIN):
            return True
        try:
            self.client.cancel(remote.endpoint, remote.remote_id)
        except (NotSent, NoAnswer, Rejected) as error:
            raise Unreachable(str(error)) from error
        return False

    def health(self) -> Health:
        try:
            return Health(ok=True, detail=self.client.health(self.endpoint))
        except (NotSent, NoAnswer, Rejected) as error:
            return Health(ok=False, detail={"error": str(error)})
