"""One clip of a recording as training material."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Slice:
    """One clip of about 3 s; all its arrays cover the same L frames of 10 ms.

    ``wave`` (L * hop,) in [-1, 1], ``content`` (L, C), ``f0`` (L,) Hz with 0 where unvoiced;
    ``source`` is the number of the recording that it comes from.
    """

    wave: Tensor
    content: Tensor
    f0: Tensor
    source: int = 0

    @property
    def frames(self) -> int:
        return self.f0.shape[0]

    @property
    def hop(self) -> int:
        """Samples a frame."""
        return self.wave.shape[0] // self.frames

    def cut(self, first: int, last: int) -> "Slice":
        """Frames ``first`` to ``last`` (exclusive) as a slice that shares memory."""
        wave = self.wave[first * self.hop : last * self.hop]
        return Slice(wave, self.content[first:last], self.f0[first:last], self.source)
