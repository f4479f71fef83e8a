"""Takes songs of any length apart into vocals and instrumental, chunk by chunk.

Networks know one chunk at their own rate. Everything round them is here, once: rate, channels,
overlap, memory, progress and stop.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import soxr
from numpy.typing import NDArray

from gpu_worker.contract.params import SeparatorName

from ..progress import Listener, ignore
from ..stop import StopCheck, check, never

Samples = NDArray[np.float32]

# Below -100 dBFS there is nothing to separate: such chunks spend no time in the network.
_SILENT_PEAK = 1e-5
_NORMAL_BLOCK_S = 30


class AudioLike(Protocol):
    """What songs are read through: a float32 array (T, C) or ``np.memmap``; slices are copied."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def __getitem__(self, key: Any, /) -> Any: ...

    def __setitem__(self, key: Any, value: Any, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Stems:
    """Both (T, C) float32 at the song's rate; their sum is the song to rounding."""

    vocals: AudioLike
    instrumental: AudioLike


class Separator(Protocol):
    """A separation model, ready for any number of songs. ``rate`` in Hz is the network's own."""

    @property
    def name(self) -> SeparatorName: ...

    @property
    def rate(self) -> int: ...

    def separate(
        self,
        mix: AudioLike,
        rate: int,
        into: Stems | None = None,
        progress: Listener = ...,
        stop: StopCheck = ...,
    ) -> Stems: ...


@dataclass(frozen=True, slots=True)
class Level:
    """Mean and standard deviation of a song's mono sum, for networks that want it normalised."""

    mean: float
    deviation: float


class VocalNetwork(Protocol):
    """A network that hears chunks of at most ``chunk`` stereo samples at ``rate``.

    Neighbouring chunks share ``overlap`` samples, over which the results are cross-faded.
    """

    name: SeparatorName
    rate: int
    chunk: int
    overlap: int

    def vocals(self, mix: Samples, level: Level) -> Samples:
        """(n, 2) -> the vocals in it (n, 2), n <= ``chunk``."""
        ...


class ChunkedSeparator:
    """A ``Separator`` out of a network that hears seconds.

    Its memory is that of a few chunks, whatever the song's length, where ``mix`` and ``into`` are
    on disk (``np.memmap``).
    """

    def __init__(self, network: VocalNetwork) -> None:
        self._network = network
        self.name = network.name
        self.rate = network.rate

    def separate(
        self,
        mix: AudioLike,
        rate: int,
        into: Stems | None = None,
        progress: Listener = ignore,
        stop: StopCheck = never,
    ) -> Stems:
        """A song (T, 1) or (T, 2) at ``rate`` Hz into two of the same shape, rate and place.

        The instrumental is the song less its vocals, so that both add up to it. ``into`` is
        written to and returned, new arrays else. ``progress`` hears fractions in 0..1. Raises
        ``Stopped``; ``ValueError`` for other shapes.
        """
        if len(mix.shape) != 2 or mix.shape[1] not in (1, 2):
            raise ValueError(f"a song is (T, 1) or (T, 2), not {mix.shape}")
        if into is None:
            into = Stems(np.zeros(mix.shape, np.float32), np.zeros(mix.shape, np.float32))
        if mix.shape[0] == 0:
            return into
        for start, vocals in self._vocals(mix, rate, progress, stop):
            part = slice(start, start + len(vocals))
            into.vocals[part] = vocals
            into.instrumental[part] = np.asarray(mix[part], np.float32) - vocals
        return into

    def _vocals(
        self, mix: AudioLike, rate: int, progress: Listener, stop: StopCheck
    ) -> Iterator[tuple[int, Samples]]:
        """Finished vocals (n, C) from each start on, in order and without gaps."""
        total, channels = mix.shape
        level = measure_level(mix, rate)
        spans = self._spans(total, rate)
        ramp = max(1, self._network.overlap * rate // self.rate)
        sums = np.zeros((0, channels), np.float32)
        weights = np.zeros((0, 1), np.float32)
        for number, (start, end) in enumerate(spans):
            check(stop)
            part = self._of_chunk(np.asarray(mix[start:end], np.float32), rate, level)
            weight = _trapezoid(end - start, ramp, start == 0, end == total)
            grow = ((0, end - start - len(sums)), (0, 0))
            sums, weights = np.pad(sums, grow), np.pad(weights, grow)
            sums += part * weight
            weights += weight
            ready = (spans[number + 1][0] if number + 1 < len(spans) else total) - start
            yield start, sums[:ready] / weights[:ready]
            sums, weights = sums[ready:], weights[ready:]
            progress((number + 1) / len(spans))

    def _spans(self, total: int, rate: int) -> list[tuple[int, int]]:
        """Chunks as (first, one past the last) sample at the song's rate.

        All have one length; the last is moved back to end with the song, so that it hears as much
        before it as the others.
        """
        # A sample less, as resampling may round up.
        length = min(total, (self._network.chunk - 1) * rate // self.rate)
        step = max(1, length - self._network.overlap * rate // self.rate)
        starts = [*range(0, max(1, total - length), step)]
        if starts[-1] + length < total:
            starts.append(total - length)
        return [(start, start + length) for start in starts]

    def _of_chunk(self, mix: Samples, rate: int, level: Level) -> Samples:
        """Vocals of one chunk: (n, C) -> (n, C)."""
        if np.abs(mix).max(initial=0.0) < _SILENT_PEAK:
            return np.zeros_like(mix)
        stereo = np.repeat(mix, 2, axis=1) if mix.shape[1] == 1 else mix
        heard = stereo if rate == self.rate else soxr.resample(stereo, rate, self.rate)
        vocals = self._network.vocals(heard[: self._network.chunk], level)
        if rate != self.rate:
            vocals = _fitted(soxr.resample(vocals, self.rate, rate), len(mix))
        return vocals.mean(axis=1, keepdims=True) if mix.shape[1] == 1 else vocals


def measure_level(mix: AudioLike, rate: int) -> Level:
    """Of the mono sum of (T, C), read in blocks."""
    total = mix.shape[0]
    first = second = 0.0
    for start in range(0, total, _NORMAL_BLOCK_S * rate):
        mono = np.asarray(mix[start : start + _NORMAL_BLOCK_S * rate]).mean(1, dtype=np.float64)
        first += float(mono.sum())
        second += float(mono @ mono)
    mean = first / total
    return Level(mean, float(np.sqrt(max(0.0, second / total - mean * mean))))


def _trapezoid(length: int, ramp: int, is_first: bool, is_last: bool) -> Samples:
    """Weights (n, 1): from little to 1 within ``ramp`` samples and back, flat at a song's ends."""
    place = np.arange(1, length + 1, dtype=np.float32)
    rise = np.full(length, ramp, np.float32) if is_first else place
    fall = np.full(length, ramp, np.float32) if is_last else place[::-1]
    weight = np.minimum(np.minimum(rise, fall), ramp) / np.float32(ramp)
    return np.asarray(weight[:, None], np.float32)


def _fitted(wave: Samples, length: int) -> Samples:
    """Cut or filled with zeros to (length, C): resampling rounds to a sample more or less."""
    fitted: Samples = np.pad(wave[:length], ((0, max(0, length - len(wave))), (0, 0)))
    return fitted
