"""Gaussian noise from an explicit generator, so that runs repeat and jobs don't disturb others."""

import torch
from torch import Tensor


class Drawn:
    """Noise that was drawn beforehand, handed out in the order in which it is asked for.

    A computation that is compiled or replayed can't draw from a generator: what it needs is drawn
    outside and goes in like any other input.
    """

    def __init__(self, *noise: Tensor) -> None:
        self._left = list(noise)

    def next(self, shape: torch.Size) -> Tensor:
        """The next one. Raises ``ValueError`` where it has another shape."""
        noise = self._left.pop(0)
        if noise.shape != shape:
            raise ValueError(f"noise of {tuple(noise.shape)} was drawn, {tuple(shape)} is needed")
        return noise


Noise = torch.Generator | Drawn | None


def gaussian_like(x: Tensor, generator: Noise) -> Tensor:
    """Standard normal noise of the shape, type and device of ``x``; zeros without a generator."""
    if generator is None:
        return torch.zeros_like(x)
    if isinstance(generator, Drawn):
        return generator.next(x.shape)
    return torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device)
