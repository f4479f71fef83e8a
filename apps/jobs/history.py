"""A job's history: what is kept of a worker's events, and how it reads."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypedDict

from apps.common import storage
from apps.voices.models import VoiceState
from apps.voices.services import valid_consent
from gpu_worker.contract.errors import Text
from gpu_worker.contract.events import Event, Progress
from gpu_worker.contract.stage import Stage

from .kinds import of
from .kinds.base import object_key
from .models import Attempt, EventType, Job, JobEvent
from .notices import STAGES, read_notice
from .problems import text_of

PREVIEW_LINK_S: Final = 3600


class Line(TypedDict):
    """One line of the history; a field that a type has no use for is null."""

    id: int
    type: str
    at: datetime
    attempt: int
    level: str
    ko: str | None
    en: str | None
    stage: str | None
    fraction: float | None
    step: int | None
    total_steps: int | None
    losses: dict[str, float] | None
    mel_distance: float | None
    scores: dict[str, float | None] | None
    best: bool | None


class PreviewLink(TypedDict):
    """A rendered reference phrase, by a link that expires."""

    step: int
    mel_distance: float
    url: str


def keep(attempt: Attempt, events: Sequence[Event]) -> bool:
    """Store events that are new; True if any was. Repeats and late ones are harmless."""
    if not events:
        return False
    known = set(
        JobEvent.objects.filter(
            attempt=attempt, seq__in=[event.seq for event in events]
        ).values_list("seq", flat=True)
    )
    fresh = {event.seq: event for event in events if event.seq not in known}
    JobEvent.objects.bulk_create(
        [_row(attempt, event) for event in fresh.values()], ignore_conflicts=True
    )
    return bool(fresh)


def _row(attempt: Attempt, event: Event) -> JobEvent:
    return JobEvent(
        job_id=attempt.job_id,
        attempt=attempt,
        seq=event.seq,
        type=event.type,
        at=_clock(event.at),
        payload=event.model_dump(mode="json", exclude={"seq", "at", "type"}),
    )


def _clock(seconds: float) -> datetime:
    """A worker's clock reading; nonsense becomes the present, for the log only."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.now(UTC)


def lines(job: Job, after: int, limit: int) -> list[Line]:
    """The history after the row ``after``, oldest first.

    A progress event reads as a line only where its attempt enters a stage; with losses it is a
    point of the curve too.
    """
    rows = list(
        JobEvent.objects.filter(job=job, id__gt=after)
        .select_related("attempt")
        .order_by("id")[:limit]
    )
    entries = set(
        JobEvent.objects.filter(job=job, type=EventType.PROGRESS)
        .order_by("attempt_id", "payload__stage", "seq")
        .distinct("attempt_id", "payload__stage")
        .values_list("id", flat=True)
    )
    return [_line(row, enters_stage=row.id in entries) for row in rows]


def _line(row: JobEvent, *, enters_stage: bool) -> Line:
    payload = row.payload
    text = _text(row, enters_stage=enters_stage)
    return Line(
        id=row.id,
        type=row.type,
        at=row.at,
        attempt=row.attempt.fence,
        level=_level(row),
        ko=text.ko if text else None,
        en=text.en if text else None,
        stage=payload.get("stage"),
        fraction=payload.get("fraction"),
        step=payload.get("step"),
        total_steps=payload.get("total_steps"),
        losses=payload.get("losses") or None,
        mel_distance=payload.get("mel_distance"),
        scores=payload.get("scores"),
        best=payload.get("best"),
    )


def _level(row: JobEvent) -> str:
    if row.type == EventType.FAILED or row.notice == "failed":
        return "error"
    if row.notice in {"retrying", "unknown"}:
        return "warning"
    return str(row.payload.get("level", "info"))


def _text(row: JobEvent, *, enters_stage: bool) -> Text | None:
    payload = row.payload
    match row.type:
        case EventType.NOTICE:
            return read_notice(row.notice, row.attempt.fence, payload)
        case EventType.STARTED:
            return Text(
                f"작업 서버에서 시작했습니다({payload['device']}).",
                f"Started on a worker ({payload['device']}).",
            )
        case EventType.PROGRESS:
            return STAGES[Stage(payload["stage"])] if enters_stage else None
        case EventType.LOG:
            return Text(payload["ko"], payload["en"])
        case EventType.CHECKPOINT:
            step = payload["step"]
            return Text(f"{step}스텝의 체크포인트를 저장했습니다.", f"Checkpoint at step {step}.")
        case EventType.PREVIEW:
            step = payload["step"]
            return Text(f"{step}스텝의 미리듣기를 만들었습니다.", f"Preview at step {step}.")
        case EventType.EVALUATED:
            return _evaluated(payload)
        case EventType.FAILED:
            reason = text_of(payload["failure"]["code"])
            return Text(reason.ko, reason.en)
        case EventType.CANCELLED:
            return Text("작업 서버가 작업을 멈췄습니다.", "The worker stopped.")
    return None


def _evaluated(payload: Mapping[str, Any]) -> Text:
    step, quality = payload["step"], payload["scores"]["quality"]
    ko, en = (" (지금까지 최고)", " (the best so far)") if payload["best"] else ("", "")
    return Text(
        f"{step}스텝의 목소리 품질: {quality:.0f}/100{ko}",
        f"Quality of the voice at step {step}: {quality:.0f}/100{en}",
    )


def preview_links(job: Job) -> list[PreviewLink]:
    """The rendered phrases by step; of several attempts' the newest.

    None where the voice was deleted or its consent revoked: they are its sound.
    """
    voice = job.voice
    if voice is None or voice.state == VoiceState.DELETED or valid_consent(voice) is None:
        return []
    newest = _previews(job)
    return [
        PreviewLink(
            step=step,
            mel_distance=payload["mel_distance"],
            url=storage.presign_get(
                object_key(job.id, attempt_id, payload["file"]["name"]), PREVIEW_LINK_S
            ),
        )
        for step, (attempt_id, payload) in sorted(newest.items())
    ]


def preview_object(job: Job, step: int) -> tuple[uuid.UUID, str] | None:
    """The attempt that rendered the phrase at this step, and what it named the object."""
    found = _previews(job).get(step)
    return (found[0], found[1]["file"]["name"]) if found else None


def _previews(job: Job) -> dict[int, tuple[uuid.UUID, dict[str, Any]]]:
    """Attempt and event of each rendered phrase by its step."""
    allowed = set(of(job).output_names(job))
    newest: dict[int, tuple[uuid.UUID, dict[str, Any]]] = {}
    rows = JobEvent.objects.filter(job=job, type=EventType.PREVIEW).order_by("attempt__fence")
    for row in rows:
        if row.payload["file"]["name"] in allowed:
            newest[row.payload["step"]] = (row.attempt_id, row.payload)
    return newest


def newest_progress(events: Sequence[Event], above: int) -> Progress | None:
    """The progress event with the highest number, if that is above ``above``."""
    progress = [event for event in events if isinstance(event, Progress) and event.seq > above]
    return max(progress, key=lambda event: event.seq, default=None)
