"""What the chain knows of an effect."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Planes = NDArray[np.float64]
"""A stretch of stereo sound, (2, n)."""


class Effect(Protocol):
    """Keeps its state from one stretch to the next; nothing comes out late."""

    ring_out: float
    """Seconds that it goes on sounding after the input ends."""

    def __call__(self, planes: Planes) -> Planes:
        """(2, n) -> (2, n)."""
