"""Gaussian noise from an explicit generator, so that runs repeat and jobs don't disturb others."""

import torch
from torch import Tensor


def gaussian_like(x: Tensor, generator: torch.Generator | None) -> Tensor:
    """Standard normal noise of the shape, type and device of ``x``; zeros without a generator."""
    if generator is None:
        return torch.zeros_like(x)
    return torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device)
