"""What is known of a sound's pitch: what an examination of a dataset that held it found."""

from typing import TypedDict

from .models import AudioFile, ReportCard


class PitchRange(TypedDict):
    """5th, 50th and 95th percentile of the voiced moments in Hz; null where nobody looked."""

    low_hz: float | None
    median_hz: float | None
    high_hz: float | None


def known_range(file: AudioFile) -> PitchRange:
    """The range that the newest report card has of this file."""
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
    return PitchRange(low_hz=None, median_hz=None, high_hz=None)
