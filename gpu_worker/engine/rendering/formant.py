"""Moves a voice's formants and leaves its pitch: each frame's spectral envelope is stretched.

The envelope is the power smoothed over one F0 and therefore free of harmonics (the idea of
CheapTrick: Morise 2015, "CheapTrick, a spectral envelope estimator for high-quality speech
synthesis"). Every bin is multiplied by the stretched envelope over the own one: harmonics stay
where they are, only their levels change.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

HOPS = 4
"""Hops of 10 ms in a window: three periods of a low voice."""
FFT = 2048
UNVOICED_WIDTH_HZ = 500.0
"""Smoothing of noise, whose spectrum says little bin by bin."""
LOWEST_WIDTH_HZ = 60.0
MAX_GAIN_DB = 40.0
_FLOOR = 1e-9
_MARGIN = 256
"""Bins mirrored at either end, more than half the widest smoothing."""
_BATCH = 200


def shift_formants(
    blocks: Iterable[Floats], f0: Floats, sample_rate: int, semitones: float
) -> Iterator[Floats]:
    """Audio (T,) in blocks -> the same length with formants moved by ``semitones``.

    ``f0`` (frames,) in Hz every 10 ms, 0 where unvoiced, frame i at sample ``i * sample_rate /
    100``. The energy of each frame stays.
    """
    if semitones == 0:
        yield from blocks
        return
    shifter = _Shifter(f0, sample_rate, 2.0 ** (semitones / 12))
    length = 0
    made = 0
    for block in blocks:
        length += len(block)
        audio = shifter.push(block)
        made += len(audio)
        yield audio
    rest = shifter.push(np.zeros(2 * HOPS * shifter.hop, np.float32))
    yield rest[: length - made]


class _Shifter:
    """Windows, stretches and adds up again, keeping only what the next frames still need."""

    def __init__(self, f0: Floats, sample_rate: int, ratio: float) -> None:
        self.hop = sample_rate // 100
        self._f0 = f0
        self._bin_hz = sample_rate / FFT
        self._ratio = ratio
        size = HOPS * self.hop
        self._window = np.hanning(size + 1)[:-1]
        # Squared Hann windows a quarter apart add up to HOPS * 3 / 8.
        self._norm = HOPS * 3 / 8
        # The first window ends with the first hop: its centre is one frame before the start.
        self._waiting: Floats = np.zeros((HOPS - 1) * self.hop, np.float32)
        self._sum: Doubles = np.zeros((HOPS - 1) * self.hop)
        self._skip = (HOPS - 1) * self.hop
        self._frame = 1 - HOPS // 2

    def push(self, block: Floats) -> Floats:
        """Audio that is complete now."""
        self._waiting = np.concatenate([self._waiting, block])
        parts = [np.zeros(0, np.float32)]
        while (count := min(_BATCH, len(self._waiting) // self.hop - HOPS + 1)) > 0:
            parts.append(self._frames(count))
        return np.concatenate(parts)

    def _frames(self, count: int) -> Floats:
        """Work on ``count`` windows and give what no later window touches."""
        hop, size = self.hop, HOPS * self.hop
        windows = np.lib.stride_tricks.sliding_window_view(self._waiting, size)[::hop][:count]
        at = np.clip(np.arange(self._frame, self._frame + count), 0, len(self._f0) - 1)
        changed = self._stretched(windows * self._window, self._f0[at]) * self._window
        total = np.concatenate([self._sum, np.zeros(count * hop)])
        for number, frame in enumerate(changed):
            total[number * hop : number * hop + size] += frame
        self._sum = total[count * hop :]
        self._waiting = self._waiting[count * hop :]
        self._frame += count
        done = total[: count * hop] / self._norm
        skipped = min(self._skip, len(done))
        self._skip -= skipped
        return done[skipped:].astype(np.float32)

    def _stretched(self, frames: Doubles, f0: Floats) -> Doubles:
        """Windowed frames (n, size) with their envelopes stretched."""
        spectrum = np.fft.rfft(frames, FFT)
        power = np.square(np.abs(spectrum))
        width = np.where(f0 > 0, np.maximum(f0, LOWEST_WIDTH_HZ), UNVOICED_WIDTH_HZ)
        floor = _FLOOR * power.max(axis=1, keepdims=True) + 1e-30
        envelope = np.log(smoothed(power, width / self._bin_hz) + floor)
        bins = np.arange(power.shape[1])
        source = np.minimum(bins / self._ratio, bins[-1])
        gain_db = 10 / np.log(10) * (_at(envelope, source[None]) - envelope)
        gain = 10 ** (np.clip(gain_db, -MAX_GAIN_DB, MAX_GAIN_DB) / 20)
        after = (power * np.square(gain)).sum(axis=1)
        level = np.sqrt(power.sum(axis=1) / np.maximum(after, 1e-30))
        stretched = np.fft.irfft(spectrum * gain * level[:, None], FFT)
        return np.asarray(stretched[:, : frames.shape[1]], dtype=np.float64)


def smoothed(power: Doubles, width: NDArray[np.floating]) -> Doubles:
    """Power spectra (n, bins), each averaged over ``width`` (n,) bins round every bin.

    A box as wide as F0 holds exactly one harmonic wherever it stands. Spectra are mirrored at 0 Hz
    and at Nyquist.
    """
    bins = power.shape[1]
    wide = np.pad(power, ((0, 0), (_MARGIN, _MARGIN)), mode="reflect")
    total = np.pad(np.cumsum(wide, axis=1), ((0, 0), (1, 0)))
    half = np.minimum(width, 2 * _MARGIN - 2)[:, None] / 2
    middle = np.arange(bins)[None] + _MARGIN + 0.5
    mean: Doubles = (_at(total, middle + half) - _at(total, middle - half)) / (2 * half)
    return mean


def _at(rows: Doubles, position: Doubles) -> Doubles:
    """Rows (n, m) read at fractional positions (n or 1, k), linearly."""
    position = np.broadcast_to(position, (len(rows), position.shape[1]))
    low = np.clip(position.astype(np.int64), 0, rows.shape[1] - 2)
    share = position - low
    below, above = np.take_along_axis(rows, low, 1), np.take_along_axis(rows, low + 1, 1)
    return below + share * (above - below)
