"""Integrated loudness and true peak of a stream (ITU-R BS.1770-4), in constant memory.

The worker has a meter of its own (``engine/sound/lufs.py``): neither sees the other's code, and
this one weighs surround channels and needs no torch beside it.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyloudnorm
import soxr
from numpy.typing import NDArray
from scipy import signal

Samples = NDArray[np.float32]
Powers = NDArray[np.float64]

_ABSOLUTE_GATE_LUFS: Final = -70.0
_RELATIVE_GATE_LU: Final = -10.0
_OFFSET: Final = -0.691
_SURROUND_WEIGHT: Final = 1.41
_BLOCKS_PER_GATE: Final = 4  # gates of 400 ms that overlap by 75 %: steps of 100 ms


def channel_weights(names: Sequence[str]) -> list[float]:
    """Weight of each channel by its FFmpeg name: none for LFE, more for what sounds behind."""
    weights = []
    for name in names:
        if name.startswith("LFE"):
            weights.append(0.0)
        elif name.startswith(("B", "S")) or name == "LS" or name == "RS":
            weights.append(_SURROUND_WEIGHT)
        else:
            weights.append(1.0)
    return weights


class LoudnessMeter:
    """Takes blocks of shape (C, T) in order; ``lufs()`` answers for all so far."""

    def __init__(self, rate: int, weights: Sequence[float]) -> None:
        filters = pyloudnorm.Meter(rate)._filters.values()
        self._sections = np.array([[*stage.b, *stage.a] for stage in filters])
        self._gain = float(np.prod([stage.passband_gain for stage in filters]))
        self._state = np.zeros((len(self._sections), len(weights), 2))
        self._weights = np.asarray(weights, dtype=np.float64)
        self._step = max(1, round(rate / 10))
        self._rest: Powers = np.zeros((0,))
        self._powers: list[Powers] = []

    def add(self, block: Samples) -> None:
        weighted, self._state = signal.sosfilt(
            self._sections, block.astype(np.float64), axis=-1, zi=self._state
        )
        power = self._weights @ np.square(self._gain * weighted)
        power = np.concatenate([self._rest, power])
        whole = len(power) // self._step * self._step
        self._powers.append(power[:whole].reshape(-1, self._step).mean(axis=1))
        self._rest = power[whole:]

    def lufs(self) -> float | None:
        """Integrated loudness; None where every gate lies below -70 LUFS, or for under 0.4 s."""
        steps = np.concatenate(self._powers) if self._powers else np.zeros(0)
        if len(steps) < _BLOCKS_PER_GATE:
            return None
        gates = np.convolve(steps, np.full(_BLOCKS_PER_GATE, 1 / _BLOCKS_PER_GATE), mode="valid")
        gates = gates[gates > _power(_ABSOLUTE_GATE_LUFS)]
        if not len(gates):
            return None
        gates = gates[gates > _power(_lufs(gates.mean()) + _RELATIVE_GATE_LU)]
        return _lufs(gates.mean())


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - _OFFSET) / 10))


def _lufs(power: float) -> float:
    return float(_OFFSET + 10 * np.log10(power))


class TruePeakMeter:
    """The highest point of the wave between its samples, found at four times the rate."""

    def __init__(self, rate: int, channels: int) -> None:
        up = 4 if rate < 96_000 else 2 if rate < 192_000 else 1
        self._finer = soxr.ResampleStream(rate, up * rate, channels, dtype="float32")
        self.peak = 0.0

    def add(self, block: Samples) -> None:
        finer = self._finer.resample_chunk(np.ascontiguousarray(block.T))
        for samples in (block, finer):
            if samples.size:
                self.peak = max(self.peak, float(samples.max()), -float(samples.min()))

    def decibels(self) -> float | None:
        """dBTP; None for silence."""
        return float(20 * np.log10(self.peak)) if self.peak > 0 else None
