"""Stems laid over each other, sample by sample, at one rate."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gpu_worker.contract.params import MixKnobs

from ..stop import StopCheck, check, never
from .lufs import blocks_of
from .resampling import resample_blocks

Floats = NDArray[np.float32]
Audio = Floats | Iterable[Floats]

MUTE_DB: Final = -60.0
_BLOCK: Final = 1 << 16


def stem_gains(knobs: MixKnobs) -> dict[str, float]:
    """Decibels by the names that a cover's stems have."""
    return {
        "lead": knobs.lead_db,
        "backing": knobs.backing_db,
        "instrumental": knobs.instrumental_db,
    }


def mix(
    stems: Mapping[str, tuple[Audio, int]],
    gains_db: Mapping[str, float],
    rate: int,
    stop: StopCheck = never,
) -> Iterator[Floats]:
    """The sum of the stems at ``rate`` Hz in blocks (n, 2), as long as the longest of them.

    A stem is its sound, (T,) or (T, C) in memory or on disk, or blocks (n, C), C 1 or 2, and its
    rate; all start together. Mono goes to both sides. -60 dB and less mutes. Nothing limits the
    peaks: ``export`` does. Raises ``KeyError`` for a stem without a gain, before any block.
    """
    tracks = [
        _Track(audio, own_rate, rate, _factor(gains_db[name]))
        for name, (audio, own_rate) in stems.items()
    ]
    return _sum(tracks, stop)


def _factor(gain_db: float) -> float:
    return 0.0 if gain_db <= MUTE_DB else 10 ** (gain_db / 20)


def _sum(tracks: list["_Track"], stop: StopCheck) -> Iterator[Floats]:
    while True:
        check(stop)
        parts = [track.read(_BLOCK) for track in tracks]
        longest = max((len(part) for part in parts), default=0)
        if not longest:
            return
        total = np.zeros((longest, 2), np.float32)
        for part in parts:
            total[: len(part)] += part
        yield total


class _Track:
    """A stem at the rate of the mix, read in pieces of any length."""

    def __init__(self, audio: Audio, own_rate: int, rate: int, factor: float) -> None:
        blocks = blocks_of(audio) if isinstance(audio, np.ndarray) else audio
        self._blocks = iter(resample_blocks(map(_columns, blocks), own_rate, rate))
        self._factor = np.float32(factor)
        self._ready: list[Floats] = []
        self._count = 0

    def read(self, size: int) -> Floats:
        """The next (n, C) times the gain; fewer than ``size`` at the end only."""
        while self._count < size and (block := next(self._blocks, None)) is not None:
            self._ready.append(block)
            self._count += len(block)
        if not self._ready:
            return np.zeros((0, 1), np.float32)
        joined = np.concatenate(self._ready)
        self._ready = [joined[size:]]
        self._count = len(self._ready[0])
        part: Floats = self._factor * joined[:size]
        return part


def _columns(block: Floats) -> Floats:
    return block[:, None] if block.ndim == 1 else block
