"""Loudness and true peak after ITU-R BS.1770-4, whole or as a stream in constant memory.

The web has a meter of its own (``apps/library/loudness.py``): it sees the worker's contract alone,
and this one is part of the rendering, whose limiter and levels go by its oversampling and gates.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from ..spool import let_go

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

_OFFSET: Final = -0.691
_ABSOLUTE_GATE_LUFS: Final = -70.0
_RELATIVE_GATE_LU: Final = -10.0
_STEPS_PER_GATE: Final = 4
"""Gates of 400 ms that overlap by 75 %: steps of 100 ms."""
_BLOCK: Final = 1 << 16
_REACH: Final = 12
"""Samples on either side that a point between two is made of."""


def integrated_lufs(wave: Floats, rate: int) -> float | None:
    """Of (T,) or (T, C), C 1 or 2; None below 0.4 s or where all lies below -70 LUFS."""
    meter = LoudnessMeter(rate, channels_of(wave))
    for block in blocks_of(wave):
        meter.add(block)
    return meter.lufs()


def true_peak_db(wave: Floats, rate: int) -> float | None:
    """dBTP of (T,) or (T, C); None for silence."""
    meter = TruePeakMeter(rate, channels_of(wave))
    for block in blocks_of(wave):
        meter.add(block)
    return meter.decibels()


def channels_of(wave: Floats) -> int:
    return 1 if wave.ndim == 1 else int(wave.shape[1])


def blocks_of(wave: Floats, size: int = _BLOCK) -> Iterator[Floats]:
    """(T,) or (T, C), also on disk -> blocks (n, C) in memory."""
    for start in range(0, len(wave), size):
        block = np.asarray(wave[start : start + size], np.float32)
        yield block[:, None] if block.ndim == 1 else block
        let_go(wave)


class KWeighting:
    """Power as the ear weighs it: blocks (n, C) in order -> (n,), summed over the channels.

    Two filters, a shelf for the head and a high-pass. BS.1770 tabulates them at 48 kHz; these
    analogue parameters give that table there, and the same curves at other rates (Mansbridge, Finn
    and Reiss, "Implementation and evaluation of autonomous multi-track fader control", AES 132,
    2012; also in libebur128).
    """

    def __init__(self, rate: int, channels: int) -> None:
        self.sections = np.stack([_shelf(rate), _high_pass(rate)])
        self._state = np.zeros((2, channels, 2))

    def __call__(self, block: Floats) -> Doubles:
        planes = np.ascontiguousarray(block.T, np.float64)
        weighted, self._state = signal.sosfilt(self.sections, planes, axis=1, zi=self._state)
        power: Doubles = np.einsum("cn,cn->n", weighted, weighted)
        return power


def _shelf(rate: int) -> Doubles:
    k = np.tan(np.pi * 1681.974450955533 / rate)
    q = 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    b = np.array([high + band * k / q + k * k, 2 * (k * k - high), high - band * k / q + k * k])
    a = np.array([1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k])
    shelf: Doubles = np.concatenate([b, a]) / a[0]
    return shelf


def _high_pass(rate: int) -> Doubles:
    k = np.tan(np.pi * 38.13547087602444 / rate)
    q = 0.5003270373238773
    a = np.array([1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k])
    # The table's numerator is 1, -2, 1 as it stands, half a per cent more than the filter's own:
    # other rates need as much, or the loudness would depend on the rate.
    table = np.tan(np.pi * 38.13547087602444 / 48000)
    excess = 1 + table / q + table * table
    return np.concatenate([np.array([1.0, -2.0, 1.0]) * excess / a[0], a / a[0]])


class LoudnessMeter:
    """Takes blocks (n, C) in order; ``lufs()`` answers for all so far."""

    def __init__(self, rate: int, channels: int) -> None:
        self._weigh = KWeighting(rate, channels)
        self._steps = Hops(max(1, round(rate / 10)), np.mean)

    def add(self, block: Floats) -> None:
        self._steps.add(self._weigh(block))

    def lufs(self) -> float | None:
        """Integrated loudness; None below 0.4 s or where every gate lies below -70 LUFS."""
        return gated_lufs(self._steps.all())


class Hops:
    """Cuts a stream of values into hops of ``size`` and keeps one number of each.

    ``reduce`` is a numpy reduction: ``np.mean``, ``np.max``.
    """

    def __init__(self, size: int, reduce: Callable[..., Any]) -> None:
        self._size = size
        self._reduce = reduce
        self._rest: Doubles = np.zeros(0)
        self._done: list[Doubles] = []

    def add(self, values: NDArray[Any]) -> None:
        values = np.concatenate([self._rest, values])
        whole = len(values) // self._size * self._size
        self._done.append(self._reduce(values[:whole].reshape(-1, self._size), axis=1))
        self._rest = values[whole:]

    def all(self, rest: bool = False) -> Doubles:
        """(K,); ``rest`` adds the unfinished last hop."""
        last = [np.array([self._reduce(self._rest)])] if rest and len(self._rest) else []
        return np.concatenate([np.zeros(0), *self._done, *last])


def gated_lufs(steps: Doubles) -> float | None:
    """Integrated loudness out of the K-weighted mean power of each 100 ms."""
    if len(steps) < _STEPS_PER_GATE:
        return None
    gates = np.convolve(steps, np.full(_STEPS_PER_GATE, 1 / _STEPS_PER_GATE), mode="valid")
    gates = gates[gates > _power(_ABSOLUTE_GATE_LUFS)]
    if not len(gates):
        return None
    gates = gates[gates > _power(_lufs(gates.mean()) + _RELATIVE_GATE_LU)]
    return _lufs(gates.mean())


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - _OFFSET) / 10))


def _lufs(power: float) -> float:
    return float(_OFFSET + 10 * np.log10(power))


class Oversampler:
    """Four times the samples, two times from 96 kHz on: blocks (n, C) -> (m, C), a little late.

    With ``flush`` it has given ``factor`` for every sample, none moved in time. A windowed sinc
    that lets through what lies just below half the rate: a resampler made for listening takes that
    away, and with it up to 0.7 dB of a hiss's peaks.
    """

    def __init__(self, rate: int, channels: int) -> None:
        self.factor = 4 if rate < 96_000 else 2
        taps = 2 * _REACH * self.factor + 1
        sinc = signal.firwin(taps, 1 / self.factor, window=("kaiser", 5.0))
        self._sinc = (self.factor * sinc).astype(np.float32)
        self._past = np.zeros((2 * _REACH, channels), np.float32)
        self._late = _REACH * self.factor

    def __call__(self, block: Floats) -> Floats:
        joined = np.concatenate([self._past, block])
        self._past = joined[len(joined) - len(self._past) :]
        finer = signal.upfirdn(self._sinc, joined.T, up=self.factor)
        first = 2 * _REACH * self.factor
        kept: Floats = finer[:, first : first + len(block) * self.factor].T
        late = min(self._late, len(kept))
        self._late -= late
        return kept[late:]

    def flush(self) -> Floats:
        return self(np.zeros((_REACH, self._past.shape[1]), np.float32))


class TruePeakMeter:
    """The highest point of the wave between its samples, at four times the rate (annex 2)."""

    def __init__(self, rate: int, channels: int) -> None:
        self._finer = Oversampler(rate, channels)
        self._peak = 0.0

    def add(self, block: Floats) -> None:
        """The next block (n, C)."""
        self._hear(block)
        self._hear(self._finer(block))

    def decibels(self) -> float | None:
        """dBTP of all; None for silence. Nothing may be added after."""
        self._hear(self._finer.flush())
        return float(20 * np.log10(self._peak)) if self._peak > 0 else None

    def _hear(self, samples: Floats) -> None:
        if samples.size:
            self._peak = max(self._peak, float(samples.max()), -float(samples.min()))
