"""What is known of a sound's pitch: from a report card, or from a browser that listened to it."""

from typing import TypedDict

from django.utils import timezone

from apps.common.errors import FieldError, invalid
from apps.common.sentences import Sentence

from .models import AudioFile, ReportCard


class PitchRange(TypedDict):
    """5th, 50th and 95th percentile of the voiced moments in Hz; null where nobody looked."""

    low_hz: float | None
    median_hz: float | None
    high_hz: float | None


def known_range(file: AudioFile) -> PitchRange:
    """The range that the newest report card has of this file, or else what a browser heard."""
    cards = ReportCard.objects.filter(
        workspace_id=file.workspace_id, card__files__contains=[{"id": str(file.pk)}]
    )
    for card in cards.order_by("-updated_at")[:1]:
        for found in card.card["files"]:
            if found["id"] == str(file.pk):
                return PitchRange(
                    low_hz=found.get("f0_low_hz"),
                    median_hz=found.get("f0_median_hz"),
                    high_hz=found.get("f0_high_hz"),
                )
    return PitchRange(
        low_hz=file.heard_low_hz, median_hz=file.heard_median_hz, high_hz=file.heard_high_hz
    )


def keep_heard(file: AudioFile, *, low_hz: float, median_hz: float, high_hz: float) -> PitchRange:
    """Keep what a browser has heard, so that no other listens again; what is known now.

    ApiError where the three are out of order.
    """
    if not low_hz <= median_hz <= high_hz:
        order = Sentence(
            "low_hz, median_hz, high_hz 순서로 커져야 합니다.",
            "low_hz, median_hz and high_hz have to rise in this order.",
        )
        raise invalid({"median_hz": FieldError("out-of-order", order)})
    file.heard_low_hz, file.heard_median_hz, file.heard_high_hz = low_hz, median_hz, high_hz
    file.updated_at = timezone.now()
    file.save(update_fields=["heard_low_hz", "heard_median_hz", "heard_high_hz", "updated_at"])
    return known_range(file)
