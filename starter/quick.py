"""The encoder's arithmetic for a GPU in training: the same numbers, frames before channels.

A convolution of each channel by itself is seven shifted products here, which the compiler puts into
one kernel with the norm after it; cuDNN's own takes most of a step.
"""

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpu_worker.engine.speech.starter import Block, StarterEncoder

Encode = Callable[[StarterEncoder, Tensor], Tensor]


def encode(encoder: StarterEncoder, mel: Tensor) -> Tensor:
    """(B, mels, 2 L) -> (B, L, 768), as ``StarterEncoder.encode`` gives it."""
    x = encoder.stem(mel).transpose(1, 2)
    for each in encoder.blocks:
        block = cast(Block, each)
        y: Tensor = block.norm(_spread(block.conv, x))
        y = block.shrink(block.dropout(F.gelu(block.grow(y), approximate="tanh")))
        x = x + block.scale * y
    numbers: Tensor = encoder.out(encoder.norm(x))
    normed: Tensor = encoder.out_norm(numbers.flatten(0, 1)).view_as(numbers)
    return normed


def _spread(conv: nn.Conv1d, x: Tensor) -> Tensor:
    """A depthwise convolution of (B, L, C) along L."""
    assert conv.bias is not None
    (dilation,), (reach,) = conv.dilation, cast(tuple[int], conv.padding)
    padded = F.pad(x, (0, 0, reach, reach))
    length = x.shape[1]
    total = conv.bias.expand_as(x)
    for tap in range(conv.kernel_size[0]):
        first = tap * dilation
        total = total + padded[:, first : first + length] * conv.weight[:, 0, tap]
    return total


def compiled(device: torch.device) -> Encode:
    """``encode``, compiled where that pays."""
    return cast(Encode, torch.compile(encode)) if device.type == "cuda" else encode
