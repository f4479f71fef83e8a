"""Reverberation, blind: how sounds die away in the bands of a recording.

A room sets a limit to how fast a band can fall silent (Wen, Habets and Naylor 2008, "Blind
estimation of reverberation time based on the distribution of signal decay rates"). The fastest
falls of each band make one decay curve; its late slope is the room's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .activity import RATE
from .frames import decibels, power_spectra

Floats = NDArray[np.float32]

_SIZE, _HOP = 512, 128
_FPS = RATE / _HOP
_BANDS, _LOW_HZ, _HIGH_HZ = 12, 250.0, 5000.0
_CURVE_S = 0.55
# A fall starts where a band is loud.
_LOUD_DB = 15.0
_FASTEST = 0.05
_FEWEST = 50
_FROM_S, _TO_S, _AT_S = 0.25, 0.45, 0.4
# Near the noise a curve bends and says nothing of the room.
_OVER_FLOOR_DB = 7.0
_DRY_DB = -40.0


@dataclass(frozen=True, slots=True)
class Reverb:
    """``rt60_s`` until a sound has fallen by 60 dB; ``late_db`` how far it has after 0.4 s."""

    rt60_s: float
    late_db: float


def estimate_reverb(parts: Sequence[Floats]) -> Reverb | None:
    """From parts (T,) of a recording at 16 kHz; ``None`` where noise hides the decay, or no fall is
    found.
    """
    bands = [_band_levels(part) for part in parts if len(part) > RATE]
    curves, floors = [], []
    for number in range(_BANDS if bands else 0):
        found = _fastest_fall([levels[:, number] for levels in bands])
        if found is not None:
            curves.append(found[0])
            floors.append(found[1])
    if not curves:
        return None
    curve, floor = np.median(curves, axis=0), float(np.median(floors))
    late = float(curve[int(_AT_S * _FPS)])
    if late < _DRY_DB:
        return Reverb(60 * _AT_S / -late, late)
    if late - floor < _OVER_FLOOR_DB:
        return None
    fall = float(curve[int(_FROM_S * _FPS)] - curve[int(_TO_S * _FPS)])
    return Reverb(60 * (_TO_S - _FROM_S) / max(fall, 1.0), late)


def _band_levels(wave16k: Floats) -> Floats:
    """dB (frames, 12) in bands of equal width on a logarithmic scale, smoothed over 24 ms."""
    power = power_spectra(wave16k, _SIZE, _HOP)
    edges = np.geomspace(_LOW_HZ, _HIGH_HZ, _BANDS + 1) / (RATE / _SIZE)
    at = np.rint(edges).astype(int)
    bands = np.stack([power[:, a:b].sum(axis=1) for a, b in pairwise(at)], 1)
    bands[1:-1] = (bands[:-2] + bands[1:-1] + bands[2:]) / 3
    return decibels(bands, 1e-13)


def _fastest_fall(parts: list[Floats]) -> tuple[Floats, float] | None:
    """The curve of a band, dB below its start at each lag, and how far below the noise lies.

    At each lag counts the loudest moment still to come: a sound that begins ends the decay.
    """
    length = int(_CURVE_S * _FPS) + 1
    levels = np.concatenate(parts)
    top = np.quantile(levels, 0.95)
    windows = [np.lib.stride_tricks.sliding_window_view(part, length) for part in parts]
    starts = np.concatenate([window[window[:, 0] > top - _LOUD_DB] for window in windows])
    if len(starts) < _FEWEST:
        return None
    ahead = np.maximum.accumulate(starts[:, ::-1], axis=1)[:, ::-1] - starts[:, :1]
    live = levels[levels > -110]
    floor = float(np.quantile(live, 0.05) - np.median(starts[:, 0]))
    return np.quantile(ahead, _FASTEST, axis=0).astype(np.float32), floor
