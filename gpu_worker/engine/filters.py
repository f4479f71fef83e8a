"""The high-pass that takes rumble and offset from recordings before anything listens to them."""

import numpy as np
from numpy.typing import NDArray
from scipy import signal

CUTOFF_HZ = 48.0
ORDER = 5

Wave = NDArray[np.float32]


def high_pass(wave: Wave, sample_rate: int) -> Wave:
    """Butterworth of order 5, causal: (T,) -> (T,). Training material."""
    filtered: Wave = signal.sosfilt(_sections(sample_rate), wave).astype(np.float32)
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
