"""What the steps of cleaning share: long mono audio is read and written a block at a time."""

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..progress import Listener, ignore
from ..stop import StopCheck, check

Floats = NDArray[np.float32]
Decibels = NDArray[np.float64]

FRAMES_A_SECOND = 100
"""Levels are measured every 10 ms."""
_BLOCK_S = 30
_SILENT_DB = -200.0


class AudioLine(Protocol):
    """Mono audio (T,): a float32 array or ``np.memmap``."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def __getitem__(self, key: Any, /) -> Any: ...

    def __setitem__(self, key: Any, value: Any, /) -> None: ...


def block_slices(
    total: int, rate: int, progress: Listener, stop: StopCheck
) -> Iterator[tuple[int, int]]:
    """Blocks of half a minute as (first, one past the last) sample.

    Raises ``Stopped`` in between.
    """
    for start in range(0, total, _BLOCK_S * rate):
        check(stop)
        end = min(total, start + _BLOCK_S * rate)
        yield start, end
        progress(end / total)


def frame_levels(wave: AudioLine, rate: int, stop: StopCheck) -> Decibels:
    """Root mean square of each 10 ms in dBFS: (T,) -> (ceil(100 T / rate),), silence is -200.

    A sine of full scale has -3 dBFS.
    """
    total = wave.shape[0]
    levels = []
    for start, end in block_slices(total, rate, ignore, stop):
        power = np.square(np.asarray(wave[start:end], np.float32), dtype=np.float64)
        edges = _frame_edges(end - start, rate)
        mean = np.add.reduceat(power, edges) / np.diff(edges, append=end - start)
        levels.append(10 * np.log10(np.maximum(mean, 10 ** (_SILENT_DB / 10))))
    return np.concatenate(levels) if levels else np.zeros(0)


def _frame_edges(samples: int, rate: int) -> NDArray[np.int64]:
    """Where the frames of a block start; blocks are whole seconds, so that they fit together."""
    frames = -(-samples * FRAMES_A_SECOND // rate)
    return np.arange(frames, dtype=np.int64) * rate // FRAMES_A_SECOND
