"""What the kinds that make sounds of one file have in common."""

import uuid
from collections.abc import Collection, Mapping
from pathlib import PurePath
from typing import Any, Final, Generic, TypeVar

from apps.common.errors import NOT_FOUND, ApiError
from apps.library.models import GONE, AudioFile, FileState, Stem
from apps.library.services import add_result_file
from gpu_worker.contract.job import MANIFEST, REPORT, AnyResult, Manifest
from gpu_worker.contract.params import AudioFormat, ExportKnobs

from ..models import Attempt, Job
from ..problems import JobProblem, WebCode
from ..states import AttemptState
from . import base, singers

Params = TypeVar("Params", bound=ExportKnobs)

CONTENT_TYPES: Final = {
    AudioFormat.WAV: "audio/wav",
    AudioFormat.FLAC: "audio/flac",
    AudioFormat.MP3: "audio/mpeg",
    AudioFormat.M4A: "audio/mp4",
    AudioFormat.OGG: "audio/ogg",
}
_LONGEST_TITLE: Final = 240
_LONGEST_NAMES: Final = 120
_SUNG: Final = {"", Stem.MIX, Stem.ACAPELLA, Stem.LEAD, Stem.BACKING}
"""Results that are in the job's voice; the others are the song's own."""


def lock_ready(
    workspace_id: uuid.UUID, file_ids: Collection[uuid.UUID], field: str = "files"
) -> dict[uuid.UUID, AudioFile]:
    """The workspace's files of these, all ready, held until the transaction ends.

    Raises ApiError.
    """
    found = (
        AudioFile.objects.for_workspace(workspace_id)
        .exclude(state__in=GONE)
        .filter(id__in=file_ids)
        .order_by("id")
        .select_for_update(no_key=True)
    )
    files = {file.id: file for file in found}
    if not set(file_ids) <= set(files):
        raise NOT_FOUND
    if any(file.state != FileState.READY for file in files.values()):
        raise ApiError(
            "file-not-ready",
            "아직 준비되지 않은 파일입니다. 확인이 끝난 뒤 다시 시도해 주세요.",
            "This file is not ready. Try again when it has been checked.",
            field=field,
        )
    return files


def frozen_inputs(source: AudioFile, backing: AudioFile | None = None) -> dict[str, Any]:
    """How a job remembers the song that it is about."""
    song = base.frozen(source)
    if backing is None:
        return {"source": song, "files": [song]}
    stem = base.frozen(backing)
    return {"source": song, "backing": stem, "files": [song, stem]}


def is_ai(snapshot: Mapping[str, Any] | None) -> bool:
    """Whether a file that a job was started with is AI-generated."""
    return snapshot is not None and bool(snapshot.get("ai_generated"))


class SongKind(Generic[Params]):
    """See ``base.Kind``."""

    params_type: type[Params]
    result_type: type[AnyResult]

    def params(self, job: Job) -> Params:
        return self.params_type.model_validate(job.params)

    def output_names(self, job: Job) -> tuple[str, ...]:
        raise NotImplementedError

    def required(self, job: Job) -> tuple[str, ...]:
        """All its sounds."""
        return tuple(name for name in self.output_names(job) if name not in (REPORT, MANIFEST))

    def leftovers(self, job: Job, attempt: Attempt) -> tuple[str, ...]:
        return () if attempt.state == AttemptState.SUCCEEDED else self.output_names(job)

    def fields(self, job: Job, attempt: Attempt) -> dict[str, Any]:
        """What every job of one song is built of."""
        return {
            **base.envelope(job, attempt, self.output_names(job)),
            "params": self.params(job),
            "source": base.file_ref(job.inputs["source"], base.link_life_s(attempt)),
        }

    def stem_of(self, name: str) -> str:
        """What an output is of its song; "" where it is the song itself."""
        stem = PurePath(name).stem
        return stem if stem in Stem.values else ""

    def is_generated(self, job: Job, stem: str) -> bool:
        """Whether a result is AI-generated: inherited, where the kind itself makes nothing up."""
        return is_ai(job.inputs["source"])

    def apply(self, job: Job, attempt: Attempt, manifest: Manifest) -> None:
        """Each sound becomes a file, in the contract's order. Safe to repeat."""
        if not isinstance(manifest.result, self.result_type):
            raise JobProblem(WebCode.RESULT_BROKEN, f"not a result of {job.kind}")
        files = base.by_name(manifest)
        for name in self.required(job):
            stem = self.stem_of(name)
            add_result_file(
                job.workspace_id,
                name=_title(job, stem) + PurePath(name).suffix,
                key=base.object_key(job.id, attempt.id, name),
                size=files[name].size,
                content_type=CONTENT_TYPES[self.params(job).output_format],
                job_id=job.id,
                stem=stem,
                ai_generated=self.is_generated(job, stem),
            )

    def reopen(self, job: Job) -> None:
        for use in base.usable_inputs(job):
            singers.usable(use.voice)

    def abandon(self, job: Job, *, failed: bool) -> None:
        """Nothing of ours waits for a song."""


def _title(job: Job, stem: str) -> str:
    """The song's name, who sings and what it is of the song, short enough for an ending."""
    song = PurePath(job.inputs["source"]["name"]).stem or job.title
    names = [use.voice.name for use in job.uses.select_related("voice")]
    sung_by = _one_word(" + ".join(names))[:_LONGEST_NAMES]
    by = f" ({sung_by})" if names and stem in _SUNG else ""
    what = f" - {stem}" if stem else ""
    return song[: _LONGEST_TITLE - len(by) - len(what)] + by + what


def _one_word(name: str) -> str:
    """Voices' names without what would read as a folder in a file's name."""
    return name.replace("/", "-").replace("\\", "-")
