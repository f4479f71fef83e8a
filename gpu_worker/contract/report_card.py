"""What an examination of recordings found: per file and in total, with what to do about it."""

from enum import StrEnum

from pydantic import Field

from .base import Frozen


class Defect(StrEnum):
    CLIPPING = "clipping"
    NOISE = "noise"
    REVERB = "reverb"
    BANDWIDTH = "bandwidth"
    BLEED = "bleed"
    SECOND_SINGER = "second-singer"
    DUPLICATE = "duplicate"
    SILENCE = "silence"
    QUIET = "quiet"
    UNREADABLE = "unreadable"
    TOO_SHORT = "too-short"
    """Of the whole dataset: too few usable minutes."""
    RANGE_GAP = "range-gap"
    """Of the whole dataset: notes inside its range that are hardly sung."""


class Severity(StrEnum):
    HINT = "hint"
    WARNING = "warning"
    SERIOUS = "serious"


class Advice(StrEnum):
    """What a customer can do; the studio offers it as a button where it has one."""

    NOTHING = "nothing"
    REMOVE = "remove"
    DENOISE = "denoise"
    SEPARATE = "separate"
    RECORD_AGAIN = "record-again"
    ADD_MORE = "add-more"


class Verdict(StrEnum):
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


class Finding(Frozen):
    """One defect: how bad, measured as ``value`` (unit by defect), and one sentence a language.

    ``others`` are the ids of files that it concerns too (duplicates).
    """

    defect: Defect
    severity: Severity
    advice: Advice
    value: float | None = None
    ko: str = Field(max_length=300)
    en: str = Field(max_length=300)
    others: tuple[str, ...] = ()


class FileCard(Frozen):
    """One recording. ``usable_s`` is what remains after silence; figures are null where the file
    could not be read or is too short or too silent to tell.

    ``clipping`` share of samples in clipped runs, ``snr_db``, ``reverb_s`` an estimate of RT60,
    ``bandwidth_hz`` above which nothing of the voice is left, ``bleed_db`` level of accompaniment
    below the voice, ``second_singer`` share of the voice that sounds like somebody else, F0 as
    5th, 50th and 95th percentile of voiced frames.
    """

    id: str
    name: str
    duration_s: float
    usable_s: float
    sample_rate: int | None = None
    channels: int | None = None
    clipping: float | None = None
    snr_db: float | None = None
    reverb_s: float | None = None
    bandwidth_hz: float | None = None
    bleed_db: float | None = None
    second_singer: float | None = None
    f0_low_hz: float | None = None
    f0_median_hz: float | None = None
    f0_high_hz: float | None = None
    verdict: Verdict
    findings: tuple[Finding, ...] = ()


class PitchBin(Frozen):
    """Seconds sung within half a semitone of a MIDI note (69 = 440 Hz)."""

    midi: int = Field(ge=0, le=127)
    seconds: float = Field(ge=0)


class DatasetCard(Frozen):
    """The report card: files in the order asked, totals, the pitch histogram without empty ends."""

    files: tuple[FileCard, ...]
    duration_s: float
    usable_s: float
    f0_low_hz: float | None
    f0_median_hz: float | None
    f0_high_hz: float | None
    histogram: tuple[PitchBin, ...]
    findings: tuple[Finding, ...] = ()
    verdict: Verdict
    ko: str = Field(max_length=500)
    en: str = Field(max_length=500)
