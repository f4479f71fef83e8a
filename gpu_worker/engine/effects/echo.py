"""Chorus and delay."""

from math import ceil, log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .base import Planes

_CHORUS_DEPTH_S: Final = 0.002
# Centre of the delay in s, LFO in Hz, and where it starts on the left and on the right, in turns.
_CHORUS_VOICES: Final = ((0.013, 0.37, 0.0, 0.25), (0.021, 0.61, 0.5, 0.75))
_CHORUS_GAIN: Final = 0.6
_INAUDIBLE: Final = 1e-3


class Chorus:
    """Two voices a side, 11 to 23 ms late, that waver by 8 cents and less, against each other.

    ``amount`` 1 adds each at -4.4 dB.
    """

    ring_out = 0.03

    def __init__(self, rate: int, amount: float) -> None:
        self._rate = rate
        self._gain = _CHORUS_GAIN * amount
        longest = max(voice[0] for voice in _CHORUS_VOICES) + _CHORUS_DEPTH_S
        # One more than the longest delay, and two for the points round a place between samples.
        self._past: Planes = np.zeros((2, ceil(longest * rate) + 3))
        self._position = 0

    def __call__(self, planes: Planes) -> Planes:
        joined = np.concatenate([self._past, planes], axis=1)
        times = np.arange(planes.shape[1])
        turns = (self._position + times) / self._rate
        out = planes.copy()
        for centre, hz, *starts in _CHORUS_VOICES:
            for side, start in enumerate(starts):
                swing = np.sin(2 * np.pi * (hz * turns + start))
                late = (centre + _CHORUS_DEPTH_S * swing) * self._rate
                places = self._past.shape[1] + times - late
                out[side] += self._gain * _between(joined[side], places)
        self._position += planes.shape[1]
        self._past = joined[:, joined.shape[1] - self._past.shape[1] :]
        return out


def _between(wave: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """The wave at fractional ``places``, by Lagrange's cubic through four points."""
    first = np.floor(places).astype(np.int64)
    f = places - first
    before, here, after, beyond = (wave[first + k] for k in (-1, 0, 1, 2))
    found: NDArray[np.float64] = (
        -f * (f - 1) * (f - 2) / 6 * before
        + (f + 1) * (f - 1) * (f - 2) / 2 * here
        - (f + 1) * f * (f - 2) / 2 * after
        + (f + 1) * f * (f - 1) / 6 * beyond
    )
    return found


class Delay:
    """Echoes every ``milliseconds``: ``amount`` of the sound, then each times ``feedback``."""

    def __init__(self, rate: int, amount: float, milliseconds: float, feedback: float) -> None:
        self._amount = amount
        self._feedback = feedback
        self._line: Planes = np.zeros((2, max(1, round(milliseconds * rate / 1000))))
        repeats = 1.0
        if feedback > 0 and amount > _INAUDIBLE:
            repeats += log(_INAUDIBLE / amount) / log(feedback)
        self.ring_out = repeats * milliseconds / 1000

    def __call__(self, planes: Planes) -> Planes:
        out = np.empty_like(planes)
        longest = self._line.shape[1]
        for start in range(0, planes.shape[1], longest):
            part = planes[:, start : start + longest]
            echo = self._line[:, : part.shape[1]]
            out[:, start : start + longest] = part + self._amount * echo
            sent = part + self._feedback * echo
            self._line = np.concatenate([self._line[:, part.shape[1] :], sent], axis=1)
        return out
