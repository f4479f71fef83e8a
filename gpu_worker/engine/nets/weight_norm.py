"""Convolutions with weight normalisation (Salimans and Kingma 2016), named as published.

A published checkpoint holds ``weight_g`` (the norm of each slice, mostly of the first dimension)
and ``weight_v`` (the direction) in place of ``weight``.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .convolution import Conv1d, EitherLayout, as_picture
from .first_weights import norms


class _WeightNorm(EitherLayout, nn.Module):
    """Keeps ``weight_g`` and ``weight_v``; ``fold`` computes the weight once for inference."""

    weight_g: nn.Parameter
    weight_v: nn.Parameter
    norm_dim: int
    _folded: Tensor | None = None

    def normed(self) -> Tensor:
        """The weight: ``weight_v`` scaled to the norm ``weight_g``."""
        if self._folded is not None:
            return self._folded
        if torch.compiler.is_compiling():
            # In steps that the compiler can fuse, forward and backward.
            others = [dim for dim in range(self.weight_v.dim()) if dim != self.norm_dim]
            power = self.weight_v.square().sum(others, keepdim=True)
            return self.weight_v * (self.weight_g * power.rsqrt())
        if self.kernels is not None and self.norm_dim == 0:
            return self.kernels.weight(self.weight_v, self.weight_g)
        return torch._weight_norm(self.weight_v, self.weight_g, self.norm_dim)

    def _split(self, weight: Tensor, norm_dim: int = 0) -> None:
        """Replace the layer's ``weight`` by norm and direction."""
        del self.weight
        others = [dim for dim in range(weight.dim()) if dim != norm_dim]
        self.norm_dim = norm_dim
        self.weight_g = nn.Parameter(norms(weight.detach(), others))
        self.weight_v = nn.Parameter(weight.detach())

    def keep(self, weight: Tensor | None) -> None:
        """Compute with this weight until ``None`` is kept. The parameters get no gradient."""
        self._folded = weight

    def fold(self) -> None:
        """Compute the weight once. Later changes of the parameters have no effect."""
        with torch.no_grad():
            self._folded = torch._weight_norm(self.weight_v, self.weight_g, self.norm_dim)


class NormConv1d(_WeightNorm, Conv1d):
    """``nn.Conv1d`` with weight normalisation: (B, C_in, L) -> (B, C_out, L')."""

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        kernel: int,
        *,
        stride: int = 1,
        padding: int = 0,
        dilation: int = 1,
        groups: int = 1,
        norm_dim: int = 0,
    ) -> None:
        nn.Conv1d.__init__(
            self, channels_in, channels_out, kernel, stride, padding, dilation, groups
        )
        self._split(self.weight, norm_dim)

    def convolved(self, x: Tensor, bias: Tensor | None) -> Tensor:
        return self._convolve(x, self.normed(), bias)


class NormConv2d(_WeightNorm, nn.Conv2d):
    """``nn.Conv2d`` with weight normalisation and a (k, 1) kernel: (B, C_in, H, W) -> same W."""

    def __init__(self, channels_in: int, channels_out: int, kernel: int, stride: int) -> None:
        nn.Conv2d.__init__(
            self, channels_in, channels_out, (kernel, 1), (stride, 1), (kernel // 2, 0)
        )
        self._split(self.weight)

    def convolved(self, x: Tensor, bias: Tensor | None) -> Tensor:
        weight = self.normed()
        if self.innermost:
            weight = weight.contiguous(memory_format=torch.channels_last)
        output: Tensor = self._conv_forward(x, weight, bias)
        return output


class NormConvTranspose1d(_WeightNorm, nn.ConvTranspose1d):  # type: ignore[misc]  # forward
    """``nn.ConvTranspose1d`` that multiplies the length by ``rate``, with weight normalisation.

    ``margin`` samples are cut from the start.
    """

    def __init__(self, channels_in: int, channels_out: int, kernel: int, rate: int) -> None:
        odd = rate % 2
        self.margin = rate // 2 + 1 if odd else (kernel - rate) // 2
        nn.ConvTranspose1d.__init__(
            self, channels_in, channels_out, kernel, rate, self.margin, output_padding=odd
        )
        self._split(self.weight)

    def convolved(self, x: Tensor, bias: Tensor | None) -> Tensor:
        if not self.innermost:
            return F.conv_transpose1d(
                x, self.normed(), bias, self.stride, self.margin, self.output_padding
            )
        picture = F.conv_transpose2d(
            x.unsqueeze(2),
            as_picture(self.normed()),
            bias,
            (1, self.stride[0]),
            (0, self.margin),
            (0, self.output_padding[0]),
        )
        return picture.squeeze(2)

    @torch.no_grad()
    def interpolate(self) -> None:
        """Bring each kernel to the nearest one that interpolates linearly, in place.

        Other kernels can print a shape of their own on every input frame, a buzz at multiples of
        the frame rate (Odena et al. 2016, "Deconvolution and checkerboard artifacts").
        """
        kernel, rate = self.kernel_size[0], self.stride[0]
        tap = torch.arange(kernel, device=self.weight_v.device) + 0.5
        ramp = (torch.minimum(tap, kernel - tap) / (kernel - rate)).clamp(max=1.0)
        nearest = (self.weight_v * ramp).sum(2, keepdim=True) / (ramp**2).sum() * ramp
        self.weight_v.copy_(nearest)


@contextmanager
def normed_once(module: nn.Module) -> Iterator[None]:
    """Compute weights once for all calls inside the block; they get no gradient."""
    parts = [part for part in module.modules() if isinstance(part, _WeightNorm)]
    try:
        with torch.no_grad():
            for part in parts:
                part.keep(part.normed())
        yield
    finally:
        for part in parts:
            part.keep(None)


def fold_weight_norm(module: nn.Module) -> None:
    """Fold every weight-normalised layer of ``module``: faster, for inference only."""
    for part in module.modules():
        if isinstance(part, _WeightNorm):
            part.fold()
