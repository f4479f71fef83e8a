"""First weights that are only drawn where there is memory for them.

Networks whose weights follow from a file are made on the ``meta`` device. To "draw" there PyTorch
imports its whole compiler, which takes seconds.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


def drawn(*shape: int, deviation: float) -> Tensor:
    """Normally distributed values."""
    values = torch.empty(shape)
    return values if values.is_meta else values.normal_(std=deviation)


def norms(weight: Tensor, over: Sequence[int]) -> Tensor:
    """The Euclidean norm over some dimensions, which are kept as 1."""
    if weight.is_meta:
        shape = [1 if dim in over else size for dim, size in enumerate(weight.shape)]
        return weight.new_empty(shape)
    length: Tensor = torch.linalg.vector_norm(weight, dim=list(over), keepdim=True)
    return length


class Embedding(nn.Embedding):
    """``nn.Embedding``."""

    def reset_parameters(self) -> None:
        if not self.weight.is_meta:
            super().reset_parameters()
