"""One gain over time that brings a whole song to a loudness and keeps its true peaks below a limit.

In two passes: a survey notes what every 2 ms hold, then the gain is worked out from that alone, and
applied. The limiter looks ahead (5 ms and more), so that it bends and never clips.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .lufs import Hops, KWeighting, Oversampler, gated_lufs

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

_HOPS_PER_SECOND: Final = 500
_HOPS_PER_STEP: Final = 50
_LOOK_AHEAD: Final = 3
"""Hops of 2 ms that the gain takes to come down, on either side of what it makes room for."""
_RELEASE_DB: Final = 120 / _HOPS_PER_SECOND
"""A hop; a straight line in decibels, 6 dB take 50 ms."""
_DEEPEST_DB: Final = 18.0
"""No loudness is worth pressing the highest peak down by more."""
_MARGIN_DB: Final = 0.05
"""A gain that moves shifts the points between samples by up to this."""
_NEAR_LU: Final = 0.02
_MAX_ROUNDS: Final = 12
_SILENCE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Survey:
    """What each hop of ``hop`` samples holds: true peak and K-weighted mean power, both (K,)."""

    hop: int
    peaks: Doubles
    powers: Doubles


def survey(blocks: Iterable[Floats], rate: int, channels: int) -> Survey:
    """Listen to blocks (n, C) once. Keeps 16 bytes for every 2 ms: 86 MB for 3 h."""
    hop = max(1, round(rate / _HOPS_PER_SECOND))
    weigh = KWeighting(rate, channels)
    finer = Oversampler(rate, channels)
    powers, peaks = Hops(hop, np.mean), Hops(hop, np.max)
    between = Hops(hop * finer.factor, np.max)
    for block in blocks:
        powers.add(weigh(block))
        peaks.add(np.abs(block).max(axis=1))
        between.add(np.abs(finer(block)).max(axis=1))
    between.add(np.abs(finer.flush()).max(axis=1))
    highest = np.maximum(peaks.all(rest=True), between.all(rest=True))
    return Survey(hop, highest, powers.all(rest=True))


def gain_curve(heard: Survey, lufs: float | None, limit_db: float) -> Doubles:
    """Gain (K,) at the middle of each hop, for ``lufs`` (None: as it is) and ``limit_db`` (dBTP).

    What the limiter takes away is made up for by more gain, until the loudness is met or the peaks
    would be pressed down by more than 18 dB.
    """
    peaks_db = 20 * np.log10(np.maximum(heard.peaks, _SILENCE))
    loudness = gated_lufs(_steps(heard.powers)) if lufs is not None else None
    if lufs is None or loudness is None:
        return _limited(peaks_db, 0.0, limit_db)
    most = limit_db + _DEEPEST_DB - float(peaks_db.max())
    gain_db, slope = 0.0, 1.0
    curve = np.ones(len(peaks_db))
    for _ in range(_MAX_ROUNDS):
        missing = lufs - loudness
        if abs(missing) < _NEAR_LU or (gain_db >= most and missing > 0):
            break
        step = min(gain_db + missing / slope, most) - gain_db
        gain_db += step
        curve = _limited(peaks_db, gain_db, limit_db)
        before, loudness = loudness, gated_lufs(_steps(heard.powers * np.square(curve)))
        if loudness is None:
            break
        # A decibel more brings less than one where the limiter works.
        slope = float(np.clip((loudness - before) / step, 0.2, 1.0)) if step else 1.0
    return curve


def apply_gain(blocks: Iterable[Floats], curve: Doubles, hop: int) -> Iterator[Floats]:
    """Blocks (n, C) times the curve, straight lines between the middles of its hops."""
    position = 0
    for block in blocks:
        first = max(0, position // hop - 1)
        part = curve[first : (position + len(block)) // hop + 2]
        middles = (np.arange(first, first + len(part)) + 0.5) * hop - 0.5
        times = np.arange(position, position + len(block))
        position += len(block)
        yield block * np.interp(times, middles, part)[:, None].astype(np.float32)


def _limited(peaks_db: Doubles, gain_db: float, limit_db: float) -> Doubles:
    """The gain, less where peaks would pass the limit; as a factor (K,)."""
    room = np.minimum(limit_db - _MARGIN_DB - gain_db - peaks_db, 0.0)
    if (limit_db - gain_db - peaks_db >= 0).all():
        return np.full(len(room), 10 ** (gain_db / 20))
    # A hop further than the smoothing reaches, because lines are drawn from hop to hop.
    room = ndimage.minimum_filter1d(room, 2 * _LOOK_AHEAD + 3, mode="nearest")
    slope = _RELEASE_DB * np.arange(len(room))
    room = np.minimum.accumulate(room - slope) + slope
    room = ndimage.uniform_filter1d(room, 2 * _LOOK_AHEAD + 1, mode="nearest")
    limited: Doubles = 10 ** ((room + gain_db) / 20)
    return limited


def _steps(powers: Doubles) -> Doubles:
    whole = len(powers) // _HOPS_PER_STEP * _HOPS_PER_STEP
    means: Doubles = powers[:whole].reshape(-1, _HOPS_PER_STEP).mean(axis=1)
    return means
