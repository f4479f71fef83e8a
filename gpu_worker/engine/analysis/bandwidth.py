"""Up to which frequency a recording holds anything: lower sample rates and lossy codecs show.

They leave a wall in the spectrum, as steep as a filter and with nothing behind it. A dark voice or
a dull microphone rolls off gently instead and is not mistaken for it.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from .frames import decibels

Floats = NDArray[np.float32]

_LOUD_DB = 40.0
# Consonants carry the highs: each bin at its loud moments.
_QUANTILE = 0.9
_LOWEST_HZ = 3000.0
_SIDE_HZ, _EDGE_HZ = 600.0, 200.0
_WALL_DB = 20.0


def bandwidth_hz(spectra: Floats, rate: int) -> float | None:
    """The edge in Hz, half the rate where there is none; ``None`` without sound.

    ``spectra`` is power (frames, bins) up to half the rate.
    """
    step = rate / (2 * (spectra.shape[1] - 1))
    total = spectra[:, int(200 / step) :].sum(axis=1)
    loud = total > total.max(initial=0.0) * 10 ** (-_LOUD_DB / 10)
    if not loud.any() or total.max() < 1e-10:
        return None
    levels = decibels(np.quantile(spectra[loud], _QUANTILE, axis=0))
    side, edge = int(_SIDE_HZ / step), int(_EDGE_HZ / step)
    bins = np.arange(int(_LOWEST_HZ / step), len(levels) - 2 * edge)
    if len(bins) == 0:
        return rate / 2
    sums = np.concatenate([[0.0], np.cumsum(levels, dtype=np.float64)])
    below = (sums[bins - edge] - sums[bins - edge - side]) / side
    drops = below - _loudest_beyond(levels, step)[bins + edge]
    best = int(np.argmax(drops))
    return float(bins[best] * step) if drops[best] >= _WALL_DB else rate / 2


def _loudest_beyond(levels: Floats, step: float) -> Floats:
    """For each bin the highest level, smoothed over 300 Hz, from there to the end."""
    smooth = uniform_filter1d(levels, max(3, int(300 / step)))
    beyond: Floats = np.maximum.accumulate(smooth[::-1])[::-1]
    return beyond
