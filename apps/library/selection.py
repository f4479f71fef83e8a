"""Many files of a workspace at once: found, held, tagged."""

import uuid
from collections.abc import Collection, Sequence

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Workspace
from apps.common.errors import NOT_FOUND, FieldError, invalid
from apps.common.sentences import Sentence

from .announce import announce_some
from .limits import MAX_TAGS
from .models import AudioFile, FileState


def locked(workspace: Workspace, file_ids: Collection[uuid.UUID]) -> list[AudioFile]:
    """The files, held until the caller's transaction ends. ApiError 404 where one is unknown."""
    files = AudioFile.objects.for_workspace(workspace).exclude(state=FileState.DELETED)
    chosen = files.filter(pk__in=file_ids).defer("peaks").order_by("id")
    found = list(chosen.select_for_update(no_key=True))
    if len(found) < len(set(file_ids)):
        raise NOT_FOUND
    return found


@transaction.atomic
def change_tags(
    workspace: Workspace,
    file_ids: Collection[uuid.UUID],
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
) -> int:
    """Put tags on files and take others off; returns how many files changed.

    Raises ApiError: 404 where a file is unknown, 400 where one would have too many tags.
    """
    changed = []
    for file in locked(workspace, file_ids):
        kept = [tag for tag in file.tags if tag not in remove]
        tags = list(dict.fromkeys([*kept, *add]))
        if len(tags) > MAX_TAGS:
            raise invalid({"add": _too_many()})
        if tags != file.tags:
            file.tags, file.updated_at = tags, timezone.now()
            changed.append(file)
    AudioFile.objects.bulk_update(changed, ["tags", "updated_at"], batch_size=500)
    announce_some(changed)
    return len(changed)


def _too_many() -> FieldError:
    return FieldError(
        "too-many-tags",
        Sentence(
            f"파일 하나에 태그는 {MAX_TAGS}개까지 붙일 수 있습니다.",
            f"A file can have {MAX_TAGS} tags at most.",
        ),
    )
