"""1-D convolutions that can compute with channels as the innermost dimension.

cuDNN's and oneDNN's fast kernels read one sample's channels side by side; given (B, C, L) they
transpose before and after every layer, which costs more than the convolution itself. A tensor
(B, C, L) whose memory is laid out as (B, L, C) is also the picture (B, C, 1, L) in PyTorch's
channels-last format: a layer that is ``innermost`` computes that picture and hands on the same
layout, which every elementwise operation in between keeps. Shapes and parameters do not change.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class EitherLayout:
    """A layer that computes with channels innermost where ``innermost`` is set."""

    innermost: bool = False


class Conv1d(EitherLayout, nn.Conv1d):
    """``nn.Conv1d`` with that choice: (B, C_in, L) -> (B, C_out, L')."""

    def forward(self, x: Tensor) -> Tensor:
        return self._convolve(x, self.weight)

    def _convolve(self, x: Tensor, weight: Tensor) -> Tensor:
        """With another weight than the layer's own parameter."""
        if not self.innermost:
            plain: Tensor = self._conv_forward(x, weight, self.bias)
            return plain
        picture = F.conv2d(
            x.unsqueeze(2),
            as_picture(weight),
            self.bias,
            (1, self.stride[0]),
            (0, self._margin()),
            (1, self.dilation[0]),
            self.groups,
        )
        return picture.squeeze(2)

    def _margin(self) -> int:
        if isinstance(self.padding, str):  # "same", with an odd kernel
            return self.dilation[0] * (self.kernel_size[0] - 1) // 2
        return int(self.padding[0])


def as_picture(weight: Tensor) -> Tensor:
    """A 1-D weight (C_out, C_in, K) as (C_out, C_in, 1, K), channels last."""
    return weight.unsqueeze(2).contiguous(memory_format=torch.channels_last)


def keep_channels_innermost(net: nn.Module, chosen: bool = True) -> None:
    """Let every convolution of ``net`` compute so, or none."""
    for part in net.modules():
        if isinstance(part, EitherLayout):
            part.innermost = chosen
