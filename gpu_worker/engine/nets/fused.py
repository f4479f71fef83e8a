"""What lies between two convolutions as few passes over memory, for the fast training step.

``fusions`` has each operation forward and backward on rows; here they are joined for autograd and
brought from and to pictures and waves, whose channels are innermost (``convolution``). Not compiled
they compute the same. A network whose layers have no ``Kernels`` computes layer by layer: the
reference.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from . import fusions
from .compiling import Compiled, Compiler, Region


class Kernels:
    """The fused operations; networks use them while they are on.

    With a ``compiler`` they tell it what they are called with, until they are ``compiled``.
    """

    def __init__(self, compiler: Compiler | None) -> None:
        self.on = False
        self.compiled = False
        self._compiler = compiler

    @contextmanager
    def turned_on(self) -> Iterator[None]:
        self.on = True
        try:
            yield
        finally:
            self.on = False

    def __call__(self, function: Compiled | Region, *arguments: Any) -> Any:
        if self.compiled:
            return function(*arguments)
        if self._compiler is not None:
            self._compiler.meet(function, arguments)
        return function.plain(*arguments)

    # The operations on pictures and waves, (B, C, ...) with channels innermost.

    def weight(self, direction: Tensor, length: Tensor) -> Tensor:
        """Weight norm (C_out, C_in, ...) in autocast's precision, channels innermost."""
        dtype = _working(direction)
        made: Tensor = _applied(_WeightNorm, self, direction, length, dtype)
        return made

    def activated(self, x: Tensor, bias: Tensor, slope: float) -> Tensor:
        """``leaky_relu(x + bias)`` in the precision of ``x``."""
        made: Tensor = _applied(_Activate, self, rows_of(x), bias, slope)
        return like(made, x)

    def joined(self, x: Tensor, more: Tensor, bias: Tensor, slope: float) -> tuple[Tensor, Tensor]:
        """``x + more + bias`` in the precision of ``x``, and its leaky ReLU in that of ``more``."""
        total, active = _applied(_Join, self, rows_of(x), rows_of(more), bias, slope)
        return like(total, x), like(active, more)

    def added(self, x: Tensor, more: Tensor, bias: Tensor) -> Tensor:
        """``x + more + bias`` in the precision of ``x``."""
        made: Tensor = _applied(_Add, self, rows_of(x), rows_of(more), bias)
        return like(made, x)

    def forked(self, x: Tensor, ways: int, slope: float) -> list[tuple[Tensor, Tensor]]:
        """``x`` and its leaky ReLU in autocast's precision, for each of several ways."""
        found = _applied(_Fork, self, rows_of(x), ways, slope, _working(x))
        made = [like(each, x) for each in found]
        return list(zip(made[:ways], made[ways:], strict=True))

    def mixed(self, parts: Sequence[Tensor], slope: float) -> Tensor:
        """``leaky_relu`` of the mean of several."""
        made: Tensor = _applied(_Mix, self, slope, *(rows_of(part) for part in parts))
        return like(made, parts[0])

    def gated(self, y: Tensor, offset: Tensor) -> Tensor:
        """``tanh(a) * sigmoid(b)``: halves of ``y`` (B, 2 C, L) + ``offset`` (B, 2 C)."""
        made: Tensor = _applied(_Gate, self, y.transpose(1, 2), offset.unsqueeze(1))
        return made.transpose(1, 2)

    def carried(
        self, x: Tensor, skips: Tensor, y: Tensor, bias: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """``(x + a) * mask``, the same in the precision of ``y``, and ``skips + b``.

        a and b are the halves of ``y`` (B, 2 C, L) + ``bias``; ``mask`` (B, 1, L).
        """
        found = _applied(_Carry, self, rows_of(x), rows_of(skips), rows_of(y), bias, rows_of(mask))
        total, half, skips_rows = (like(each, x) for each in found)
        return total, half, skips_rows

    def apart(self, a: Tensor, b: Tensor) -> Tensor:
        """Mean L1 distance of two tensors of one layout; no gradient flows into ``a``."""
        made: Tensor = _applied(_Distance, self, _flat(a), _flat(b))
        return made

    def missed(self, x: Tensor, target: int) -> Tensor:
        """Mean squared distance of all values from 0 or 1."""
        made: Tensor = _applied(_Miss, self, _flat(x), target)
        return made


def _applied(operation: type[torch.autograd.Function], *arguments: Any) -> Any:
    return operation.apply(*arguments)  # type: ignore[no-untyped-call]


def _flat(x: Tensor) -> Tensor:
    """All of it as it lies in memory."""
    return x.flatten() if x.is_contiguous() else rows_of(x).flatten()


def rows_of(x: Tensor) -> Tensor:
    """(B, C, ...) as (N, C): a view where channels are innermost."""
    return x.movedim(1, -1).reshape(-1, x.shape[1])


def like(rows: Tensor, x: Tensor) -> Tensor:
    """(N, C) as (B, C, ...) in the shape of ``x``."""
    return rows.view(x.shape[0], *x.shape[2:], x.shape[1]).movedim(-1, 1)


def _working(x: Tensor) -> torch.dtype:
    kind = x.device.type
    return torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else x.dtype


# The operations for autograd. A gradient arrives in any layout: kernels want rows side by side.


class _WeightNorm(torch.autograd.Function):
    """All on (O, K * I): views, where directions lie in memory so (``lay_weights_innermost``)."""

    @staticmethod
    def forward(ctx: Any, kernels: Kernels, v: Tensor, g: Tensor, dtype: torch.dtype) -> Tensor:
        weight, inverse = kernels(fusions.norm, _filters(v), g.view(-1, 1), dtype)
        ctx.kernels = kernels
        ctx.save_for_backward(v, g, inverse)
        return _unfiltered(weight, v.shape)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        v, g, inverse = ctx.saved_tensors
        lengths = g.view(-1, 1)
        dv, dg = ctx.kernels(fusions.norm_back, _filters(grads[0]), _filters(v), lengths, inverse)
        return None, _unfiltered(dv, v.shape), dg.view(g.shape), None


def _filters(weight: Tensor) -> Tensor:
    """(O, I, K) or (O, I, K, 1) as (O, K * I), contiguous."""
    return weight.flatten(2).transpose(1, 2).flatten(1).contiguous()


def _unfiltered(rows: Tensor, shape: torch.Size) -> Tensor:
    """Back in that shape: a view. With K = 1 a picture's format is told by the strides alone."""
    out, into, *kernel = shape
    picture = rows.view(out, kernel[0], 1, into).permute(0, 3, 1, 2)
    return picture if len(kernel) == 2 else picture.squeeze(3)


class _Activate(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, kernels: Kernels, y: Tensor, bias: Tensor, slope: float) -> Tensor:
        z: Tensor = kernels(fusions.activate, y, bias, slope)
        ctx.kernels, ctx.slope = kernels, slope
        ctx.save_for_backward(z)
        return z

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        (z,) = ctx.saved_tensors
        dz = grads[0].contiguous()
        if ctx.needs_input_grad[2]:
            return None, *ctx.kernels(fusions.activate_back, dz, z, ctx.slope), None
        return None, ctx.kernels(fusions.activate_back_frozen, dz, z, ctx.slope), None, None


class _Join(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, kernels: Kernels, x: Tensor, y: Tensor, bias: Tensor, slope: float
    ) -> tuple[Tensor, Tensor]:
        total, active = kernels(fusions.join, x, y, bias, slope)
        ctx.kernels, ctx.slope = kernels, slope
        ctx.save_for_backward(active)
        return total, active

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        (active,) = ctx.saved_tensors
        dt, da = (grad.contiguous() for grad in grads)
        return None, *ctx.kernels(fusions.join_back, dt, da, active, ctx.slope), None


class _Add(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, kernels: Kernels, x: Tensor, y: Tensor, bias: Tensor) -> Tensor:
        ctx.kernels, ctx.dtype = kernels, y.dtype
        made: Tensor = kernels(fusions.add, x, y, bias)
        return made

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        dt = grads[0].contiguous()
        return None, dt, *ctx.kernels(fusions.add_back, dt, ctx.dtype)


class _Fork(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, kernels: Kernels, x: Tensor, ways: int, slope: float, dtype: torch.dtype
    ) -> tuple[Tensor, ...]:
        active: Tensor = kernels(fusions.fork, x, slope, dtype)
        ctx.kernels, ctx.slope = kernels, slope
        ctx.save_for_backward(active)
        return *(x.view_as(x) for _ in range(ways)), *(active.view_as(active) for _ in range(ways))

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        (active,) = ctx.saved_tensors
        dx = ctx.kernels(
            fusions.fork_back, active, ctx.slope, *(grad.contiguous() for grad in grads)
        )
        return None, dx, None, None, None


class _Mix(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, kernels: Kernels, slope: float, *parts: Tensor) -> Tensor:
        z: Tensor = kernels(fusions.mix, slope, *parts)
        ctx.kernels, ctx.slope, ctx.count = kernels, slope, len(parts)
        ctx.save_for_backward(z)
        return z

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        (z,) = ctx.saved_tensors
        part = ctx.kernels(fusions.mix_back, grads[0].contiguous(), z, ctx.slope, ctx.count)
        return None, None, *(part for _ in range(ctx.count))


class _Gate(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, kernels: Kernels, y: Tensor, offset: Tensor) -> Tensor:
        z: Tensor = kernels(fusions.gate, y, offset)
        ctx.kernels = kernels
        ctx.save_for_backward(y, offset)
        return z

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        dz = grads[0].contiguous()
        return None, *ctx.kernels(fusions.gate_back, dz, *ctx.saved_tensors)


class _Carry(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, kernels: Kernels, x: Tensor, skips: Tensor, y: Tensor, bias: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        found: tuple[Tensor, Tensor, Tensor] = kernels(fusions.carry, x, skips, y, bias, mask)
        ctx.kernels = kernels
        ctx.save_for_backward(mask)
        return found

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        (mask,) = ctx.saved_tensors
        dx, dhalf, dskips = (grad.contiguous() for grad in grads)
        dx, dy, dbias = ctx.kernels(fusions.carry_back, dx, dhalf, dskips, mask)
        return None, dx, dskips, dy, dbias, None


class _Distance(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, kernels: Kernels, a: Tensor, b: Tensor) -> Tensor:
        ctx.kernels = kernels
        ctx.save_for_backward(a, b)
        made: Tensor = kernels(fusions.distance, a, b)
        return made

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        return None, None, ctx.kernels(fusions.distance_back, *ctx.saved_tensors, grads[0])


class _Miss(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, kernels: Kernels, x: Tensor, target: int) -> Tensor:
        ctx.kernels, ctx.target = kernels, target
        ctx.save_for_backward(x)
        made: Tensor = kernels(fusions.miss, x, target)
        return made

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        return None, ctx.kernels(fusions.miss_back, x, ctx.target, grads[0]), None
