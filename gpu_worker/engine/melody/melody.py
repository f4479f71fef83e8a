"""From the melody that was heard to the one that the voice sings."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpu_worker.contract.params import ConvertParams

from .autotune import autotune

Floats = NDArray[np.float64]


def melody_for_voice(f0: NDArray[Any], params: ConvertParams, key: float = 0.0) -> Floats:
    """A whole song's Hz (T,) every 10 ms, 0 where unvoiced -> Hz (T,) to sing.

    Moved by ``pitch_shift`` and by what the automatic key found (``key``, in semitones), then drawn
    to the notes of a key by ``autotune``: the shift stays.
    """
    shifted = f0.astype(np.float64) * 2.0 ** ((params.pitch_shift + key) / 12)
    return autotune(shifted, params.autotune, params.autotune_key, params.autotune_scale)
