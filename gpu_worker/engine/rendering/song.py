"""A song as the conversion hears it, read piece by piece so that its length costs no memory."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..config import CONTENT_RATE
from ..sound.filters import high_pass_zero_phase
from ..spool import let_go

Floats = NDArray[np.float32]

# After a second the high-pass has forgotten 400 dB: a piece is filtered as if within the whole.
_MEMORY = CONTENT_RATE
_KEPT = 10 * 60 * CONTENT_RATE


class Samples(Protocol):
    """Mono audio that is read by slices: an array, a memory map or a ``Song``."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Floats: ...


class Song:
    """Mono singing (T,) at 16 kHz behind the high-pass.

    It is read some five times over: up to ten minutes are filtered once and kept (38 MB). Of longer
    songs only what is read is ever in memory.
    """

    def __init__(self, wave16k: Samples) -> None:
        self._wave = wave16k
        self._heard: Floats | None = None

    def __len__(self) -> int:
        return len(self._wave)

    def __getitem__(self, part: slice) -> Floats:
        """The samples of a plain slice within the song."""
        if len(self) > _KEPT:
            return self._filtered(part)
        if self._heard is None:
            self._heard = self._filtered(slice(None))
        return self._heard[part].copy()

    def _filtered(self, part: slice) -> Floats:
        first, last, _ = part.indices(len(self))
        start = max(0, first - _MEMORY)
        wave = np.asarray(self._wave[start : min(len(self), last + _MEMORY)], dtype=np.float32)
        heard = high_pass_zero_phase(wave, CONTENT_RATE)[first - start : last - start]
        let_go(self._wave)
        return heard

    def mirrored(self, first: int, last: int) -> Floats:
        """Samples ``first`` to ``last``, which may lie outside: the song is mirrored at its ends.

        As ``numpy.pad`` does with ``reflect``, however short the song.
        """
        if first >= 0 and last <= len(self):
            return self[first:last]
        at = _reflected(np.arange(first, last), len(self))
        low, high = int(at.min()), int(at.max()) + 1
        return self[low:high][at - low]


def _reflected(at: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """Positions folded into 0..length - 1; the end samples themselves are not repeated."""
    if length == 1:
        return np.zeros_like(at)
    period = 2 * (length - 1)
    folded = at % period
    return np.minimum(folded, period - folded)
