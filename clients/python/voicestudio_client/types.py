"""What the API answers with: the fields that programs need most. The rest are there too."""

from typing import Any, TypedDict


class Message(TypedDict):
    """One sentence a language."""

    ko: str
    en: str


class Problem(TypedDict):
    """Why something failed: a stable code, and what to do."""

    code: str
    message: Message


class Named(TypedDict):
    id: str
    name: str


class File(TypedDict):
    """A sound: an upload or a job's result."""

    id: str
    name: str
    state: str
    size: int
    duration_s: float | None
    stem: str | None
    ai_generated: bool
    error: Problem | None


class Dataset(TypedDict):
    """A named set of recordings."""

    id: str
    name: str
    files: list[File]
    usable_seconds: float


class Voice(TypedDict):
    id: str
    name: str
    state: str
    quality: float | None


class Job(TypedDict):
    """One piece of work; `results` are its files once it has succeeded."""

    id: str
    kind: str
    state: str
    title: str
    stage: str
    fraction: float
    eta_s: float | None
    quote: int
    cost: int | None
    batch: str | None
    voice: Named | None
    results: list[File]
    error: Problem | None
    params: dict[str, Any]


class Batch(TypedDict):
    """Jobs that were started together."""

    batch: str
    jobs: list[Job]
