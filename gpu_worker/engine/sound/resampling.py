"""Another sample rate, whole or as a stream (soxr, high quality)."""

from collections.abc import Iterable, Iterator

import numpy as np
import soxr
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def resample(wave: Floats, source_rate: int, target_rate: int) -> Floats:
    """(T,) -> (about T * target / source,), band-limited."""
    if source_rate == target_rate:
        return wave
    resampled: Floats = soxr.resample(wave, source_rate, target_rate)
    return resampled


def resample_blocks(
    blocks: Iterable[Floats], source_rate: int, target_rate: int
) -> Iterator[Floats]:
    """Blocks (n, C) of one stream -> blocks (m, C) at the other rate; nothing moves in time.

    In all round(T * target / source) samples, give or take one.
    """
    if source_rate == target_rate:
        yield from blocks
        return
    stream: soxr.ResampleStream | None = None
    nothing = np.zeros((0, 1), np.float32)
    for block in blocks:
        if stream is None:
            nothing = block[:0]
            stream = soxr.ResampleStream(source_rate, target_rate, block.shape[1])
        yield stream.resample_chunk(np.ascontiguousarray(block))
    if stream:
        yield stream.resample_chunk(np.ascontiguousarray(nothing), last=True)
