"""Gives a converted voice the loudness curve of its source.

The published way (``mix_loudness``) compares plain power over a second. Within it a rest counts as
part of a note, and a voice of other colour than its source comes out louder or softer than that to
the ear: real conversions ended 2 to 5 LU below their source, single notes by 13. A song is
therefore followed as it is heard: K-weighted power (ITU-R BS.1770-4) over 150 ms.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from ..config import FRAME_RATE
from ..sound.lufs import KWeighting

_RMS_FLOOR = 1e-6
_REACH: Final = 7
"""Frames of 10 ms on either side of one that its loudness is an average of. Longer, notes run
together; shorter, the gain begins to colour the voice."""
_FLOOR: Final = 1e-9
"""Power that counts as silence; the voice's noise in a rest is brought down to it."""
_MOST_GAIN: Final = 1e3
"""Of power: what the voice hardly sings is raised by 30 dB at most."""

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
    """``output`` (T,) with its envelope moved to that of ``source`` (T',), the published way.

    ``mix`` 1 keeps the output's own curve, 0 takes the source's. The curves are stretched over the
    output's length, so both must span the same time.
    """
    wanted = _stretched(rms_envelope(source, source_rate), len(output))
    own = _stretched(rms_envelope(output, output_rate), len(output)).clamp(min=_RMS_FLOOR)
    return output * wanted.pow(1 - mix) * own.pow(mix - 1)


def follow_loudness(
    blocks: Iterable[Floats], wanted: Doubles, sample_rate: int, length: int, mix: float
) -> Iterator[Floats]:
    """A stream (``length``,) in blocks, as loud as its source, which it holds back by 0.1 s.

    ``wanted`` is the source's K-weighted mean power every 10 ms (n,), as ``weighted_powers`` gives
    it. ``mix`` 1 keeps the stream's own loudness, 0 takes the source's; between them the loudness
    of each moment lies in proportion, in decibels.
    """
    if mix == 1:
        yield from blocks
        return
    follower = _Follower(wanted, sample_rate, length, mix)
    for block in blocks:
        yield from follower.push(block)
    yield from follower.rest()


class _Follower:
    """Holds samples back until the loudness round them is known."""

    def __init__(self, wanted: Doubles, sample_rate: int, length: int, mix: float) -> None:
        self._hop = sample_rate // FRAME_RATE
        self._frames = -(-length // self._hop)
        self._wanted = _smoothed(_resized(wanted, self._frames + 2 * _REACH, _REACH))
        self._half = (1 - mix) / 2
        self._weigh = KWeighting(sample_rate, 1)
        # Frame i stands at i + _REACH: there is silence before and after.
        self._own = np.zeros(self._frames + 2 * _REACH)
        self._known = 0
        self._gains = np.ones(self._frames)
        self._ready = 0
        self._open: Doubles = np.zeros(0)
        self._waiting: Floats = np.zeros(0, np.float32)
        self._given = 0

    def push(self, block: Floats) -> Iterator[Floats]:
        """What can be given now."""
        self._waiting = np.concatenate([self._waiting, block])
        self._open = np.concatenate([self._open, self._weigh(block[:, None])])
        whole = len(self._open) // self._hop * self._hop
        self._hear(self._open[:whole].reshape(-1, self._hop).mean(axis=1))
        self._open = self._open[whole:]
        self._decide(self._known - _REACH)
        # Gains are those of the middles of frames, with straight lines between them.
        yield from self._give(int((self._ready - 0.5) * self._hop) - self._given)

    def rest(self) -> Iterator[Floats]:
        """Everything that is left."""
        if len(self._open):
            self._hear(self._open.sum(keepdims=True) / self._hop)
        self._decide(self._frames)
        yield from self._give(len(self._waiting))

    def _hear(self, powers: Doubles) -> None:
        powers = powers[: self._frames - self._known]
        first = self._known + _REACH
        self._own[first : first + len(powers)] = powers
        self._known += len(powers)

    def _decide(self, last: int) -> None:
        """The gains of all frames before ``last``."""
        first = self._ready
        if last <= first:
            return
        own = _smoothed(self._own[first : last + 2 * _REACH])
        ratio = (self._wanted[first:last] + _FLOOR) / (own + _FLOOR)
        self._gains[first:last] = np.minimum(ratio, _MOST_GAIN) ** self._half
        self._ready = last

    def _give(self, count: int) -> Iterator[Floats]:
        count = min(count, len(self._waiting))
        if count <= 0:
            return
        first = max(0, self._given // self._hop - 1)
        gains = self._gains[first : (self._given + count) // self._hop + 2]
        middles = (np.arange(first, first + len(gains)) + 0.5) * self._hop - 0.5
        gain = np.interp(np.arange(self._given, self._given + count), middles, gains)
        yield (self._waiting[:count] * gain).astype(np.float32)
        self._waiting = self._waiting[count:]
        self._given += count


def _smoothed(powers: Doubles) -> Doubles:
    """Averages over 15 frames by a Hann window: (n + 14,) -> (n,)."""
    window = np.hanning(2 * _REACH + 3)[1:-1]
    smoothed: Doubles = np.convolve(powers, window / window.sum(), mode="valid")
    return smoothed


def _resized(powers: Doubles, length: int, before: int) -> Doubles:
    """(``length``,) with ``before`` zeros in front, cut or filled up with zeros behind."""
    resized = np.zeros(length)
    kept = powers[: length - 2 * before]
    resized[before : before + len(kept)] = kept
    return resized


def _stretched(envelope: Tensor, length: int) -> Tensor:
    return F.interpolate(envelope[None, None], size=length, mode="linear")[0, 0]
