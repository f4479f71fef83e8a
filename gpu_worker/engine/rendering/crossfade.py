"""Joins chunks that overlap."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

BLOCK = 40_000
"""About a second: what comes after a chunk needs less memory than the chunk itself."""

Floats = NDArray[np.float32]


def joined(chunks: Iterable[Floats], overlap: int) -> Iterator[Floats]:
    """Chunks (T_i,), each sharing ``overlap`` samples with the next -> one stream of short blocks.

    Where two share time the one fades into the other by raised cosines whose sum is 1: what both
    agree on, the pitch, keeps its level. Every chunk but the ends needs T_i >= 2 x ``overlap``.
    """
    rising = ((1 - np.cos(np.pi * (np.arange(overlap) + 0.5) / overlap)) / 2).astype(np.float32)
    held: Floats | None = None
    for chunk in chunks:
        if held is not None:
            mixed = held[len(held) - overlap :] * (1 - rising) + chunk[:overlap] * rising
            yield from _blocks(held[: len(held) - overlap])
            chunk = np.concatenate([mixed, chunk[overlap:]])
        held = chunk
    if held is not None:
        yield from _blocks(held)


def _blocks(wave: Floats) -> Iterator[Floats]:
    for first in range(0, len(wave), BLOCK):
        yield wave[first : first + BLOCK]


def of_length(blocks: Iterable[Floats], samples: int) -> Iterator[Floats]:
    """The stream cut to ``samples``, or filled up with silence."""
    left = samples
    for block in blocks:
        if left > 0 and len(block):
            yield block[:left]
            left -= len(block[:left])
    if left > 0:
        yield np.zeros(left, np.float32)
