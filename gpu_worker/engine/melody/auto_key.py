"""The key by itself: how far a song has to move to lie where a voice is at home."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpu_worker.contract.params import AutoKey

_OCTAVE = 12.0
_WORTH = 2.0
"""Semitones by which an octave more has to come nearer."""
_STEPS = 10
"""Histogram bins a semitone."""


def median_f0(f0: NDArray[Any]) -> float | None:
    """Hz (T,), 0 where unvoiced -> the median of the voiced frames in Hz; ``None`` without any.

    Safe against octave errors: the median is that of the octave in which most frames lie, and
    frames outside it count by their octave's equivalent inside.
    """
    voiced = f0[f0 > 0]
    if len(voiced) == 0:
        return None
    semitones = 12 * np.log2(voiced.astype(np.float64))
    low = _fullest_octave(semitones)
    folded = low + (semitones - low) % _OCTAVE
    return float(np.exp2(np.median(folded) / 12))


def key_shift(song_f0: NDArray[Any], voice_median_hz: float | None, mode: AutoKey) -> float:
    """Semitones that bring the song's median F0 nearest to the voice's.

    Whole semitones for ``semitones``; for ``octaves`` a multiple of 12, the nearer to 0 of two that
    are as good but for a whole tone; 0 for ``off``, for a song without voiced frames and for a
    voice whose median nobody knows.
    """
    song = median_f0(song_f0) if mode is not AutoKey.OFF else None
    if song is None or not voice_median_hz:
        return 0.0
    distance = float(12 * np.log2(voice_median_hz / song))
    if mode is AutoKey.SEMITONES:
        return float(np.rint(distance))
    octaves = (abs(distance) + _OCTAVE / 2 - _WORTH / 2) // _OCTAVE
    return float(np.copysign(octaves * _OCTAVE, distance)) if octaves else 0.0


def _fullest_octave(semitones: NDArray[np.float64]) -> float:
    """Where the octave begins in which most of the values lie; the middle of equal ones."""
    lowest = np.floor(semitones.min())
    counts = np.bincount(((semitones - lowest) * _STEPS).astype(np.intp))
    width = int(_OCTAVE * _STEPS)
    sums = np.cumsum(np.concatenate([np.zeros(width), counts, np.zeros(width)]))
    within = sums[width:] - sums[:-width]
    full = np.flatnonzero(within == within.max())
    begins = full[len(full) // 2] + 1 - width
    return float(lowest + begins / _STEPS)
