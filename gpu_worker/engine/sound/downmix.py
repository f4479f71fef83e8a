"""Any number of channels folded to one or two."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

_HALF_POWER: Final = 0.5**0.5
# ITU-R BS.775-3, annex 4: shares (left, right) by FFmpeg's channel names.
_SHARES: Final = {
    "FL": (1.0, 0.0),
    "FR": (0.0, 1.0),
    "FC": (_HALF_POWER, _HALF_POWER),
    "LFE": (0.0, 0.0),
    "BL": (_HALF_POWER, 0.0),
    "BR": (0.0, _HALF_POWER),
    "SL": (_HALF_POWER, 0.0),
    "SR": (0.0, _HALF_POWER),
    "BC": (0.5, 0.5),
}
# The order of WAV files that do not say which channel is which (5.1 and 7.1).
_USUAL: Final = {
    6: ("FL", "FR", "FC", "LFE", "BL", "BR"),
    8: ("FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"),
}


def to_mono(planes: NDArray[np.float64]) -> NDArray[np.float32]:
    """The mean of all channels: (C, n) -> (n, 1)."""
    mean: NDArray[np.float32] = planes.mean(axis=0)[:, None].astype(np.float32)
    return mean


def to_stereo(planes: NDArray[np.float64], names: Sequence[str]) -> NDArray[np.float32]:
    """(C, n) with FFmpeg's ``names`` of the channels -> (n, 2).

    One channel fills both sides, two are kept. A loud surround mix may exceed 1. Channels without
    a known place go to both sides alike.
    """
    if len(planes) == 1:
        planes = np.repeat(planes, 2, axis=0)
    elif len(planes) > 2:
        planes = _matrix(names) @ planes
    return np.ascontiguousarray(planes.T, dtype=np.float32)


def _matrix(names: Sequence[str]) -> NDArray[np.float64]:
    """(2, C). Without the front pair nothing says where things are: the mean for both sides."""
    known = {"FL", "FR"} <= set(names)
    places = names if known else _USUAL.get(len(names), ())
    if not places:
        return np.full((2, len(names)), 1 / len(names))
    return np.array([_SHARES.get(name, (0.5, 0.5)) for name in places]).T
