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

SHORTEST_S = 6.0
"""In less, a voice that just never falls silent sounds like a room: of dry clips of 2.5 s every
third seems to have one, of 5 s every ninth, of 6 s every twentieth."""
_SIZE, _HOP = 512, 128
_FPS = RATE / _HOP
_BANDS, _LOW_HZ, _HIGH_HZ = 12, 250.0, 5000.0
_CURVE_S = 0.55
# A fall starts where a band is loud.
_LOUD_DB = 15.0
_FASTEST = 0.005
_FEWEST = 50
_FROM_S, _TO_S, _AT_S = 0.25, 0.45, 0.4
# A fall that ends in noise says nothing of the room. Noise is steady: quiet moments of a band lie
# within 6 dB, where those of a room still die away.
_LOWEST, _FLOOR, _LOW = 0.01, 0.05, 0.15
_STEADY_DB = 6.0
_DRY_DB = -40.0
# Where nothing ever falls, nothing is known.
_NO_FALL_DB = -9.0
_SILENT_DB = -110.0


@dataclass(frozen=True, slots=True)
class _Fall:
    """Of one band: ``curve_db`` below its start at each lag, how far below the quiet moments lie,
    and how far these lie apart.
    """

    curve_db: Floats
    floor_db: float
    spread_db: float


@dataclass(frozen=True, slots=True)
class Reverb:
    """``rt60_s`` until a sound has fallen by 60 dB; ``late_db`` how far it has after 0.4 s."""

    rt60_s: float
    late_db: float


def estimate_reverb(parts: Sequence[Floats]) -> Reverb | None:
    """From parts (T,) of a recording at 16 kHz; ``None`` below 6 s, where noise hides the decay, or
    where nothing ever falls silent.
    """
    return reverb_of(decays(parts))


def decays(parts: Sequence[Floats]) -> list[Floats]:
    """The levels (frames, 12) of parts (T,) at 16 kHz that are long enough to fall silent in."""
    return [_band_levels(part) for part in parts if len(part) > RATE]


def reverb_of(bands: Sequence[Floats]) -> Reverb | None:
    """As ``estimate_reverb``, from the ``decays`` of one room, be they of one recording or more."""
    if sum(map(len, bands)) < SHORTEST_S * _FPS:
        return None
    every = [_fastest_fall([part[:, band] for part in bands]) for band in range(_BANDS)]
    falls = [fall for fall in every if fall is not None]
    if not falls:
        return None
    curve = np.median([fall.curve_db for fall in falls], axis=0)
    late = float(curve[int(_AT_S * _FPS)])
    if late < _DRY_DB:
        return Reverb(60 * _AT_S / -late, late)
    if late > _NO_FALL_DB:
        return None
    steady = np.median([fall.spread_db for fall in falls]) < _STEADY_DB
    if steady and late < np.median([fall.floor_db for fall in falls]):
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


def _fastest_fall(parts: list[Floats]) -> _Fall | None:
    """Of one band's levels, in parts (frames,); ``None`` where it is too short or silent.

    At each lag counts the loudest moment still to come: a sound that begins ends the decay.
    """
    length = int(_CURVE_S * _FPS) + 1
    parts = [part for part in parts if len(part) >= length]
    if not parts:
        return None
    levels = np.concatenate(parts)
    top = np.quantile(levels, 0.95)
    windows = [np.lib.stride_tricks.sliding_window_view(part, length) for part in parts]
    starts = np.concatenate([window[window[:, 0] > top - _LOUD_DB] for window in windows])
    live = levels[levels > _SILENT_DB]
    if len(starts) < _FEWEST or len(live) < _FEWEST:
        return None
    ahead = np.maximum.accumulate(starts[:, ::-1], axis=1)[:, ::-1] - starts[:, :1]
    lowest, floor, low = np.quantile(live, [_LOWEST, _FLOOR, _LOW])
    curve = np.quantile(ahead, _FASTEST, axis=0).astype(np.float32)
    return _Fall(curve, float(floor - np.median(starts[:, 0])), float(low - lowest))
