"""Gives a converted voice the loudness curve of its source."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

_RMS_FLOOR = 1e-6

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


def rms_envelope(wave: Tensor, sample_rate: int) -> Tensor:
    """Root mean square of windows of about a second every half: (T,) -> (T // (sr // 2) + 1,).

    Windows are centred, with zeros beyond the ends.
    """
    hop = sample_rate // 2
    frames = F.pad(wave, (hop, hop)).unfold(0, 2 * hop, hop)
    return frames.square().mean(dim=1).sqrt()


def mix_loudness(
    source: Tensor, source_rate: int, output: Tensor, output_rate: int, mix: float
) -> Tensor:
    """``output`` (T,) with its loudness curve moved to that of ``source`` (T',).

    ``mix`` 1 keeps the output's own curve, 0 takes the source's. The curves are stretched over the
    output's length, so both must span the same time.
    """
    wanted = _stretched(rms_envelope(source, source_rate), len(output))
    own = _stretched(rms_envelope(output, output_rate), len(output)).clamp(min=_RMS_FLOOR)
    return output * wanted.pow(1 - mix) * own.pow(mix - 1)


def follow_loudness(
    blocks: Iterable[Floats], wanted: Doubles, sample_rate: int, length: int, mix: float
) -> Iterator[Floats]:
    """``mix_loudness`` of a stream (``length``,) in blocks, which it holds back by 1.5 s at most.

    ``wanted`` is the source's envelope (n,), as ``rms_envelope`` gives it.
    """
    if mix == 1:
        yield from blocks
        return
    follower = _Follower(wanted, sample_rate // 2, length, mix)
    for block in blocks:
        yield from follower.push(block)
    yield from follower.rest()


def envelope_of(squares: Doubles, length: int, hop: int) -> Doubles:
    """``rms_envelope`` of (``length``,) from sums of squares of each ``hop`` samples."""
    padded = np.zeros(length // hop + 2)
    padded[1 : 1 + min(len(squares), len(padded) - 1)] = squares[: len(padded) - 1]
    envelope: Doubles = np.sqrt((padded[:-1] + padded[1:]) / (2 * hop))
    return envelope


class _Follower:
    """Holds samples back until the envelope round them is known."""

    def __init__(self, wanted: Doubles, hop: int, length: int, mix: float) -> None:
        self._wanted, self._hop, self._length, self._mix = wanted, hop, length, mix
        self._own = np.zeros(length // hop + 1)
        self._known = 0
        self._square = 0.0
        self._open: Floats = np.zeros(0, np.float32)
        self._waiting: Floats = np.zeros(0, np.float32)
        self._given = 0

    def push(self, block: Floats) -> Iterator[Floats]:
        """What can be given now."""
        self._waiting = np.concatenate([self._waiting, block])
        self._open = np.concatenate([self._open, block])
        whole = len(self._open) // self._hop
        for number in range(whole):
            self._measure(self._open[number * self._hop : (number + 1) * self._hop])
        self._open = self._open[whole * self._hop :]
        # Before the middle of the newest value nothing depends on the next one.
        reach = (self._known - 0.5) * self._length / len(self._own)
        yield from self._give(int(reach) - self._given)

    def rest(self) -> Iterator[Floats]:
        """Everything that is left."""
        self._measure(self._open)
        yield from self._give(len(self._waiting))

    def _measure(self, wave: Floats) -> None:
        """The next half second completes the second before its end."""
        square = float(np.square(wave, dtype=np.float64).sum())
        if self._known < len(self._own):
            self._own[self._known] = np.sqrt((self._square + square) / (2 * self._hop))
            self._known += 1
        self._square = square

    def _give(self, count: int) -> Iterator[Floats]:
        count = min(max(0, count), len(self._waiting))
        for first in range(0, count, self._hop):
            yield self._matched(self._waiting[first : min(first + self._hop, count)])
        self._waiting = self._waiting[count:]

    def _matched(self, block: Floats) -> Floats:
        share = (np.arange(self._given, self._given + len(block)) + 0.5) / self._length
        self._given += len(block)
        heard = np.maximum(_read(self._own, share), _RMS_FLOOR)
        gain = _read(self._wanted, share) ** (1 - self._mix) * heard ** (self._mix - 1)
        return (block * gain).astype(np.float32)


def _read(envelope: Doubles, share: Doubles) -> Doubles:
    """The envelope (n,) stretched over 0..1, read at ``share``."""
    at = np.clip(share * len(envelope) - 0.5, 0, len(envelope) - 1)
    low = at.astype(np.int64)
    high = np.minimum(low + 1, len(envelope) - 1)
    values: Doubles = envelope[low] + (at - low) * (envelope[high] - envelope[low])
    return values


def _stretched(envelope: Tensor, length: int) -> Tensor:
    return F.interpolate(envelope[None, None], size=length, mode="linear")[0, 0]
