"""Sound on disk on its way: songs of any length cost no memory."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def spool(path: Path, blocks: Iterable[Floats]) -> Floats:
    """Blocks (n,) or (n, C) as one array that is read from ``path``, raw float32."""
    channels: tuple[int, ...] = ()
    with path.open("wb") as file:
        for block in blocks:
            channels = block.shape[1:]
            file.write(np.ascontiguousarray(block, np.float32).tobytes())
    if path.stat().st_size == 0:
        return np.zeros((0, *channels), np.float32)
    return np.memmap(path, np.float32, "r").reshape(-1, *channels)
