"""1-D convolutions that can compute with channels as the innermost dimension.

cuDNN's and oneDNN's fast kernels read one sample's channels side by side; given (B, C, L) they
transpose before and after every layer, which costs more than the convolution itself. A tensor
(B, C, L) whose memory is laid out as (B, L, C) is also the picture (B, C, 1, L) in PyTorch's
channels-last format: a layer that is ``innermost`` computes that picture and hands on the same
layout, which every elementwise operation in between keeps. Shapes and parameters do not change.

What follows a convolution goes together with its bias where the layer has ``Kernels``.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .fused import Kernels


class Fusing:
    """A part of a network that computes with ``kernels`` where it has them and they are on."""

    given_kernels: Kernels | None = None

    @property
    def kernels(self) -> Kernels | None:
        given = self.given_kernels
        return given if given is not None and given.on else None


class EitherLayout(Fusing):
    """A layer that computes with channels innermost where ``innermost`` is set."""

    innermost: bool = False
    bias: Tensor | None

    def forward(self, x: Tensor) -> Tensor:
        return self.convolved(x, self.bias)

    def convolved(self, x: Tensor, bias: Tensor | None) -> Tensor:
        """With another bias than its own, or none."""
        raise NotImplementedError


class Conv1d(EitherLayout, nn.Conv1d):
    """``nn.Conv1d`` with that choice: (B, C_in, L) -> (B, C_out, L')."""

    def convolved(self, x: Tensor, bias: Tensor | None) -> Tensor:
        return self._convolve(x, self.weight, bias)

    def _convolve(self, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """With another weight than the layer's own parameter."""
        if not self.innermost:
            plain: Tensor = self._conv_forward(x, weight, bias)
            return plain
        picture = F.conv2d(
            x.unsqueeze(2),
            as_picture(weight),
            bias,
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


def activated(layer: EitherLayout, x: Tensor, slope: float) -> Tensor:
    """Leaky ReLU of what ``layer`` makes of x."""
    if layer.kernels is None or layer.bias is None:
        return F.leaky_relu(layer.forward(x), slope)
    return layer.kernels.activated(layer.convolved(x, None), layer.bias, slope)


def added(layer: EitherLayout, x: Tensor, to: Tensor) -> Tensor:
    """What ``layer`` makes of x, added to ``to``."""
    if layer.kernels is None or layer.bias is None:
        return to + layer.forward(x)
    return layer.kernels.added(to, layer.convolved(x, None), layer.bias)


def joined(layer: EitherLayout, x: Tensor, to: Tensor, slope: float) -> tuple[Tensor, Tensor]:
    """``added``, and its leaky ReLU for the next convolution."""
    if layer.kernels is None or layer.bias is None:
        total = to + layer.forward(x)
        return total, F.leaky_relu(total, slope)
    return layer.kernels.joined(to, layer.convolved(x, None), layer.bias, slope)


def as_picture(weight: Tensor) -> Tensor:
    """A 1-D weight (C_out, C_in, K) as (C_out, C_in, 1, K), channels last."""
    return weight.unsqueeze(2).contiguous(memory_format=torch.channels_last)


def keep_channels_innermost(net: nn.Module, chosen: bool = True) -> None:
    """Let every convolution of ``net`` compute so, or none."""
    for part in net.modules():
        if isinstance(part, EitherLayout):
            part.innermost = chosen


def lay_weights_innermost(net: nn.Module) -> None:
    """Let weights of layers that compute so lie in memory as they are read, (C_out, K, C_in).

    Their shapes stay. Moments that an optimiser has of them should be laid out alike.
    """
    for part in net.modules():
        if isinstance(part, EitherLayout) and part.innermost:
            for parameter in part.parameters(recurse=False):
                if parameter.dim() > 2:
                    laid = parameter.data.movedim(1, -1).contiguous()
                    parameter.data = laid.movedim(-1, 1)


def fuse(net: nn.Module, kernels: Kernels | None) -> None:
    """Let ``net`` compute with these kernels; layers only where channels are innermost.

    Only while they are on: they are compiled for a training's shapes, not for other uses.
    """
    for part in net.modules():
        if isinstance(part, Fusing):
            plain = isinstance(part, EitherLayout) and not part.innermost
            part.given_kernels = None if plain else kernels
