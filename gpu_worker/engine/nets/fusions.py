"""What lies between two convolutions, forward and backward, on rows (N, C).

All channels of one position lie side by side. Compiled, each function is one kernel, or two where a
bias' gradient sums over rows. Convolutions stay outside, so that the compiler never sees more than
these few lines. Sums are taken in single precision.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from .compiling import each, loose, rows


@loose
def norm(v: Tensor, g: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Directions (O, N) and lengths (O, 1) -> the weight, and 1 / |v|."""
    inverse = torch.rsqrt(v.square().sum(1, keepdim=True))
    return (v * (g * inverse)).to(dtype), inverse


@loose
def norm_back(dw: Tensor, v: Tensor, g: Tensor, inverse: Tensor) -> tuple[Tensor, Tensor]:
    """From the weight's gradient: those of ``v`` and ``g``."""
    wide = dw.float()
    dg = (wide * v).sum(1, keepdim=True) * inverse
    return (wide - v * (dg * inverse)) * (g * inverse), dg


@rows
def activate(y: Tensor, bias: Tensor, slope: float) -> Tensor:
    """Leaky ReLU of ``y + bias``."""
    return F.leaky_relu(y.float() + bias, slope).to(y.dtype)


@rows
def activate_back(dz: Tensor, z: Tensor, slope: float) -> tuple[Tensor, Tensor]:
    """Gradients of ``y`` and of the bias."""
    dy = _through(dz.float(), z, slope)
    return dy.to(dz.dtype), dy.sum(0)


@each
def activate_back_frozen(dz: Tensor, z: Tensor, slope: float) -> Tensor:
    """That of ``y`` alone."""
    return _through(dz.float(), z, slope).to(dz.dtype)


@rows
def join(x: Tensor, y: Tensor, bias: Tensor, slope: float) -> tuple[Tensor, Tensor]:
    """``x + y + bias``, and its leaky ReLU in the precision of ``y``."""
    total = x + (y.float() + bias)
    return total, F.leaky_relu(total, slope).to(y.dtype)


@rows
def join_back(
    dt: Tensor, da: Tensor, active: Tensor, slope: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients of ``x``, ``y`` and the bias."""
    total = dt + _through(da.float(), active, slope)
    return total, total.to(da.dtype), total.sum(0)


@rows
def add(x: Tensor, y: Tensor, bias: Tensor) -> Tensor:
    """``x + y + bias`` in the precision of ``x``."""
    return x + (y.float() + bias)


@rows
def add_back(dt: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Gradients of ``y`` and of the bias."""
    return dt.to(dtype), dt.sum(0)


@each
def fork(x: Tensor, slope: float, dtype: torch.dtype) -> Tensor:
    """Leaky ReLU in another precision."""
    return F.leaky_relu(x, slope).to(dtype)


@each
def fork_back(active: Tensor, slope: float, *grads: Tensor) -> Tensor:
    """``grads``: those of all copies of x, then those of all copies of its leaky ReLU."""
    ways = len(grads) // 2
    bent = _total([grad.float() for grad in grads[ways:]])
    return _total(grads[:ways]) + _through(bent, active, slope)


@each
def mix(slope: float, *parts: Tensor) -> Tensor:
    """Leaky ReLU of the mean."""
    return F.leaky_relu(_total(parts) / len(parts), slope)


@each
def mix_back(dz: Tensor, z: Tensor, slope: float, count: int) -> Tensor:
    """The gradient of each part."""
    return _through(dz, z, slope) / count


@rows
def gate(y: Tensor, offset: Tensor) -> Tensor:
    """``tanh(a) * sigmoid(b)`` of the halves of ``y + offset``, (B, L, 2 C) and (B, 1, 2 C)."""
    a, b = (y.float() + offset).chunk(2, dim=-1)
    return (torch.tanh(a) * torch.sigmoid(b)).to(y.dtype)


@rows
def gate_back(dz: Tensor, y: Tensor, offset: Tensor) -> tuple[Tensor, Tensor]:
    """Gradients of ``y`` and of the offset."""
    a, b = (y.float() + offset).chunk(2, dim=-1)
    filtered, opened = torch.tanh(a), torch.sigmoid(b)
    wide = dz.float()
    da = wide * opened * (1 - filtered * filtered)
    db = wide * filtered * opened * (1 - opened)
    dy = torch.cat([da, db], dim=-1)
    return dy.to(dz.dtype), dy.sum(1, keepdim=True)


@rows
def carry(
    x: Tensor, skips: Tensor, y: Tensor, bias: Tensor, mask: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The first half of ``y + bias`` (N, 2 C) joins ``x``, masked (N, 1); the other the skips.

    Returns x, x in the precision of ``y``, and the skips.
    """
    residual, skip = (y.float() + bias).chunk(2, dim=-1)
    total = (x + residual) * mask
    return total, total.to(y.dtype), skips + skip


@rows
def carry_back(
    dx: Tensor, dhalf: Tensor, dskips: Tensor, mask: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients of ``x``, ``y`` and the bias; that of the skips passes as it is."""
    total = (dx + dhalf.float()) * mask
    dy = torch.cat([total, dskips], dim=-1)
    return total, dy.to(dhalf.dtype), dy.sum(0)


@loose
def distance(a: Tensor, b: Tensor) -> Tensor:
    """Mean L1 distance of (N,)."""
    return (a.float() - b.float()).abs().mean()


@loose
def distance_back(a: Tensor, b: Tensor, grad: Tensor) -> Tensor:
    """The gradient of ``b``."""
    return ((b.float() - a.float()).sign() * (grad / a.shape[0])).to(b.dtype)


@loose
def miss(x: Tensor, target: int) -> Tensor:
    """Mean squared distance from ``target``."""
    return (x.float() - target).square().mean()


@loose
def miss_back(x: Tensor, target: int, grad: Tensor) -> Tensor:
    """The gradient of ``x``."""
    return ((x.float() - target) * (2 * grad / x.shape[0])).to(x.dtype)


def _through(dz: Tensor, z: Tensor, slope: float) -> Tensor:
    """Backward through a leaky ReLU whose result was ``z``."""
    return torch.where(z > 0, dz, dz * slope)


def _total(parts: Sequence[Tensor]) -> Tensor:
    """Their sum; a stack would be built to be summed."""
    first, *others = parts
    for part in others:
        first = first + part
    return first
