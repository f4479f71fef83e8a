"""What a voice's page knows of its jobs: sounds for a demo clip, and what a deletion removes."""

import uuid
from typing import TypedDict

from apps.common import storage
from apps.common.errors import ApiError
from apps.library.models import AudioFile, FileState
from apps.voices import page
from apps.voices.models import Voice
from gpu_worker.contract.params import JobKind

from . import history
from .kinds.base import object_key
from .models import EventType, Job, JobEvent, VoiceUse
from .requests import DemoChoice
from .states import JOB_ACTIVE

_NOT_OF_THE_VOICE = ApiError(
    "demo-not-found",
    "이 목소리로 만든 결과나 미리듣기만 데모로 쓸 수 있습니다.",
    "Only a result or a preview of this voice can be its demo.",
    status=400,
    field="file",
)


class Removal(TypedDict):
    """What goes with a voice, and what stays."""

    checkpoints: int
    previews: int
    bytes: int
    active_jobs: int
    kept_results: int


def choose_demo(voice: Voice, wanted: DemoChoice) -> Voice:
    """Make a result or a preview the voice's demo clip. Raises ApiError."""
    if wanted.file is not None:
        return _from_result(voice, wanted.file)
    assert wanted.job is not None
    assert wanted.step is not None
    return _from_preview(voice, wanted.job, wanted.step)


def _from_result(voice: Voice, file_id: uuid.UUID) -> Voice:
    files = AudioFile.objects.for_workspace(voice.workspace_id)
    file = files.filter(id=file_id, state=FileState.READY).first()
    if file is None or not VoiceUse.objects.filter(voice=voice, job=file.job_id).exists():
        raise _NOT_OF_THE_VOICE
    return page.set_demo(voice.id, file.key, file.name)


def _from_preview(voice: Voice, job_id: uuid.UUID, step: int) -> Voice:
    job = Job.objects.filter(id=job_id, kind=JobKind.TRAIN, uses__voice=voice).first()
    found = history.preview_object(job, step) if job else None
    if found is None:
        raise _NOT_OF_THE_VOICE
    attempt_id, name = found
    return page.set_demo(voice.id, object_key(job_id, attempt_id, name), f"{voice.name} · {step}")


def removal(voice: Voice) -> Removal:
    """What deleting the voice takes away now, and what of it stays. Asks storage once."""
    trainings = Job.objects.filter(kind=JobKind.TRAIN, uses__voice=voice)
    made = Job.objects.filter(uses__voice=voice).exclude(kind=JobKind.TRAIN)
    previews = JobEvent.objects.filter(job__in=trainings, type=EventType.PREVIEW)
    kept = AudioFile.objects.for_workspace(voice.workspace_id).filter(
        job_id__in=made.values("id"), state=FileState.READY
    )
    return Removal(
        checkpoints=len(voice.checkpoints.all()),
        previews=previews.values("job", "payload__step").distinct().count(),
        bytes=_bytes(voice),
        active_jobs=Job.objects.filter(uses__voice=voice, state__in=JOB_ACTIVE).count(),
        kept_results=kept.count(),
    )


def _bytes(voice: Voice) -> int:
    """Of the published files, the kept checkpoints, the demo, and what training can go on from."""
    kept = [each for each in voice.checkpoints.all() if each.model_key != voice.model_key]
    resumable = storage.size(voice.checkpoint_key) or 0 if voice.checkpoint_key else 0
    own = voice.model_size + voice.index_size + voice.demo_size
    return own + resumable + sum(each.model_size for each in kept)
