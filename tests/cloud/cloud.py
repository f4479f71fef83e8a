"""What RunPod's queue remembers and does, after its documentation, with its limits and its faults.

The other side of ``server``'s HTTP. Its clock can be put forward: ``pass_time``.
https://docs.runpod.io/serverless/endpoints/send-requests
"""

import random
import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

LARGEST_BODY: Final = 10_000_000
RETENTION_S: Final = 30 * 60
DEFAULT_EXECUTION_S: Final = 600.0
DEFAULT_TTL_S: Final = 24 * 3600.0
WORKER_SILENCE_S: Final = 60.0
"""A worker that was not heard of for this long is dead: its jobs go to another, once."""
IDLE_S: Final = 7 * 24 * 3600.0
"""After this an endpoint that nobody used has no workers."""
LIMITS: Final = {"run": 1000, "status": 2000, "cancel": 100}
"""Calls of an endpoint in 10 s; more are answered 429."""
LIMIT_S: Final = 10.0
OVER: Final = ("COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT")


@dataclass
class Faults:
    """How often each fault happens, 0 to 1. One seed gives one run."""

    seed: int = 0
    busy: float = 0.0
    """429: certainly nothing was done."""
    broken: float = 0.0
    """500, and nothing was done."""
    answer_lost: float = 0.0
    """500, and it was done."""
    result_lost: float = 0.0
    """All three posts of a worker's result fail."""
    delivered_twice: float = 0.0
    webhook_lost: float = 0.0
    webhook_thrice: float = 0.0
    progress_late: float = 0.0
    """A worker's progress is applied after its result."""

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    def strikes(self, name: str) -> bool:
        chance: float = getattr(self, name)
        return self._dice.random() < chance


@dataclass
class Endpoint:
    """``cold_start_s`` passes before a job can be taken where no worker is warm."""

    workers_max: int = 3
    cold_start_s: float = 0.0
    used_at: float = 0.0
    warm_until: float = 0.0


@dataclass
class RemoteJob:
    id: str
    endpoint: str
    input: Any
    created_at: float
    ready_at: float
    execution_s: float
    ttl_s: float
    webhook: str
    status: str = "IN_QUEUE"
    worker: str = ""
    started_at: float | None = None
    ended_at: float | None = None
    output: Any = None
    error: str = ""
    progress: Any = None
    deliveries: int = 0
    told: int = 0

    def shown(self) -> dict[str, Any]:
        """The body of /status and of a webhook."""
        body: dict[str, Any] = {"id": self.id, "status": self.status}
        if self.started_at is not None:
            body["delayTime"] = round(1000 * (self.started_at - self.created_at))
        if self.started_at is not None and self.ended_at is not None:
            body["executionTime"] = round(1000 * (self.ended_at - self.started_at))
        if self.error:
            body["error"] = self.error
        output = self.output if self.output is not None else self.progress
        return body if output is None else body | {"output": output}


@dataclass
class Refusal(Exception):
    """An HTTP status with its text."""

    status: int
    text: str


@dataclass
class Cloud:
    """``key`` is the account's; ``refusal`` answers every submit where it is set."""

    key: str = "a-key-that-no-text-may-hold"
    faults: Faults = field(default_factory=Faults)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    jobs: dict[str, RemoteJob] = field(default_factory=dict)
    refusal: Refusal | None = None
    balance: float = 12.5
    calls: list[str] = field(default_factory=list)
    workers: dict[str, float] = field(default_factory=dict)
    stops: dict[str, list[str]] = field(default_factory=dict)
    ended: list[RemoteJob] = field(default_factory=list)
    """Ends that a webhook still has to tell of."""
    ran: list[str] = field(default_factory=list)
    """Ids of jobs in the order in which workers took them, twice where delivered twice."""
    posts: list[str] = field(default_factory=list)
    """Ids of the jobs whose result was posted, arrived or not."""
    accepted: list[Any] = field(default_factory=list)
    """The input of every job that was ever queued."""
    recent: dict[tuple[str, str], deque[float]] = field(default_factory=dict)
    throttled: list[str] = field(default_factory=list)
    """Verbs of calls beyond the limits."""
    ahead_s: float = 0.0
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def now(self) -> float:
        return time.monotonic() + self.ahead_s

    def pass_time(self, seconds: float) -> None:
        with self.lock:
            self.ahead_s += seconds
            self.tick()

    def count(self, endpoint: str, verb: str) -> None:
        """Hold a call to the documented limits."""
        taken = self.recent.setdefault((endpoint, verb), deque())
        while taken and self.now - taken[0] >= LIMIT_S:
            taken.popleft()
        if len(taken) >= LIMITS.get(verb, LIMITS["status"]):
            self.throttled.append(verb)
            raise Refusal(429, "too many requests")
        taken.append(self.now)

    def endpoint(self, name: str) -> Endpoint:
        if name not in self.endpoints:
            raise Refusal(404, "endpoint not found")
        return self.endpoints[name]

    # -- the client's side -----------------------------------------------------------------------

    def run(self, endpoint: str, body: dict[str, Any]) -> RemoteJob:
        place = self.endpoint(endpoint)
        if self.refusal is not None:
            raise self.refusal
        if "input" not in body:
            raise Refusal(400, "input is missing")
        policy = body.get("policy") or {}
        is_warm = place.warm_until > self.now
        job = RemoteJob(
            id=f"{uuid.uuid4()}-u1",
            endpoint=endpoint,
            input=body["input"],
            created_at=self.now,
            ready_at=self.now + (0.0 if is_warm else place.cold_start_s),
            execution_s=policy.get("executionTimeout", 1000 * DEFAULT_EXECUTION_S) / 1000,
            ttl_s=policy.get("ttl", 1000 * DEFAULT_TTL_S) / 1000,
            webhook=body.get("webhook", ""),
        )
        if place.used_at and self.now - place.used_at > IDLE_S:
            place.workers_max = 0
        place.used_at = self.now
        self.jobs[job.id] = job
        self.accepted.append(job.input)
        return job

    def job(self, endpoint: str, name: str) -> RemoteJob:
        self.endpoint(endpoint)
        job = self.jobs.get(name)
        if job is None or job.endpoint != endpoint:
            raise Refusal(404, "job not found")
        return job

    def cancel(self, endpoint: str, name: str) -> RemoteJob:
        job = self.job(endpoint, name)
        if job.status not in OVER:
            self._stop(job, "CANCELLED")
        return job

    def retry(self, endpoint: str, name: str) -> RemoteJob:
        job = self.job(endpoint, name)
        if job.status not in ("FAILED", "TIMED_OUT"):
            raise Refusal(400, f"a job that is {job.status} can't be retried")
        job.status, job.ended_at, job.started_at = "IN_QUEUE", None, None
        return job

    def health(self, endpoint: str) -> dict[str, Any]:
        place = self.endpoint(endpoint)
        states = [job.status for job in self.jobs.values() if job.endpoint == endpoint]
        at_work = states.count("IN_PROGRESS")
        return {
            "jobs": {
                "completed": states.count("COMPLETED"),
                "failed": states.count("FAILED") + states.count("TIMED_OUT"),
                "inProgress": at_work,
                "inQueue": states.count("IN_QUEUE"),
                "retried": 0,
            },
            "workers": {
                "idle": max(0, place.workers_max - at_work),
                "initializing": 0,
                "ready": place.workers_max,
                "running": at_work,
                "throttled": 0,
                "unhealthy": 0,
            },
        }

    # -- the worker's side -----------------------------------------------------------------------

    def take(self, endpoint: str, worker: str) -> RemoteJob | None:
        """The next job for a worker, which has it from now on; None where there is none yet."""
        place = self.endpoint(endpoint)
        self.workers[worker] = self.now
        self.tick()
        at_work = {job.worker for job in self.jobs.values() if job.status == "IN_PROGRESS"}
        if len(at_work - {worker}) >= place.workers_max:
            return None
        place.warm_until = self.now + 60
        waiting = (each for each in self.jobs.values() if each.endpoint == endpoint)
        for job in waiting:
            if job.status == "IN_QUEUE" and job.ready_at <= self.now:
                return self._deliver(job, worker)
        return None

    def _deliver(self, job: RemoteJob, worker: str) -> RemoteJob:
        job.deliveries += 1
        self.ran.append(job.id)
        is_again = job.deliveries == 1 and self.faults.strikes("delivered_twice")
        if not is_again:  # else it stays in the queue, for another worker to run it too
            job.status = "IN_PROGRESS"
        job.worker = worker
        job.started_at = job.started_at or self.now
        return job

    def done(self, worker: str, name: str, body: dict[str, Any]) -> None:
        """A worker's result; that of a job which is over or forgotten changes nothing.

        The SDK posts progress here too.
        """
        self.workers[worker] = self.now
        if body.get("status") == "IN_PROGRESS":
            self.stream(name, body.get("output"))
            return
        job = self.jobs.get(name)
        if job is None or job.status in OVER:
            return
        job.output = body.get("output")
        job.error = str(body.get("error") or "")
        self._end(job, "FAILED" if job.error else "COMPLETED")

    def stream(self, name: str, body: Any) -> None:
        """Progress: nobody orders it, and late it overwrites the output of a job that is over."""
        job = self.jobs.get(name)
        if job is not None:
            job.progress = body
            if job.status in OVER and self.faults.strikes("progress_late"):
                job.output = body

    def ping(self, worker: str) -> None:
        self.workers[worker] = self.now

    def to_stop(self, worker: str) -> list[str]:
        self.workers[worker] = self.now
        return self.stops.pop(worker, [])

    # -- time ------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Whatever time alone brings about."""
        now = self.now
        for job in list(self.jobs.values()):
            if job.ended_at is not None:
                if now - job.ended_at > RETENTION_S:
                    del self.jobs[job.id]
            elif now - job.created_at > job.ttl_s:
                self._stop(job, "CANCELLED", tell=False)
                del self.jobs[job.id]
            elif job.started_at is not None and now - job.started_at > job.execution_s:
                self._stop(job, "TIMED_OUT")
            elif job.status == "IN_PROGRESS" and self._is_dead(job.worker):
                self._lose(job)

    def _is_dead(self, worker: str) -> bool:
        return self.now - self.workers.get(worker, 0.0) > WORKER_SILENCE_S

    def _lose(self, job: RemoteJob) -> None:
        if job.deliveries < 2:
            job.status, job.worker = "IN_QUEUE", ""
        else:
            job.error = "worker lost"
            self._end(job, "FAILED")

    def _stop(self, job: RemoteJob, status: str, *, tell: bool = True) -> None:
        if job.worker:
            self.stops.setdefault(job.worker, []).append(job.id)
        self._end(job, status, tell=tell)

    def _end(self, job: RemoteJob, status: str, *, tell: bool = True) -> None:
        job.status, job.ended_at = status, self.now
        if tell and job.webhook and not self.faults.strikes("webhook_lost"):
            times = 3 if self.faults.strikes("webhook_thrice") else 1
            self.ended.extend([job] * times)
