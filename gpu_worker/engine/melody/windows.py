"""Long audio through an estimator in windows that share context, one by one or side by side."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..config import CONTENT_RATE, PITCH_HOP

Floats = NDArray[np.float32]

_CORE = 60 * CONTENT_RATE
_CONTEXT = 2 * CONTENT_RATE
LONGEST = _CORE + 2 * _CONTEXT
"""Samples at 16 kHz that go through in one piece."""

_ROW_CORE = 10 * CONTENT_RATE
_ROW = _ROW_CORE + 2 * _CONTEXT
_ROWS = 8


def windowed(wave: Floats, estimate: Callable[[Floats], Floats]) -> Floats:
    """``estimate`` over windows of 60 s that share 2 s on either side, joined at their cores."""
    frames = len(wave) // PITCH_HOP + 1
    if len(wave) <= LONGEST:
        return estimate(wave)[:frames]
    parts = []
    for start in range(0, len(wave), _CORE):
        left = min(start, _CONTEXT)
        window = estimate(wave[start - left : start + _CORE + _CONTEXT])
        last = start + _CORE >= len(wave)
        end = None if last else (left + _CORE) // PITCH_HOP
        parts.append(window[left // PITCH_HOP : end])
    return np.concatenate(parts)[:frames]


def side_by_side(wave: Floats, estimate: Callable[[Floats], Floats]) -> Floats:
    """The same in windows of 10 s, several in one call: for a GPU.

    A recurrent network takes its frames one after the other; eight windows abreast are an eighth of
    the steps. ``estimate`` takes (B, T) and gives (B, T // 160 + 1) or more.
    """
    frames = len(wave) // PITCH_HOP + 1
    if len(wave) <= _ROW:
        return estimate(wave[None])[0, :frames]
    cores = np.arange(0, frames, _ROW_CORE // PITCH_HOP)
    # All are of one length; those at the ends reach as far into the audio instead of beyond it.
    last = (len(wave) - _ROW) // PITCH_HOP
    starts = np.clip(cores - _CONTEXT // PITCH_HOP, 0, last)
    parts = []
    for group in range(0, len(starts), _ROWS):
        chosen = slice(group, group + _ROWS)
        rows = [wave[at : at + _ROW] for at in starts[chosen] * PITCH_HOP]
        found = estimate(np.stack(rows))
        ends = np.minimum(cores[chosen] + _ROW_CORE // PITCH_HOP, frames)
        for row, at, first, end in zip(found, starts[chosen], cores[chosen], ends, strict=True):
            parts.append(row[first - at : end - at])
    return np.concatenate(parts)
