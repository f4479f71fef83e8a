"""What a worker reports, and what it hears back.

Events of an attempt are numbered by ``seq`` from 1. The receiver must bear every event twice, late,
out of order or never; only the manifest in storage proves success.
"""

from typing import Annotated, Literal

from pydantic import Field

from .base import Frozen
from .job import Failure, Stored
from .scores import Scores
from .stage import Stage


class _Event(Frozen):
    seq: int = Field(ge=1)
    at: float = Field(description="Seconds since the epoch on the worker's clock")


class Started(_Event):
    type: Literal["started"] = "started"
    host: str = Field(max_length=200)
    device: str = Field(max_length=200)


class Progress(_Event):
    """``fraction`` of the whole job in 0..1, never falling within an attempt."""

    type: Literal["progress"] = "progress"
    stage: Stage
    fraction: float = Field(ge=0, le=1)
    eta_s: float | None = Field(None, ge=0)
    step: int | None = None
    total_steps: int | None = None
    losses: dict[str, float] = Field(default_factory=dict)


class Log(_Event):
    type: Literal["log"] = "log"
    level: Literal["info", "warning", "error"] = "info"
    ko: str = Field(max_length=500)
    en: str = Field(max_length=500)


class Checkpoint(_Event):
    """A resumable checkpoint now lies at the attempt's ``checkpoint.pt``."""

    type: Literal["checkpoint"] = "checkpoint"
    step: int
    file: Stored


class Preview(_Event):
    """A rendered reference phrase now lies in storage."""

    type: Literal["preview"] = "preview"
    step: int
    mel_distance: float
    file: Stored


class Evaluated(_Event):
    """A checkpoint was scored on held-out recordings; ``best`` where none before was better."""

    type: Literal["evaluated"] = "evaluated"
    step: int
    scores: Scores
    best: bool


class Finished(_Event):
    """A hint that the manifest is in storage."""

    type: Literal["finished"] = "finished"


class Failed(_Event):
    type: Literal["failed"] = "failed"
    failure: Failure


class Cancelled(_Event):
    type: Literal["cancelled"] = "cancelled"


Event = Annotated[
    Started | Progress | Log | Checkpoint | Preview | Evaluated | Finished | Failed | Cancelled,
    Field(discriminator="type"),
]


class Batch(Frozen):
    """POST body of the events endpoint; an empty batch is a heartbeat.

    ``run`` tells apart workers that were handed the same attempt: only the first is listened to.
    ``remote_id`` is the backend's name of the attempt, until it was heard, where the worker knows
    it: whoever submitted it may not.
    """

    attempt_id: str
    fence: int
    run: str = Field("", max_length=64)
    remote_id: str = Field("", max_length=200)
    events: tuple[Event, ...] = Field(max_length=500)


class Reply(Frozen):
    """``stop`` means: this attempt was cancelled or overtaken; end now and store nothing more.

    ``finish`` means: the customer has heard enough; end training early and keep the best voice.
    """

    stop: bool
    finish: bool = False
