"""Verbs of datasets: named sets of ready files."""

import uuid
from collections.abc import Sequence

from django.db import transaction

from apps.accounts.models import Workspace
from apps.common.errors import FieldError, invalid
from apps.common.sentences import Sentence

from .models import AudioFile, Dataset, DatasetItem, FileState


def create_dataset(workspace: Workspace, *, name: str, file_ids: Sequence[uuid.UUID]) -> Dataset:
    """A new set; ApiError 400 names files that are not ready or not the workspace's."""
    with transaction.atomic():
        dataset = Dataset.objects.create(workspace=workspace, name=name)
        _set_files(dataset, file_ids)
    return dataset


def update_dataset(
    dataset: Dataset, *, name: str | None = None, file_ids: Sequence[uuid.UUID] | None = None
) -> Dataset:
    """Changes what is given; trainings that began keep the list that they started with."""
    with transaction.atomic():
        if name is not None:
            dataset.name = name
        dataset.save(update_fields=["name", "updated_at"])
        if file_ids is not None:
            _set_files(dataset, file_ids)
    return dataset


def _set_files(dataset: Dataset, file_ids: Sequence[uuid.UUID]) -> None:
    wanted = list(dict.fromkeys(file_ids))
    files = (
        AudioFile.objects.for_workspace(dataset.workspace_id).filter(pk__in=wanted).order_by("id")
    )
    ready = {
        file.pk for file in files.select_for_update(no_key=True) if file.state == FileState.READY
    }
    missing = [pk for pk in wanted if pk not in ready]
    if missing:
        raise invalid({"file_ids": _not_ready(missing)})
    DatasetItem.objects.filter(dataset=dataset).delete()
    DatasetItem.objects.bulk_create(
        DatasetItem(dataset=dataset, file_id=pk, position=position)
        for position, pk in enumerate(wanted)
    )


def _not_ready(missing: Sequence[uuid.UUID]) -> FieldError:
    count = len(missing)
    return FieldError(
        "file-not-ready",
        Sentence(
            f"준비되지 않았거나 없는 파일이 {count}개 있습니다.",
            f"{count} of the files are missing or not ready.",
        ),
    )


def ready_files(dataset: Dataset) -> list[AudioFile]:
    """The set's files in order, those that can be trained on now."""
    items = DatasetItem.objects.filter(dataset=dataset, file__state=FileState.READY)
    return [item.file for item in items.select_related("file").order_by("position")]


def usable_seconds(files: Sequence[AudioFile]) -> float:
    """Seconds of sound in those of the files that are ready."""
    return sum(file.duration_s or 0.0 for file in files if file.state == FileState.READY)
