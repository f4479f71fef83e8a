"""Who hears what an attempt is doing.

Events are numbered when first sent and sent again until somebody answers, so the web may see one
twice but never miss one. A thread of its own sends about once a second, and an empty batch every
2 s, whose reply is how a cancellation arrives while a network trains.
"""

import math
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypedDict

import httpx
from pydantic import SecretStr, ValidationError

from gpu_worker.contract.events import (
    Batch,
    Cancelled,
    Checkpoint,
    Evaluated,
    Event,
    Failed,
    Finished,
    Log,
    Preview,
    Progress,
    Reply,
    Started,
)
from gpu_worker.contract.job import Failure, Stored
from gpu_worker.contract.scores import Scores
from gpu_worker.contract.stage import Stage

from .log import REQUEST_ID
from .retry import Backoff, Refused, Unavailable, checked, named
from .stopping import StopReason, StopSwitch

_MAX_BATCH = 500
_LONGEST_NAME = 200
_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_CLAIM_POLL = 0.02

# This attempt's word no longer counts: its token is void.
_VOID = frozenset({401, 403})
# Not ours: a proxy whose studio is being exchanged answers so for a while.
_AWAY = frozenset({404, 409, 410})

LogLevel = Literal["info", "warning", "error"]
ProgressListener = Callable[[Progress], None]
"""Told each progress as it is made; its number is not yet the one that it is sent with."""


def _nobody(_: Progress) -> None:
    return None


@dataclass(frozen=True, slots=True)
class ReportPace:
    """How often the web is told, and for how long its silence is borne (seconds)."""

    send_every: float = 1.0
    heartbeat_every: float = 2.0
    unreachable_after: float = 600.0
    last_words: float = 120.0
    backoff: Backoff = field(default_factory=lambda: Backoff(first=0.5, ceiling=5.0))


class Addressed(Protocol):
    """The part of a job's envelope that says who reports, and to whom."""

    @property
    def attempt_id(self) -> str: ...

    @property
    def fence(self) -> int: ...

    @property
    def events_url(self) -> str: ...

    @property
    def token(self) -> SecretStr: ...

    @property
    def deadline_s(self) -> int: ...


class Reporter:
    """Reports one attempt to its events endpoint; thread-safe."""

    def __init__(
        self,
        job: Addressed,
        switch: StopSwitch,
        client: httpx.Client,
        pace: ReportPace | None = None,
        listener: ProgressListener = _nobody,
        remote_id: str = "",
    ) -> None:
        """``remote_id`` is the backend's name of the attempt; one that is too long is kept back."""
        self._job = job
        self._remote_id = remote_id if len(remote_id) <= _LONGEST_NAME else ""
        self._run = uuid.uuid4().hex
        self._listener = listener
        self._answered = threading.Event()
        self._switch = switch
        self._client = client
        self._pace = pace or ReportPace()
        self._changed = threading.Condition()
        self._waiting: list[Event] = []
        self._unheard: list[Event] = []
        self._sent = 0
        self._fraction = 0.0
        self._step: tuple[int | None, int | None] = None, None
        self._closing = False
        self._give_up_at = math.inf
        self._started = time.monotonic()
        self._heard = self._started
        self._failures = 0
        self._thread = threading.Thread(target=self._loop, name="report", daemon=True)

    def start(self) -> None:
        """Begin to send, and to watch the attempt's deadline."""
        self._thread.start()

    def claim(self) -> None:
        """Wait until the web has answered once, and says that this attempt is still wanted.

        Call it after ``started``: no file is fetched for an attempt that was cancelled or overtaken
        while it waited for a machine. Raises ``Stopped``, also where the web stays silent for
        ``unreachable_after``.
        """
        while not self._answered.is_set():
            self._switch.pause(_CLAIM_POLL)
        self._switch.pause(0.0)

    def close(self) -> bool:
        """Send what is left, for at most ``last_words``; whether the web has heard everything."""
        with self._changed:
            self._give_up_at = time.monotonic() + self._pace.last_words
            self._closing = True
            self._changed.notify()
        self._thread.join()
        return not self._waiting and not self._unheard

    def started(self, host: str, device: str) -> None:
        self._add(Started(**_now(), host=host, device=device))

    def progress(
        self,
        stage: Stage,
        fraction: float,
        *,
        eta_s: float | None = None,
        step: int | None = None,
        total_steps: int | None = None,
        losses: Mapping[str, float] | None = None,
    ) -> None:
        """How far the whole job is, never falling; of each stage only the newest waits to be sent.

        An event without a step repeats the last one, so that the newest event says all.
        """
        self._fraction = max(self._fraction, min(1.0, fraction))
        if step is not None:
            self._step = step, total_steps
        event = Progress(
            **_now(),
            stage=stage,
            fraction=self._fraction,
            eta_s=eta_s,
            step=self._step[0],
            total_steps=self._step[1],
            losses={name: value for name, value in (losses or {}).items() if math.isfinite(value)},
        )
        self._listener(event)
        with self._changed:
            last = self._waiting[-1] if self._waiting else None
            if isinstance(last, Progress) and last.stage == stage:
                self._waiting.pop()
            self._waiting.append(event)

    def log(self, ko: str, en: str, level: LogLevel = "info") -> None:
        self._add(Log(**_now(), level=level, ko=ko[:500], en=en[:500]))

    def checkpoint(self, step: int, file: Stored) -> None:
        self._add(Checkpoint(**_now(), step=step, file=file))

    def preview(self, step: int, mel_distance: float, file: Stored) -> None:
        self._add(Preview(**_now(), step=step, mel_distance=mel_distance, file=file))

    def evaluated(self, step: int, scores: Scores, best: bool) -> None:
        self._add(Evaluated(**_now(), step=step, scores=scores, best=best))

    def finished(self) -> None:
        self._add(Finished(**_now()))

    def failed(self, failure: Failure) -> None:
        self._add(Failed(**_now(), failure=failure))

    def cancelled(self) -> None:
        self._add(Cancelled(**_now()))

    def _add(self, event: Event) -> None:
        with self._changed:
            self._waiting.append(event)

    def _loop(self) -> None:
        sent = 0.0
        while True:
            with self._changed:
                left = sent + self._interval() - time.monotonic()
                self._changed.wait_for(self._hurried, max(0.0, left))
                anything = bool(self._waiting or self._unheard)
                now = time.monotonic()
                if self._closing and (not anything or now > self._give_up_at):
                    return
            self._watch(now)
            if anything or now - sent >= self._pace.heartbeat_every:
                sent = now
                self._send()

    def _interval(self) -> float:
        if self._failures:
            return self._pace.backoff.wait(self._failures)
        return self._pace.send_every

    def _hurried(self) -> bool:
        return self._closing and not self._failures

    def _watch(self, now: float) -> None:
        if now - self._started > self._job.deadline_s:
            self._switch.throw(StopReason.DEADLINE)
        if now - self._heard > self._pace.unreachable_after:
            self._switch.throw(StopReason.UNREACHABLE)

    def _send(self) -> None:
        """Send the oldest events once; they stay until a reply has come."""
        with self._changed:
            for event in self._waiting:
                self._sent += 1
                self._unheard.append(event.model_copy(update={"seq": self._sent}))
            self._waiting.clear()
            events = tuple(self._unheard[:_MAX_BATCH])
        try:
            reply = self._post(events)
            stop = reply.stop
            if reply.finish:
                self._switch.ask_to_finish()
        except Unavailable:
            self._failures += 1
            return
        except Refused as refused:
            if refused.status in _AWAY:
                self._failures += 1
                return
            # Asking again would not help: these events are dropped.
            stop = refused.status in _VOID
        self._failures = 0
        self._heard = time.monotonic()
        with self._changed:
            del self._unheard[: len(events)]
        if stop:
            self._switch.throw(StopReason.CANCELLED)
        self._answered.set()

    def _post(self, events: tuple[Event, ...]) -> Reply:
        job = self._job
        name = "" if self._answered.is_set() else self._remote_id
        batch = Batch(
            attempt_id=job.attempt_id,
            fence=job.fence,
            run=self._run,
            remote_id=name,
            events=events,
        )
        headers = {
            "Authorization": f"Bearer {self._job.token.get_secret_value()}",
            "Content-Type": "application/json",
            **({"X-Request-ID": REQUEST_ID} if REQUEST_ID else {}),
        }
        # an older studio refuses a field that it does not know
        content = batch.model_dump_json(exclude=None if name else {"remote_id"})
        try:
            response = self._client.post(
                self._job.events_url, content=content, headers=headers, timeout=_TIMEOUT
            )
            return Reply.model_validate_json(checked(response).content)
        except httpx.HTTPError as error:
            raise named(error) from None
        except ValidationError:
            # Something else answers on that address for now, such as a proxy's page.
            raise Unavailable("no reply of ours") from None


class _Stamp(TypedDict):
    seq: int
    at: float


def _now() -> _Stamp:
    """The number is given when the event is first sent."""
    return {"seq": 1, "at": time.time()}
