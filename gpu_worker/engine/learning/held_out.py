"""Recordings that a voice never trains on, so that they can tell how good it is."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from .slices import Slice

SHARE: Final = 0.07
"""Of all slices, held out; at least one."""
MOST: Final = 12
OVERLAP_FRAMES: Final = 30
"""Neighbouring slices share 0.3 s."""
_LONG_ENOUGH: Final = 4 * OVERLAP_FRAMES
_VOICED: Final = 0.3


def digest(item: Slice) -> str:
    """What a slice sounds like, as a checksum of its samples."""
    return hashlib.sha256(np.ascontiguousarray(item.wave.numpy()).tobytes()).hexdigest()


def choose_held_out(slices: Sequence[Slice], digests: Sequence[str]) -> list[int]:
    """Numbers of the slices to hold out: at most 12 of about 2.4 s, the reference phrase first.

    They are spread over the range of pitch (one of each quantile of median F0) and over the
    recordings. Only content decides, not the order of the files. The reference phrase is the one
    with most voiced frames.
    """
    count = min(MOST, max(1, round(SHARE * len(slices))))
    eligible = _eligible(slices)
    eligible.sort(key=lambda n: (_median_f0(slices[n]), digests[n]))
    used: Counter[int] = Counter()
    chosen: list[int] = []
    for part in np.array_split(np.array(eligible), min(count, len(eligible))):
        number = min(part.tolist(), key=lambda n: (used[slices[n].source], digests[n]))
        used[slices[number].source] += 1
        chosen.append(number)
    return sorted(chosen, key=lambda n: (-_voiced(slices[n]), digests[n]))


def without_overlap(item: Slice) -> Slice:
    """The slice less what its neighbours hold too.

    Shorter ones than 1.2 s are held out only where no longer one exists, and then none overlaps.
    """
    if item.frames <= _LONG_ENOUGH:
        return item
    return item.cut(OVERLAP_FRAMES, item.frames - OVERLAP_FRAMES)


def _eligible(slices: Sequence[Slice]) -> list[int]:
    """Long and voiced enough to be judged, or the best there is."""
    numbers = list(range(len(slices)))
    longest = max(item.frames for item in slices)
    if longest > _LONG_ENOUGH:
        numbers = [n for n in numbers if slices[n].frames > _LONG_ENOUGH]
    voiced = [n for n in numbers if _voiced(slices[n]) >= _VOICED * slices[n].frames]
    return voiced or numbers


def _voiced(item: Slice) -> int:
    return int((item.f0 > 0).sum())


def _median_f0(item: Slice) -> float:
    voiced = item.f0[item.f0 > 0]
    return float(voiced.median()) if len(voiced) else 0.0
