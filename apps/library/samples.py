"""Recordings and a song of our own making, for customers who have none at hand yet.

They were made by the programs in ``demo`` and no one's rights are in them: ``demo/README.md``.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db.models import QuerySet

from apps.accounts.models import Workspace
from apps.common import storage

from . import probing, uploads
from .datasets import create_dataset
from .models import AudioFile, Dataset, FileState

Sample = tuple[str, str]
"""The name of a file of ours, and what it is called in a library."""

SONGS: Final[Sequence[Sample]] = (
    ("arirang-mix.opus", "아리랑 (반주 있음).opus"),
    ("arirang-vocal.flac", "아리랑 (보컬만).flac"),
)
SPEAKERS: Final[dict[str, Sequence[Sample]]] = {
    "화자 A (여성)": [(f"speaker-a-{n}.opus", f"화자 A 낭독 {n}.opus") for n in (1, 2, 3)],
    "화자 B (남성)": [(f"speaker-b-{n}.opus", f"화자 B 낭독 {n}.opus") for n in (1, 2, 3)],
}
FIRST: Final = "화자 A (여성)"
"""Whose voice a newcomer is offered to make."""

_CONTENT_TYPES: Final = {".opus": "audio/ogg", ".flac": "audio/flac"}


def add_file(workspace: Workspace, sample: Sample, *, again: bool) -> AudioFile | None:
    """Put a sample into the library; None where a file of its name is or was there.

    ``again``: one that was deleted is put there anew. Raises ApiError where the plan's storage
    is full.
    """
    source, name = Path(settings.SAMPLES_DIR, sample[0]), sample[1]
    if _known(workspace, name, again=again).exists():
        return None
    content = source.read_bytes()
    file = uploads.start_upload(
        workspace, name=name, size=len(content), content_type=_CONTENT_TYPES[source.suffix]
    )
    storage.write_bytes(file.key, content)
    uploads.finish_upload(file)
    probing.probe(file.pk)  # now: datasets take ready files only
    return file


def _known(workspace: Workspace, name: str, *, again: bool) -> QuerySet[AudioFile]:
    gone = {FileState.UPLOADING, FileState.FAILED} | ({FileState.DELETED} if again else set())
    return AudioFile.objects.for_workspace(workspace).filter(name=name).exclude(state__in=gone)


def begin(workspace: Workspace) -> Dataset:
    """What a first voice needs: one speaker's recordings, and songs to sing. Safe to repeat."""
    speaker = SPEAKERS[FIRST]
    for sample in (*SONGS, *speaker):
        add_file(workspace, sample, again=True)
    if known := Dataset.objects.for_workspace(workspace).filter(name=FIRST).first():
        return known
    files = [_known(workspace, name, again=True).earliest("created_at").pk for _, name in speaker]
    return create_dataset(workspace, name=FIRST, file_ids=files)
