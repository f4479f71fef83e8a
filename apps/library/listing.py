"""Which of a workspace's files a list shows, in which order, and what they come to."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

from django.db.models import Count, F, Func, Q, QuerySet, Sum, TextField
from django.db.models.functions import Coalesce, Lower
from rest_framework.request import Request

from apps.accounts.models import Workspace
from apps.common.paging import NewestFirst

from .models import GONE, AudioFile, FileState, Origin, Stem


class FileKind(StrEnum):
    """What a file is to the customer."""

    RECORDING = "recording"
    UPLOAD = "upload"
    RESULT = "result"
    STEM = "stem"


class Sort(StrEnum):
    NEWEST = "newest"
    OLDEST = "oldest"
    NAME = "name"
    LONGEST = "longest"
    SHORTEST = "shortest"
    LARGEST = "largest"


_PARTS: Final = (Stem.LEAD, Stem.BACKING, Stem.VOCALS, Stem.INSTRUMENTAL)
_KINDS: Final[Mapping[str, Q]] = {
    FileKind.RECORDING: Q(recorded=True),
    FileKind.UPLOAD: Q(origin=Origin.UPLOAD, recorded=False),
    FileKind.RESULT: Q(origin=Origin.JOB) & ~Q(stem__in=_PARTS),
    FileKind.STEM: Q(stem__in=_PARTS),
}
_ORDERS: Final[Mapping[str, tuple[str, ...]]] = {
    Sort.NEWEST: ("-created_at", "-id"),
    Sort.OLDEST: ("created_at", "id"),
    Sort.NAME: ("name_lower", "id"),
    Sort.LONGEST: ("-length_s", "-id"),
    Sort.SHORTEST: ("length_s", "id"),
    Sort.LARGEST: ("-size", "-id"),
}
_NARROWED: Final[Mapping[str, Callable[[Any], Q]]] = {
    "search": lambda part: Q(name__icontains=part),
    "origin": lambda origin: Q(origin=origin),
    "stem": lambda stem: Q(stem=stem),
    "job": lambda job: Q(job_id=job),
    "kind": lambda kind: _KINDS[kind],
    "tag": lambda tags: Q(tags__contains=tags),
    "ai_generated": lambda said: Q(ai_generated=said == "true"),
    "min_s": lambda seconds: Q(duration_s__gte=seconds),
    "max_s": lambda seconds: Q(duration_s__lt=seconds),
}


def listed(workspace: Workspace, wanted: Mapping[str, Any]) -> QuerySet[AudioFile]:
    """The files that a query of ``FileQuerySerializer`` asks for; the trash only by its state."""
    files = AudioFile.objects.for_workspace(workspace).defer("peaks")
    state = wanted.get("state")
    files = files.filter(state=state) if state else files.exclude(state__in=GONE)
    for name, condition in _NARROWED.items():
        if name in wanted:
            files = files.filter(condition(wanted[name]))
    return files.annotate(name_lower=Lower("name"), length_s=Coalesce(F("duration_s"), 0.0))


class FilePages(NewestFirst):
    """Pages in the order of the query's ``sort``."""

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        return _ORDERS.get(request.query_params.get("sort", ""), _ORDERS[Sort.NEWEST])


def summary(workspace: Workspace) -> dict[str, Any]:
    """How many files there are and how large, in sight and in the trash, and their tags."""
    rows = AudioFile.objects.for_workspace(workspace).exclude(state=FileState.DELETED)
    shown = ~Q(state=FileState.TRASHED)
    held = Q(state__in=(FileState.UPLOADING, FileState.PROBING, FileState.READY))
    found = rows.aggregate(
        trashed=Count("id", filter=~shown),
        trashed_size=Coalesce(Sum("size", filter=~shown), 0),
        files=Count("id", filter=shown),
        held_size=Coalesce(Sum("size", filter=held), 0),
    )
    return {**found, "size": found.pop("held_size"), "tags": _tags(rows.filter(shown))}


def _tags(files: QuerySet[AudioFile]) -> list[dict[str, Any]]:
    each = Func(F("tags"), function="unnest", output_field=TextField())
    counted = files.order_by().values(tag=each).annotate(files=Count("id"))
    return [
        {"name": row["tag"], "files": row["files"]}
        for row in sorted(counted, key=lambda row: (-row["files"], row["tag"]))
    ]
