"""Accompaniment that leaked into a vocal: tones that are not the singer's.

Tones are lines in the spectrum that stand still for a sixth of a second. They are somebody else's
where they sound in a gap, louder than what a room would have left of the voice, or while the voice
sounds, between its harmonics. Noise, breath and consonants make no such lines, and a room only
holds the singer's own.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, minimum_filter1d

from .activity import HOP as F0_HOP
from .activity import RATE
from .frames import decibels, power_spectra, ratio_db

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

_SIZE, _HOP = 2048, 512
_STEP = RATE / _SIZE
_FRAME_S = _HOP / RATE
_LOW, _HIGH = int(150 / _STEP), int(4000 / _STEP)
_BETWEEN_HIGH = int(2500 / _STEP) - _LOW
# A line: so far above its surroundings (25 bins, 200 Hz), for so many frames, not hum.
_LINE_DB, _LINE_FRAMES, _OVER_HUM = 12.0, 5, 3.0
_SIDE, _COARSE = 12, 4
# A gap is so far below the voice; with more than its share of foreign lines it holds music.
_GAP_DB, _FAINTEST_DB = -3.0, -40.0
_GAP_SHARE = 0.05
# The slowest room: 60 dB in 2 s, with its ripples. A note may begin so many frames ahead.
_TAIL_DB_A_S, _RIPPLE, _TAIL_FROM_DB = 30.0, 1.6, -6.0
_AHEAD = 4
# A soft note in a gap is the singer's, too: F0 (10 ms) so far around a frame.
_AROUND = 8
# Between harmonics: F0 of the last 0.6 s is what a room may still hold.
_PAST, _FUTURE, _STRIDE = 60, 10, 2
_BETWEEN_DB, _BETWEEN_SHARE = -9.0, 0.005
# How much of it makes a finding alone: share of the frames, and how many frames it is at least a
# share of. Where there is some of both, less is enough.
_IN_GAPS, _BETWEEN = (0.05, 40), (0.04, 60)
_TOGETHER = 1.2


@dataclass(frozen=True, slots=True)
class Bleed:
    """``found``, and the level of what lies in the gaps (or between harmonics) under the voice."""

    found: bool
    level_db: float


@dataclass(slots=True)
class _Count:
    """Frames looked at, those with foreign lines, and the power there relative to the voice."""

    frames: int = 0
    foreign: int = 0
    power: float = 0.0

    def add(self, frames: Mask, foreign: Mask, power: Floats) -> None:
        self.frames += int(frames.sum())
        self.foreign += int((frames & foreign).sum())
        self.power += float(power[frames & foreign].sum())

    def of(self, share: float, fewest: int) -> float:
        """Foreign frames in units of what makes a finding."""
        return self.foreign / (share * max(self.frames, fewest))

    @property
    def level_db(self) -> float:
        return ratio_db(self.power / max(self.foreign, 1), 1e-6)


def find_bleed(parts: Iterable[tuple[Floats, Floats]]) -> Bleed:
    """From parts of a recording: wave (T,) at 16 kHz and F0 in Hz every 10 ms."""
    gaps, between = _Count(), _Count()
    for wave, f0 in parts:
        power = power_spectra(wave, _SIZE, _HOP)
        total = power.sum(axis=1)
        if len(total) < 2 * _LINE_FRAMES or total.max() < 1e-9 or len(f0) == 0:
            continue
        voice = total[total > 1e-3 * np.quantile(total, 0.95)].mean()
        lines = _Lines(power[:, _LOW:_HIGH], (total / voice).astype(np.float32), f0)
        gaps.add(*lines.in_gaps())
        between.add(*lines.between_harmonics())
    rested, sung = gaps.of(*_IN_GAPS), between.of(*_BETWEEN)
    found = max(rested, sung) >= 1 or rested + sung >= _TOGETHER
    return Bleed(found, gaps.level_db if rested >= 1 else between.level_db)


class _Lines:
    """The lines of one part: ``power`` (frames, bins) of 150 to 4000 Hz, total level to the voice's
    (frames,), F0 every 10 ms.
    """

    def __init__(self, power: Floats, relative: Floats, f0: Floats) -> None:
        self._power = power
        self._relative = relative
        self._level = decibels(relative)
        self._f0 = f0
        live = power[self._level > -75]
        # What is always there is hum or hiss, not music.
        steady = _OVER_HUM * np.quantile(live, 0.05, axis=0)
        self._tones = np.where(_stand_still(power), np.maximum(power - steady, 0), 0)

    def in_gaps(self) -> tuple[Mask, Mask, Floats]:
        """Gaps, those with lines that are neither the voice's tail nor a soft note, the level."""
        loud: Mask = np.asarray(self._level >= _GAP_DB)
        ahead = np.concatenate([loud, np.zeros(_AHEAD, np.bool_)])
        windows = np.lib.stride_tricks.sliding_window_view(ahead, _AHEAD + 1)
        near: Mask = np.asarray(windows.any(axis=1))
        gap = np.logical_and(~near, self._level > _FAINTEST_DB)
        own = _harmonics(self._f0_at(-_AROUND, _AROUND), self._power.shape[1])
        own |= self._power <= _RIPPLE * _tails(self._power, self._level >= _TAIL_FROM_DB)
        return gap, self._share(own) > _GAP_SHARE, self._relative

    def between_harmonics(self) -> tuple[Mask, Mask, Floats]:
        """Voiced frames, those with lines that are no harmonics, and the level of these."""
        around = self._f0_at(-_PAST, _FUTURE)
        voiced = (self._f0_at(-_FUTURE, _FUTURE) > 0).all(axis=1) & (self._level > _BETWEEN_DB)
        # Of half the F0 too, in case that the estimator heard an octave too high.
        own = np.ones(self._power.shape, np.bool_)
        own[:, :_BETWEEN_HIGH] = _harmonics(around * np.float32(0.5), _BETWEEN_HIGH)
        share = self._share(own)
        # Only what lies between is seen: the rest is taken to be as loud.
        seen = np.maximum(1 - own[:, :_BETWEEN_HIGH].mean(axis=1), 0.05)
        return voiced, share > _BETWEEN_SHARE, (share / seen).astype(np.float32)

    def _share(self, own: Mask) -> Floats:
        """Foreign lines' share of each frame's power: (frames,)."""
        foreign = np.where(own, 0, self._tones).sum(axis=1)
        share: Floats = foreign / np.maximum(self._power.sum(axis=1), 1e-20)
        return share

    def _f0_at(self, first: int, last: int) -> Floats:
        """F0 (frames, n) round the middle of each frame, every 20 ms."""
        centres = (np.arange(len(self._power)) * _HOP + _SIZE // 2) // F0_HOP
        offsets = np.arange(first, last + 1, _STRIDE)
        around: Floats = self._f0[np.clip(centres[:, None] + offsets, 0, len(self._f0) - 1)]
        return around


def _stand_still(power: Floats) -> Mask:
    """Bins (frames, bins) of peaks that stay for five frames."""
    levels = decibels(power)
    peaks = (levels >= maximum_filter1d(levels, 3, axis=1)) & (levels - _around(levels) > _LINE_DB)
    near = maximum_filter1d(peaks.view(np.uint8), 3, axis=1)
    held = maximum_filter1d(minimum_filter1d(near, _LINE_FRAMES, axis=0), _LINE_FRAMES, axis=0)
    still: Mask = (held > 0) & (near > 0)
    return still


def _around(levels: Floats) -> Floats:
    """Median of the 25 bins round each bin (frames, bins), computed for every fourth."""
    padded = np.pad(levels, ((0, 0), (_SIDE, _SIDE)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _SIDE + 1, axis=1)
    medians = np.partition(windows[:, ::_COARSE], _SIDE, axis=-1)[..., _SIDE]
    around: Floats = np.repeat(medians, _COARSE, axis=1)[:, : levels.shape[1]]
    return around


def _tails(power: Floats, loud: Mask) -> Floats:
    """What the slowest room would have left of the loud frames: (frames, bins)."""
    fall = np.float32(10 ** (-_TAIL_DB_A_S * _FRAME_S / 10))
    spread = maximum_filter1d(power, 5, axis=1)
    tails = np.empty_like(power)
    tail = np.zeros(power.shape[1], np.float32)
    for frame in range(len(power)):
        tail *= fall
        if loud[frame]:
            np.maximum(tail, spread[frame], out=tail)
        tails[frame] = tail
    return tails


def _harmonics(f0: Floats, bins: int) -> Mask:
    """Bins (frames, ``bins``) near a multiple of any F0 of the row (frames, n); 0 has none."""
    hertz = ((_LOW + np.arange(bins)) * _STEP).astype(np.float32)
    width = 2 * _STEP + 0.004 * hertz
    own = np.zeros((len(f0), bins), np.bool_)
    for column in f0.T[:, :, None]:
        voiced = np.maximum(column, 1.0)
        nearest = np.maximum(np.rint(hertz / voiced), 1) * voiced
        own |= (np.abs(hertz - nearest) < width) & (column > 0)
    return own
