"""Sung phrases in a contour of F0: voiced frames with at most short gaps between them."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_GAP = 5
"""Unvoiced frames (of 10 ms) that a consonant may last without ending the phrase."""

Index = NDArray[np.intp]


def phrases(f0: NDArray[Any], max_gap: int = MAX_GAP) -> Iterator[Index]:
    """Per phrase the indices of its voiced frames, in order. ``f0`` is (T,), 0 where unvoiced."""
    voiced = np.flatnonzero(f0 > 0)
    breaks = np.flatnonzero(np.diff(voiced) > max_gap + 1) + 1
    bounds = [0, *breaks.tolist(), len(voiced)]
    for first, last in pairwise(bounds):
        if last > first:
            yield voiced[first:last]
