"""Sound on disk on its way: songs of any length cost no memory."""

import mmap
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


def let_go(wave: object) -> None:
    """Give back the pages of a memory map that were read, which else count as ours to the end.

    Those of a shared map stay in the system's cache; a private one could hold changes.
    """
    if isinstance(wave, np.memmap) and wave.mode in ("r", "r+"):
        # Of a reshaped or sliced map ``base`` may be the map that it came from.
        file = getattr(wave, "_mmap", None)
        if isinstance(file, mmap.mmap):
            file.madvise(mmap.MADV_DONTNEED)
