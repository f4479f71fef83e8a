"""What a kind of job knows: what it takes, how its envelope is built, what its result becomes."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from django.conf import settings
from django.db import transaction

from apps.common import storage
from apps.common.errors import ApiError
from apps.library.models import AudioFile, FileState
from apps.voices.models import Consent, Voice, VoiceState
from apps.voices.services import valid_consent
from gpu_worker.contract.job import AnyJob, FileRef, Manifest, Stored
from gpu_worker.contract.params import JobKind

from .. import tokens
from ..models import Attempt, Job, VoiceUse
from ..problems import JobProblem, WebCode, text_of
from ..timing import LINK_MARGIN, QUEUE_TTL

SETUP_S: Final = {"runpod": 600, "local": 1800}
"""For weights to arrive and a slow machine to begin."""
_PACE: Final = {"runpod": 3, "local": 1000}
"""Seconds that an attempt may take for each credit of its quote: what a rented card takes longer is
our cost, and ends here; a machine of one's own may be a slow CPU."""
_LONGEST_S: Final = 5 * 24 * 3600  # presigned links live 7 days at most


@dataclass(frozen=True)
class Use:
    """A voice that an order is for, its share, and the consent that it stands on."""

    voice: Voice
    consent: Consent
    weight: float = 1.0


@dataclass(frozen=True)
class Order:
    """A checked request for a job: the rows that it names are locked by the caller."""

    kind: JobKind
    title: str
    params: dict[str, Any]
    inputs: dict[str, Any]
    quote: int
    voices: tuple[Use, ...] = ()
    total_steps: int | None = None


class Kind(Protocol):
    """The part of a job's life that differs between kinds."""

    def output_names(self, job: Job) -> tuple[str, ...]:
        """Every object that an attempt may store."""

    def leftovers(self, job: Job, attempt: Attempt) -> tuple[str, ...]:
        """Objects of an ended attempt that nobody needs once the job itself is over."""

    def build(self, job: Job, attempt: Attempt) -> AnyJob:
        """The envelope of one attempt, with fresh links.

        Raises JobProblem where its inputs are gone, StorageUnavailable.
        """

    def required(self, job: Job) -> tuple[str, ...]:
        """Objects without which a result is not whole."""

    def apply(self, job: Job, attempt: Attempt, manifest: Manifest) -> None:
        """Turn a whole result into our rows, inside the caller's transaction."""

    def reopen(self, job: Job) -> None:
        """The customer tries the job again: lock and check, ApiError where it can't be."""

    def abandon(self, job: Job, *, failed: bool) -> None:
        """The job ended without a result."""


def deadline(quote: int) -> int:
    """Seconds that one attempt at work of this quote may take; RunPod's ``executionTimeout``."""
    backend = settings.COMPUTE_BACKEND
    return min(_LONGEST_S, SETUP_S[backend] + _PACE[backend] * quote)


def object_key(job_id: uuid.UUID, attempt_id: uuid.UUID, name: str) -> str:
    return f"jobs/{job_id}/{attempt_id}/{name}"


def link_life_s(attempt: Attempt) -> int:
    """Presigned links must outlive waiting and running."""
    return int(attempt.deadline_s + (QUEUE_TTL + LINK_MARGIN).total_seconds())


def envelope(job: Job, attempt: Attempt, names: tuple[str, ...]) -> dict[str, Any]:
    """The fields that every kind's job has."""
    life_s = link_life_s(attempt)
    return {
        "job_id": str(job.id),
        "attempt_id": str(attempt.id),
        "fence": attempt.fence,
        "outputs": {
            name: storage.presign_put(object_key(job.id, attempt.id, name), life_s)
            for name in names
        },
        "events_url": f"{settings.WORKER_CALLBACK_URL.rstrip('/')}/worker/v1/events",
        "token": tokens.sign(attempt.id, life_s),
        "deadline_s": attempt.deadline_s,
    }


def frozen(file: AudioFile) -> dict[str, Any]:
    """How a job remembers a file that it was started with."""
    return {
        "id": str(file.id),
        "name": file.name,
        "key": file.key,
        "size": file.size,
        "duration_s": file.duration_s or 0.0,
        "ai_generated": file.ai_generated,
    }


def sound_s(inputs: Mapping[str, Any]) -> float:
    """Seconds of sound that a job was started with."""
    return sum(float(file["duration_s"]) for file in inputs["files"])


def file_ref(snapshot: Mapping[str, Any], life_s: int) -> FileRef:
    return FileRef(
        id=snapshot["id"],
        name=snapshot["name"],
        url=storage.presign_get(snapshot["key"], life_s),
        size=snapshot["size"],
        ai_generated=snapshot.get("ai_generated", False),
    )


def check_inputs(job: Job) -> list[VoiceUse]:
    """The job's voices in their order, locked until the caller's transaction ends.

    JobProblem where one may no longer be used or a file is gone.
    """
    locked = Voice.objects.filter(uses__job=job).order_by("id")
    voices = {voice.id: voice for voice in locked.select_for_update(of=("self",), no_key=True)}
    uses = list(job.uses.select_related("consent"))
    for use in uses:
        use.voice = voices[use.voice_id]
        if use.voice.state == VoiceState.DELETED:
            raise JobProblem(WebCode.VOICE_DELETED)
        if use.consent is None or use.consent.revoked_at is not None:
            raise JobProblem(WebCode.CONSENT_REVOKED)
    wanted = {uuid.UUID(snapshot["id"]) for snapshot in job.inputs["files"]}
    ready = AudioFile.objects.filter(id__in=wanted, state=FileState.READY).count()
    if ready != len(wanted):
        raise JobProblem(WebCode.FILE_DELETED)
    return uses


def inspect(job: Job) -> list[VoiceUse]:
    """``check_inputs`` in a transaction of its own."""
    with transaction.atomic():
        return check_inputs(job)


def usable_inputs(job: Job) -> list[VoiceUse]:
    """``check_inputs`` for a customer's new request: ApiError instead of JobProblem.

    From now on the job stands on the consents that are valid today.
    """
    for use in job.uses.select_related("voice"):
        if consent := valid_consent(use.voice):
            VoiceUse.objects.filter(id=use.id).update(consent=consent)
    try:
        return check_inputs(job)
    except JobProblem as problem:
        text = text_of(problem.code)
        raise ApiError(problem.code, text.ko, text.en) from problem


def by_name(manifest: Manifest) -> dict[str, Stored]:
    return {file.name: file for file in manifest.files}
