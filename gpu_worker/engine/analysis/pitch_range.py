"""Which notes are sung for how long, and which are missing."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..runs import runs
from .activity import FRAMES_A_S

Floats = NDArray[np.float32]

NOTES = 128
# Enough singing to speak of gaps at all; so little of a note is a gap; so many in a row matter.
_ENOUGH_S = 60.0
_MISSING = 0.1
_IN_A_ROW = 3
_LOWEST_QUANTILE, _HIGHEST_QUANTILE = 0.02, 0.98


@dataclass(frozen=True, slots=True)
class Range:
    """F0 in Hz below which 5, 50 and 95 % of the voiced time lie."""

    low_hz: float
    median_hz: float
    high_hz: float


@dataclass(frozen=True, slots=True)
class Gap:
    """Notes (MIDI, both included) inside a range that are hardly sung."""

    first: int
    last: int


def pitch_range(f0: Floats) -> Range | None:
    """Of F0 in Hz (frames,), 0 where unvoiced; ``None`` with less than half a second voiced."""
    voiced = f0[f0 > 0]
    if len(voiced) < FRAMES_A_S / 2:
        return None
    low, median, high = (float(hz) for hz in np.quantile(voiced, [0.05, 0.5, 0.95]))
    return Range(low, median, high)


def note_seconds(f0: Floats) -> NDArray[np.float64]:
    """Seconds sung within half a semitone of each MIDI note: (128,)."""
    notes = np.rint(69 + 12 * np.log2(f0[f0 > 0] / 440.0)).astype(int)
    return np.bincount(np.clip(notes, 0, NOTES - 1), minlength=NOTES) / FRAMES_A_S


def range_gaps(seconds: NDArray[np.float64]) -> list[Gap]:
    """Three or more notes in a row with under a tenth of what an even spread would give them."""
    total = seconds.sum()
    if total < _ENOUGH_S:
        return []
    below = np.cumsum(seconds) / total
    first, last = (int(np.searchsorted(below, q)) for q in (_LOWEST_QUANTILE, _HIGHEST_QUANTILE))
    missing = seconds[first : last + 1] < _MISSING * total / (last - first + 1)
    return [Gap(first + a, first + b - 1) for a, b in runs(missing).tolist() if b - a >= _IN_A_ROW]
