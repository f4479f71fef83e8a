"""The high-pass that takes rumble and offset from recordings before anything listens to them."""

import numpy as np
from numpy.typing import NDArray
from scipy import signal

CUTOFF_HZ = 48.0
ORDER = 5
_BLOCK = 1 << 20

Wave = NDArray[np.float32]


def high_pass(wave: Wave, sample_rate: int) -> Wave:
    """Butterworth of order 5, causal: (T,) -> (T,). Training material.

    In blocks, whose state is handed on: double precision for three hours would take 3.5 GB.
    """
    sections = _sections(sample_rate)
    state = np.zeros((len(sections), 2))
    filtered = np.empty(len(wave), np.float32)
    for start in range(0, len(wave), _BLOCK):
        part, state = signal.sosfilt(sections, wave[start : start + _BLOCK], zi=state)
        filtered[start : start + _BLOCK] = part
    return filtered


def high_pass_zero_phase(wave: Wave, sample_rate: int) -> Wave:
    """The same forward and backward, so that nothing moves in time: (T,) -> (T,). Conversion."""
    filtered: Wave = signal.sosfiltfilt(_sections(sample_rate), wave).astype(np.float32)
    return filtered


def _sections(sample_rate: int) -> NDArray[np.float64]:
    # Second-order sections: polynomials of order 5 lose five digits at 48 Hz of 48 kHz.
    sections: NDArray[np.float64] = signal.butter(
        ORDER, CUTOFF_HZ, btype="highpass", fs=sample_rate, output="sos"
    )
    return sections
