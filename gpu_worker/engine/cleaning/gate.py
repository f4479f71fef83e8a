"""A noise gate that never cuts into the start or the end of a sound.

The gate of `effects` hears a mix as it comes; this one knows the whole recording beforehand.
"""

import numpy as np
from scipy import ndimage

from ..progress import Listener, ignore
from ..stop import StopCheck, never
from .blocks import (
    FRAMES_A_SECOND,
    AudioLine,
    Decibels,
    Floats,
    block_slices,
    frame_levels,
)

# Once open, it stays so down to this much below the threshold: no chatter in fading notes.
_HYSTERESIS_DB = 6.0
_LOOKAHEAD_FRAMES = 3
_HOLD_FRAMES = 20


def gate(
    wave: AudioLine,
    rate: int,
    threshold_db: float,
    into: AudioLine,
    progress: Listener = ignore,
    stop: StopCheck = never,
) -> None:
    """Silence what is quieter than ``threshold_db`` (dBFS, RMS of 10 ms): (T,) -> ``into`` (T,).

    Opens 30 ms early over 20 ms, holds 200 ms, and stays open down to 6 dB below the threshold.
    ``into`` may be ``wave``. Raises ``Stopped``.
    """
    gains = gate_gains(frame_levels(wave, rate, stop), threshold_db)
    centres = (np.arange(len(gains)) + 0.5) * rate / FRAMES_A_SECOND
    for start, end in block_slices(wave.shape[0], rate, progress, stop):
        gain = np.interp(np.arange(start, end), centres, gains).astype(np.float32)
        into[start:end] = np.asarray(wave[start:end], np.float32) * gain


def gate_gains(levels: Decibels, threshold_db: float) -> Floats:
    """Gain of each frame in 0..1 from its level in dBFS: (L,) -> (L,)."""
    seeds = levels >= threshold_db
    opened = ndimage.binary_propagation(seeds, mask=levels >= threshold_db - _HYSTERESIS_DB)
    reach = _LOOKAHEAD_FRAMES + _HOLD_FRAMES
    around = np.zeros(2 * reach + 1, bool)
    around[reach - _LOOKAHEAD_FRAMES : reach + _HOLD_FRAMES + 1] = True
    held = ndimage.binary_dilation(opened, around)
    return np.asarray(ndimage.uniform_filter1d(held.astype(np.float32), 3), np.float32)
