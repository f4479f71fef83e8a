"""From the melody that was heard to the one that the voice sings."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpu_worker.contract.params import ConvertParams

from .auto_key import key_shift
from .autotune import autotune

Floats = NDArray[np.float64]


def melody_for_voice(
    f0: NDArray[Any], params: ConvertParams, voice_median_hz: float | None = None
) -> Floats:
    """A whole song's Hz (T,) every 10 ms, 0 where unvoiced -> Hz (T,) to sing.

    Moved by ``pitch_shift`` and what ``auto_key`` finds for a voice of this median, then drawn to
    the key by ``autotune``: the shift stays.
    """
    heard = f0.astype(np.float64)
    semitones = params.pitch_shift + key_shift(heard, voice_median_hz, params.auto_key)
    shifted = heard * 2.0 ** (semitones / 12)
    return autotune(shifted, params.autotune, params.autotune_key, params.autotune_scale)
