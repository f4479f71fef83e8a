"""What the sound itself says of an octave jump: are there harmonics of the lower pitch?

A tone of F0 g has energy at every multiple of g; one of k g only at every k-th. Compared in a short
spectrum, that tells an estimator's jump from a leap that was sung, however long either lasts.
"""

import numpy as np
from numpy.typing import NDArray

from ..config import CONTENT_RATE, PITCH_HOP

_WINDOW = 1024
# Nearer to a stretch's ends the window hears its neighbours.
_HALF_WINDOW_FRAMES = 3
_SPECTRA = 5
"""Frames looked at in one stretch."""
_HARMONICS = 12
_HIGHEST_HZ = 5000.0
# Below it the window's own lobe fills the space between harmonics.
_LOWEST_HZ = 50.0

Floats = NDArray[np.float32]


def power_between(
    wave16k: Floats, frames: NDArray[np.intp], hz: NDArray[np.float64], factor: int
) -> float:
    """Power of the harmonics of ``hz`` that are no multiples of ``factor``, over that of those
    that are: near 0 where the sound's pitch is ``factor * hz``, near 1 where it is ``hz``.

    ``hz`` (N,) is F0 at ``frames`` (N,), which lie 160 samples apart. NaN where nobody can tell.
    """
    edge = min(_HALF_WINDOW_FRAMES, (len(frames) - 1) // 2)
    chosen = np.unique(np.linspace(edge, len(frames) - 1 - edge, _SPECTRA).astype(np.intp))
    low = hz[chosen]
    if low.min() < _LOWEST_HZ:
        return float("nan")
    spectra = _spectra(wave16k, frames[chosen])
    number = np.arange(1, _HARMONICS + 1)
    at = low[:, None] * number
    bins = np.rint(at * _WINDOW / CONTENT_RATE).astype(np.intp)
    heard = at < _HIGHEST_HZ
    power = np.where(heard, np.take_along_axis(spectra, np.where(heard, bins, 0), axis=1), 0.0)
    shared = number % factor == 0
    between, multiples = power[:, ~shared].sum(), power[:, shared].sum()
    return float(between / multiples) if multiples > 0 else float("nan")


def _spectra(wave: Floats, frames: NDArray[np.intp]) -> NDArray[np.float64]:
    """Power spectra (N, 513) round the frames, by a window of 64 ms; zeros beyond the ends."""
    at = frames[:, None] * PITCH_HOP + np.arange(-_WINDOW // 2, _WINDOW // 2)
    inside = (at >= 0) & (at < len(wave))
    cut = np.where(inside, wave[np.clip(at, 0, len(wave) - 1)], 0.0) * np.hanning(_WINDOW)
    power: NDArray[np.float64] = np.abs(np.fft.rfft(cut, axis=1)) ** 2
    return power
