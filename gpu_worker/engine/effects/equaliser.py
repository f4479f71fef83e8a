"""High-pass and three bands, as biquads.

Source: Robert Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients", as
published by the W3C Audio Working Group.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from gpu_worker.contract.params import EffectKnobs

from .base import Planes

LOW_HZ: Final = 200.0
MID_HZ: Final = 2500.0
HIGH_HZ: Final = 8000.0

_MID_Q: Final = 0.8
_HIGH_PASS_Q: Final = 0.5**0.5
_HIGHEST: Final = 0.45
"""Of the sample rate: no band lies closer to its half."""

Section = NDArray[np.float64]
"""b0, b1, b2, 1, a1, a2 of a biquad."""


class Equaliser:
    """All biquads in one go. The high-pass falls by 12 dB an octave."""

    ring_out = 0.0

    def __init__(self, sections: list[Section]) -> None:
        self._sections = np.stack(sections)
        self._state = np.zeros((len(sections), 2, 2))

    def __call__(self, planes: Planes) -> Planes:
        filtered: Planes
        filtered, self._state = signal.sosfilt(self._sections, planes, axis=1, zi=self._state)
        return filtered


def wanted_sections(rate: int, knobs: EffectKnobs) -> list[Section]:
    """The biquads that the knobs ask for, none where all are neutral."""
    sections = []
    if knobs.high_pass_hz > 0:
        sections.append(high_pass(rate, knobs.high_pass_hz))
    if knobs.eq_low_db:
        sections.append(low_shelf(rate, LOW_HZ, knobs.eq_low_db))
    if knobs.eq_mid_db:
        sections.append(bell(rate, MID_HZ, knobs.eq_mid_db))
    if knobs.eq_high_db:
        sections.append(high_shelf(rate, HIGH_HZ, knobs.eq_high_db))
    return sections


def high_pass(rate: int, hz: float) -> Section:
    """Butterworth of order 2, -3 dB at ``hz``."""
    cos, alpha = _angle(rate, hz, _HIGH_PASS_Q)
    return _section([(1 + cos) / 2, -(1 + cos), (1 + cos) / 2], [1 + alpha, -2 * cos, 1 - alpha])


def bell(rate: int, hz: float, gain_db: float) -> Section:
    """``gain_db`` at ``hz``, none far from it."""
    cos, alpha = _angle(rate, hz, _MID_Q)
    a = 10 ** (gain_db / 40)
    return _section(
        [1 + alpha * a, -2 * cos, 1 - alpha * a], [1 + alpha / a, -2 * cos, 1 - alpha / a]
    )


def low_shelf(rate: int, hz: float, gain_db: float) -> Section:
    """``gain_db`` far below ``hz``, half of it there; slope 1."""
    return _shelf(rate, hz, gain_db, 1.0)


def high_shelf(rate: int, hz: float, gain_db: float) -> Section:
    """``gain_db`` far above ``hz``, half of it there; slope 1."""
    return _shelf(rate, hz, gain_db, -1.0)


def _shelf(rate: int, hz: float, gain_db: float, side: float) -> Section:
    """``side`` 1 for the low shelf, -1 for the high one, whose formulae differ by signs alone."""
    # Slope 1 is a quality of 1 / sqrt(2).
    cos, alpha = _angle(rate, hz, 0.5**0.5)
    cos *= side
    a = 10 ** (gain_db / 40)
    root = 2 * a**0.5 * alpha
    return _section(
        [
            a * ((a + 1) - (a - 1) * cos + root),
            side * 2 * a * ((a - 1) - (a + 1) * cos),
            a * ((a + 1) - (a - 1) * cos - root),
        ],
        [
            (a + 1) + (a - 1) * cos + root,
            side * -2 * ((a - 1) + (a + 1) * cos),
            (a + 1) + (a - 1) * cos - root,
        ],
    )


def _angle(rate: int, hz: float, q: float) -> tuple[float, float]:
    """Cosine of the frequency and the cookbook's alpha."""
    w = 2 * np.pi * min(hz, _HIGHEST * rate) / rate
    return float(np.cos(w)), float(np.sin(w) / (2 * q))


def _section(b: list[float], a: list[float]) -> Section:
    section: Section = np.array([*b, *a]) / a[0]
    return section
