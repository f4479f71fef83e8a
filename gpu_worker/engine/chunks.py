"""Cuts long audio into chunks at quiet points, to bound memory."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .config import CONTENT_RATE, PITCH_HOP

LONGEST = 41 * CONTENT_RATE
"""Samples at 16 kHz that are converted in one go."""
EVERY = 38 * CONTENT_RATE
REACH = 6 * CONTENT_RATE


def chunk_bounds(wave16k: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Chunks of (T,) as (first, one past the last) sample; inner bounds lie on 10 ms frames.

    Audio above 41 s is cut near every 38 s, where 10 ms are quietest within 6 s either way.
    """
    cuts = [0]
    if len(wave16k) > LONGEST:
        loudness = _sliding_sum(np.abs(wave16k))
        for centre in range(EVERY, len(wave16k), EVERY):
            first = centre - REACH
            quietest = first + int(np.argmin(loudness[first : centre + REACH]))
            cuts.append(quietest // PITCH_HOP * PITCH_HOP)
    cuts.append(len(wave16k))
    return [(a, b) for a, b in pairwise(cuts) if b > a]


def _sliding_sum(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Sum of the 160 samples round each: (T,) -> (T,)."""
    half = PITCH_HOP // 2
    total = np.cumsum(np.pad(values, (half + 1, half), mode="reflect"), dtype=np.float64)
    difference: NDArray[np.float64] = total[PITCH_HOP:] - total[:-PITCH_HOP]
    return difference[: len(values)]
