"""One F0 of several estimators: the median of those that hear a voice."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Log-frequencies further apart than a semitone have no useful mean.
_AGREE = 1 / 12


def median_of(contours: Floats) -> Floats:
    """Hz (estimators, T), 0 where unvoiced -> Hz (T,).

    Voiced where more than half of the estimators say so; there the median in log-frequency of the
    voiced ones. Between two middle values more than a semitone apart (mostly an octave, so that
    their mean would be no pitch at all) the estimator that comes first decides.
    """
    voiced = contours > 0
    count = voiced.sum(axis=0)
    log = np.where(voiced, np.log2(np.maximum(contours, 1e-3)), np.inf)
    order = log.argsort(axis=0, kind="stable")
    frames = np.arange(contours.shape[1])
    low = order[np.maximum(count - 1, 0) // 2, frames]
    high = order[np.minimum(count // 2, len(contours) - 1), frames]
    below, above = log[low, frames], log[high, frames]
    heard = 2 * count > len(contours)
    below, above = np.where(heard, below, 0.0), np.where(heard, above, 0.0)
    first = np.where(low < high, below, above)
    middle = np.where(above - below > _AGREE, first, (below + above) / 2)
    return np.where(heard, np.exp2(middle), 0.0).astype(np.float32)
