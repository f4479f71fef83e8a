"""The effects in their order, over songs of any length."""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gpu_worker.contract.params import EffectKnobs

from ..sound.lufs import blocks_of
from ..stop import StopCheck, check, never
from .base import Effect, Planes
from .dynamics import Compressor, Gate, hop_samples
from .echo import Chorus, Delay
from .equaliser import Equaliser, wanted_sections
from .reverb import Reverb

Floats = NDArray[np.float32]

_GATE_OFF_DB: Final = -90.0
_LONGEST_RING_OUT_S: Final = 15.0


class EffectChain:
    """Takes a song in blocks and gives it back in stretches of its own, all in all the same length.

    Effects that the knobs leave neutral are not there; without any the samples pass bit by bit.
    Memory is bounded: a second of sound, or as much as the reverb is long.
    """

    def __init__(self, rate: int, knobs: EffectKnobs) -> None:
        self._effects = _wanted(rate, knobs)
        longest = max((e.ring_out for e in self._effects if isinstance(e, Reverb)), default=0.0)
        hop = hop_samples(rate)
        # Whole hops, so that the same stretches come out for whatever blocks go in.
        self._stretch = round(max(1.0, longest) * rate / hop) * hop
        self._waiting: list[Floats] = []
        self._count = 0
        seconds = min(sum(e.ring_out for e in self._effects), _LONGEST_RING_OUT_S)
        self.ring_out = round(seconds * rate)
        """Samples that ``tail`` gives after the end of the input, at most 15 s."""

    def process(self, block: Floats) -> Floats:
        """The next (n,), (n, 1) or (n, 2) -> (m, 2) of what came so far; m may be 0."""
        self._waiting.append(_stereo(block))
        self._count += len(block)
        if self._count < self._stretch:
            return np.zeros((0, 2), np.float32)
        joined = np.concatenate(self._waiting)
        whole = len(joined) // self._stretch * self._stretch
        self._waiting = [joined[whole:].copy()]
        self._count = len(joined) - whole
        return np.concatenate(
            [self._run(joined[i : i + self._stretch]) for i in range(0, whole, self._stretch)]
        )

    def tail(self) -> Floats:
        """(k, 2): the rest of the input, then ``ring_out`` samples of what still sounds."""
        silence = np.zeros((self.ring_out, 2), np.float32)
        given = [self.process(silence)]
        rest = np.concatenate(self._waiting)
        self._waiting, self._count = [], 0
        return np.concatenate([*given, self._run(rest)]) if len(rest) else given[0]

    def _run(self, stretch: Floats) -> Floats:
        if not self._effects:
            return stretch
        planes: Planes = np.ascontiguousarray(stretch.T, np.float64)
        for effect in self._effects:
            planes = effect(planes)
        return np.ascontiguousarray(planes.T, np.float32)


def stream_effects(
    blocks: Iterable[Floats], rate: int, knobs: EffectKnobs, stop: StopCheck = never
) -> Iterator[Floats]:
    """Blocks (n,), (n, 1) or (n, 2) of a song -> blocks (m, 2), together exactly as long."""
    chain = EffectChain(rate, knobs)
    owed = 0
    for block in blocks:
        check(stop)
        owed += len(block)
        done = chain.process(block)
        owed -= len(done)
        if len(done):
            yield done
    yield chain.tail()[:owed]


def apply_effects(audio: Floats, rate: int, knobs: EffectKnobs) -> Floats:
    """(T,), (T, 1) or (T, 2) at ``rate`` Hz -> (T, 2). What rings on after the end is cut off."""
    return np.concatenate(list(stream_effects(blocks_of(audio), rate, knobs)))


def _wanted(rate: int, knobs: EffectKnobs) -> list[Effect]:
    effects: list[Effect] = []
    if knobs.gate_db > _GATE_OFF_DB:
        effects.append(Gate(rate, knobs.gate_db))
    if sections := wanted_sections(rate, knobs):
        effects.append(Equaliser(sections))
    if knobs.compressor_ratio > 1:
        effects.append(Compressor(rate, knobs.compressor_threshold_db, knobs.compressor_ratio))
    if knobs.chorus > 0:
        effects.append(Chorus(rate, knobs.chorus))
    if knobs.delay > 0:
        effects.append(Delay(rate, knobs.delay, knobs.delay_ms, knobs.delay_feedback))
    if knobs.reverb > 0:
        effects.append(Reverb(rate, knobs.reverb, knobs.reverb_s))
    return effects


def _stereo(block: Floats) -> Floats:
    columns = block[:, None] if block.ndim == 1 else block
    if columns.shape[1] == 2:
        return np.asarray(columns, np.float32)
    return np.repeat(columns, 2, axis=1).astype(np.float32)
