"""Gate and compressor: a gain that follows the level, worked out every 2/3 ms, drawn between.

Source of the compressor: Giannoulis, Massberg and Reiss, "Digital dynamic range compressor design",
JAES 60(6), 2012: feed-forward, soft knee, smooth branching peak detector behind the gain computer.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from .base import Planes

Hops = NDArray[np.float64]

HOP_SECONDS: Final = 1 / 1500
_PEAK_SECONDS: Final = 0.01
"""Half a period of 50 Hz: the level of a lower tone would ripple."""
_SILENCE: Final = 1e-6

_GATE_HYSTERESIS_DB: Final = 4.0
_GATE_HOLD_S: Final = 0.05
_GATE_ATTACK_S: Final = 0.001
_GATE_RELEASE_S: Final = 0.06

_KNEE_DB: Final = 6.0
_ATTACK_S: Final = 0.005
_RELEASE_S: Final = 0.12


def hop_samples(rate: int) -> int:
    return max(1, round(rate * HOP_SECONDS))


class _Level:
    """The highest point of both sides within the last 10 ms, in dBFS: (2, n) -> (K,) hops."""

    def __init__(self, rate: int) -> None:
        self.hop = hop_samples(rate)
        self._past: Hops = np.zeros(max(1, round(_PEAK_SECONDS * rate / self.hop)) - 1)

    def __call__(self, planes: Planes) -> Hops:
        highest = np.abs(planes).max(axis=0)
        whole = np.pad(highest, (0, -len(highest) % self.hop))
        peaks = np.concatenate([self._past, whole.reshape(-1, self.hop).max(axis=1)])
        self._past = peaks[len(peaks) - len(self._past) :]
        window = np.lib.stride_tricks.sliding_window_view(peaks, len(self._past) + 1)
        level: Hops = 20 * np.log10(np.maximum(window.max(axis=1), _SILENCE))
        return level


class _Follower:
    """Multiplies by a gain that is given at the end of each hop, in straight lines between."""

    def __init__(self, gain: float) -> None:
        self._gain = gain

    def __call__(self, planes: Planes, gains: Hops, hop: int) -> Planes:
        ends = np.concatenate([[self._gain], gains])
        times = np.arange(1, planes.shape[1] + 1) / hop
        self._gain = float(gains[-1])
        followed: Planes = planes * np.interp(times, np.arange(len(ends)), ends)
        return followed


class Gate:
    """Silence below ``threshold_db`` (dBFS, peak).

    Opens within 1 ms; closes 50 ms after the level has fallen 4 dB below the threshold, with a time
    constant of 60 ms.
    """

    ring_out = 0.0

    def __init__(self, rate: int, threshold_db: float) -> None:
        self._level = _Level(rate)
        self._follow = _Follower(0.0)
        self._threshold_db = threshold_db
        self._gain = 0.0
        self._hold = 0
        self._hold_hops = round(_GATE_HOLD_S / HOP_SECONDS)

    def __call__(self, planes: Planes) -> Planes:
        return self._follow(planes, self._gains(self._level(planes)), self._level.hop)

    def _gains(self, levels: Hops) -> Hops:
        rise, fall = _share(_GATE_ATTACK_S), _share(_GATE_RELEASE_S)
        opens, stays = self._threshold_db, self._threshold_db - _GATE_HYSTERESIS_DB
        gain, hold = self._gain, self._hold
        gains = []
        for level in levels.tolist():
            if level >= (stays if hold else opens):
                hold = self._hold_hops
            elif hold:
                hold -= 1
            gain += (1.0 - gain) * rise if hold else -gain * fall
            gains.append(gain)
        self._gain, self._hold = gain, hold
        return np.array(gains)


class Compressor:
    """Above ``threshold_db`` (dBFS, peak) the level rises by 1 dB for ``ratio`` dB of the input.

    Knee 6 dB wide, attack 5 ms, release 120 ms. Make-up gain so that a peak half-way, in decibels,
    between the threshold and full scale keeps its level: a vocal stays about as loud as it was.
    """

    ring_out = 0.0

    def __init__(self, rate: int, threshold_db: float, ratio: float) -> None:
        self._level = _Level(rate)
        self._threshold_db = threshold_db
        self._slope = 1 - 1 / ratio
        self._makeup_db = -threshold_db / 2 * self._slope
        self._reduction = 0.0
        self._follow = _Follower(10 ** (self._makeup_db / 20))

    def __call__(self, planes: Planes) -> Planes:
        reduction = self._smoothed(self._wanted(self._level(planes)))
        gains = 10 ** ((self._makeup_db - reduction) / 20)
        return self._follow(planes, gains, self._level.hop)

    def _wanted(self, levels: Hops) -> Hops:
        """The gain computer: dB to take away."""
        over = levels - self._threshold_db
        knee = np.square(np.clip(over + _KNEE_DB / 2, 0, _KNEE_DB)) / (2 * _KNEE_DB)
        wanted: Hops = self._slope * np.where(over > _KNEE_DB / 2, over, knee)
        return wanted

    def _smoothed(self, wanted: Hops) -> Hops:
        rise, fall = _share(_ATTACK_S), _share(_RELEASE_S)
        reduction = self._reduction
        reductions = []
        for goal in wanted.tolist():
            reduction += (goal - reduction) * (rise if goal > reduction else fall)
            reductions.append(reduction)
        self._reduction = reduction
        return np.array(reductions)


def _share(seconds: float) -> float:
    """What a hop goes of the way, for a time constant."""
    return float(1 - np.exp(-HOP_SECONDS / seconds))
