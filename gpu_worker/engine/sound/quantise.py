"""Float samples become the integers of a file."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gpu_worker.contract.errors import Code, JobError

_SEED: Final = 20_250_101
_DITHERED_BITS: Final = 16


class Quantiser:
    """Takes blocks (n, C) float32 in order, gives them interleaved: (1, n * C).

    16 bits as int16, with triangular dither of two steps' width (Lipshitz, Wannamaker and
    Vanderkooy, "Quantization and dither", JAES 40(5), 1992), which turns distortion of quiet sounds
    into a steady hiss at -93 dBFS; digital silence stays silent. 24 bits rounded, in the upper part
    of int32. 32 bits as float32. All are clipped to full scale. The same blocks give the same file.

    Raises ``JobError`` with UNEXPECTED for NaN or infinity: a mistake of ours, not of the customer.
    """

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._random = np.random.default_rng(_SEED)

    def __call__(self, block: NDArray[np.float32]) -> NDArray[Any]:
        flat = block.reshape(1, -1)
        if not np.isfinite(flat).all():
            raise JobError(Code.UNEXPECTED, "the result is not finite")
        if self._bits == 32:
            return np.clip(flat, -1.0, 1.0)
        steps = 2.0 ** (self._bits - 1)
        wanted = flat.astype(np.float64) * steps
        if self._bits == _DITHERED_BITS:
            first, second = self._random.random((2, *wanted.shape), np.float32)
            wanted += np.where(flat == 0.0, 0.0, first - second)
        whole = np.clip(np.rint(wanted), -steps, steps - 1)
        if self._bits == _DITHERED_BITS:
            return whole.astype(np.int16)
        return whole.astype(np.int32) << (32 - self._bits)
