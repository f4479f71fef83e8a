"""F0 of a song of any length, heard piece by piece."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..config import CONTENT_RATE, PITCH_HOP
from ..melody.f0 import F0Estimator
from ..stop import StopCheck, check
from .song import Song

CORE = 60 * CONTENT_RATE
CONTEXT = 2 * CONTENT_RATE
"""Windows of a minute are heard with two seconds more on either side."""

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


def hear(
    song: Song,
    estimator: F0Estimator,
    before: int,
    after: int,
    progress: Callable[[float], None],
    stop: StopCheck,
) -> Doubles:
    """F0 in Hz every 10 ms, from ``before`` samples before the song to ``after`` behind it.

    Beyond its ends the song is mirrored. (before + T + after) // 160 + 1 values, 0 where unvoiced.
    """
    end = len(song) + after
    parts: list[NDArray[np.floating]] = []
    for start in range(-before, end, CORE):
        check(stop)
        # A short rest goes along with the window before it.
        last = start + CORE + 2 * CONTEXT >= end
        left = min(start + before, CONTEXT)
        window = song.mirrored(start - left, end if last else start + CORE + CONTEXT)
        f0 = estimator.estimate(window)
        skipped = left // PITCH_HOP
        parts.append(f0[skipped:] if last else f0[skipped : skipped + CORE // PITCH_HOP])
        progress(min(1.0, (start + before + CORE) / (end + before)))
        if last:
            break
    return np.concatenate(parts).astype(np.float64)
