"""Lists of voices: narrowed, ordered and paged."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from django.db.models import FloatField, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.common.paging import NewestFirst

from .models import Voice
from .serializers import VoiceSort

_ORDERS: Final[Mapping[str, tuple[str, ...]]] = {
    VoiceSort.QUALITY: ("-quality_rank", "-created_at", "-id"),
    VoiceSort.RATING: ("-rating_rank", "-created_at", "-id"),
    VoiceSort.NAME: ("name", "-created_at", "-id"),
}


class VoicePages(NewestFirst):
    """Pages in the order that ``sort`` names."""

    def get_ordering(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> tuple[str, ...]:
        wanted = request.query_params.get("sort", "")
        return _ORDERS.get(wanted, self.ordering)


def narrowed(voices: QuerySet[Voice], wanted: Mapping[str, Any]) -> QuerySet[Voice]:
    """Those voices that a query asks for, with what they may be ordered by.

    A cursor compares values, and null compares with nothing: what has no score or no stars ranks
    below all that have.
    """
    if search := wanted.get("search"):
        voices = voices.filter(Q(name__icontains=search) | Q(tags__icontains=search))
    if tag := wanted.get("tag"):
        voices = voices.filter(tags__contains=[tag])
    if state := wanted.get("state"):
        voices = voices.filter(state=state)
    return voices.annotate(
        quality_rank=Coalesce("quality", Value(-1.0), output_field=FloatField()),
        rating_rank=Coalesce("rating", Value(0)),
    )


def tags(voices: QuerySet[Voice]) -> list[dict[str, str | int]]:
    """Each tag with how many of the voices carry it, the most used first."""
    found = Counter(tag for each in voices.values_list("tags", flat=True) for tag in each)
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return [{"tag": tag, "count": count} for tag, count in ranked]
