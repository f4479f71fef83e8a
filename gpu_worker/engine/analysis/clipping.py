"""Clipping: samples that stand at a ceiling, also after the file was resampled or compressed.

As recorded, clipped samples repeat one value. A lossy codec or another sample rate ripples them,
but they still pile up in the histogram of amplitudes, where that of an unclipped voice only falls
(Eaton and Naylor 2013, "Detection of clipping in coded speech signals").
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..runs import runs

Floats = NDArray[np.float32]

# Samples of a plateau differ by less than this share of the peak: one step of 16 bits.
_FLAT = 4e-5
_SHORTEST_RUN = 3
_LOWEST_PLATEAU = 0.3
# The histogram: steps of a quarter decibel from 1 dB above the ceiling to 6 dB below.
_EDGES_DB = np.arange(1.0, -6.01, -0.25)
# So many peaks may stand above the ceiling.
_OUTLIERS = 20
_PILE = 1.2
# In little sound peaks pile up by chance: fewer samples than this say nothing, and a ceiling far
# below the highest peaks is none.
_FEWEST = 30
_LITTLE, _LITTLE_DB = 2**17, -2.0
# Tops of a wave: how long it is within 1.5 dB of its own peak, as a share of that within 4 dB.
_TOP, _SHOULDER = 0.84, 0.63
_FLATTER, _FLAT_TOP = 0.05, 0.68


@dataclass(frozen=True, slots=True)
class _Pile:
    """Excess samples at a ceiling (amplitude)."""

    samples: float
    ceiling: float


def clipped_share(parts: Iterable[Floats]) -> float:
    """Share of samples in clipped runs, 0..1, of a recording given in parts (T,)."""
    waves = [part for part in parts if len(part)]
    total = sum(len(wave) for wave in waves)
    peak = max((float(np.abs(wave).max()) for wave in waves), default=0.0)
    if peak == 0.0:
        return 0.0
    exact = sum(_plateau_samples(wave, peak) for wave in waves)
    return max(exact, _rippled_samples(waves, peak)) / total


def _plateau_samples(wave: Floats, peak: float) -> int:
    flat = (np.abs(np.diff(wave)) <= _FLAT * peak) & (np.abs(wave[1:]) > _LOWEST_PLATEAU * peak)
    lengths = np.diff(runs(flat)).ravel()
    long = lengths[lengths >= _SHORTEST_RUN]
    return int(long.sum() + len(long))


def _rippled_samples(waves: list[Floats], peak: float) -> float:
    """Samples piled up at a ceiling, if the tops of the wave are flatter there than below."""
    pile = _find_pile(waves, peak)
    if pile is None or pile.samples < _FEWEST:
        return 0.0
    shapes = [_top_shapes(wave, pile.ceiling) for wave in waves]
    at_top, below = (np.sum(values, axis=0) for values in zip(*shapes, strict=True))
    flat = at_top[0] / max(at_top[1], 1.0)
    usual = below[0] / below[1] if below[1] > 0 else _FLAT_TOP - _FLATTER
    return pile.samples if flat > usual + _FLATTER else 0.0


def _find_pile(waves: list[Floats], peak: float) -> _Pile | None:
    loud = np.concatenate([np.abs(wave)[np.abs(wave) > 0.25 * peak] for wave in waves])
    ceiling = float(np.partition(loud, -_OUTLIERS)[-_OUTLIERS]) if len(loud) > _OUTLIERS else peak
    edges = ceiling * 10 ** (_EDGES_DB / 20)
    counts = np.histogram(loud, edges[::-1])[0][::-1].astype(np.float64)
    best = _Pile(0.0, 0.0)
    little = sum(map(len, waves)) < _LITTLE
    deepest = int(np.argmax(_EDGES_DB <= _LITTLE_DB)) if little else len(counts) - 6
    for k in range(1, deepest):
        here = counts[k - 1 : k + 1].sum()
        lower = 2 * max(counts[k + 1 : k + 3].mean(), 0.8 * counts[k + 3 : k + 6].mean())
        if here > _PILE * lower and here - lower > best.samples:
            best = _Pile(float(here - lower), float(edges[k + 1]))
    return best if best.samples > 0 else None


def _top_shapes(wave: Floats, ceiling: float) -> tuple[Floats, Floats]:
    """Samples (near the top, at the shoulder) of half waves at the ceiling, and of lower ones."""
    size = np.abs(wave)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(np.signbit(wave))) + 1])
    peaks = np.maximum.reduceat(size, starts)
    own = np.repeat(peaks, np.diff(np.append(starts, len(wave))))
    near = np.add.reduceat((size > _TOP * own).astype(np.float32), starts)
    shoulder = np.add.reduceat((size > _SHOULDER * own).astype(np.float32), starts)
    both = np.stack([near, shoulder])
    wide = shoulder >= 5
    at_top = both[:, wide & (peaks > 0.97 * ceiling)].sum(axis=1)
    below = both[:, wide & (peaks < 0.85 * ceiling) & (peaks > 0.4 * ceiling)].sum(axis=1)
    return at_top, below
