"""Cuts long audio into chunks at quiet points, to bound memory."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..config import CONTENT_RATE, PITCH_HOP
from .song import Samples

LONGEST = 41 * CONTENT_RATE
"""Samples at 16 kHz that are converted in one go."""
EVERY = 38 * CONTENT_RATE
REACH = 6 * CONTENT_RATE
SHORTEST = CONTENT_RATE
"""A shorter rest is converted together with the chunk before it."""
_HALF = PITCH_HOP // 2

Bounds = list[tuple[int, int]]


def chunk_bounds(song: Samples) -> Bounds:
    """Chunks of (T,) at 16 kHz as (first, one past the last); inner bounds lie on 10 ms frames.

    Audio above 41 s is cut near every 38 s, where 10 ms are quietest within 6 s either way.
    """
    cuts = [0]
    if len(song) > LONGEST:
        cuts += [_quietest(song, centre) for centre in range(EVERY, len(song), EVERY)]
    cuts.append(len(song))
    return [(a, b) for a, b in pairwise(cuts) if b > a]


def without_short_rest(bounds: Bounds) -> Bounds:
    """The same, the last chunk joined to the one before where it is shorter than a second."""
    if len(bounds) > 1 and bounds[-1][1] - bounds[-1][0] < SHORTEST:
        return [*bounds[:-2], (bounds[-2][0], bounds[-1][1])]
    return bounds


def _quietest(song: Samples, centre: int) -> int:
    """The frame that begins nearest to the quietest 10 ms round ``centre``."""
    first, last = centre - REACH, min(centre + REACH, len(song))
    start = first - _HALF - 1
    loudness = _sliding_sum(np.abs(song[start : last + _HALF]))
    quietest = first + int(np.argmin(loudness[first - start : last - start]))
    return quietest // PITCH_HOP * PITCH_HOP


def _sliding_sum(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Sum of the 160 samples round each: (T,) -> (T,)."""
    total = np.cumsum(np.pad(values, (_HALF + 1, _HALF), mode="reflect"), dtype=np.float64)
    difference: NDArray[np.float64] = total[PITCH_HOP:] - total[:-PITCH_HOP]
    return difference[: len(values)]
