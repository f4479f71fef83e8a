"""What lies between two convolutions as few passes over memory, for the fast training step.

Each operation is written forward and backward on rows (N, C): all channels of one position side by
side, as ``convolution`` lays them out. Compiled, each pass is one kernel, or two where a bias' or a
weight's gradient sums over rows. The number of rows stays symbolic, so that one compilation serves
all layers of a width, all batch sizes and rates; convolutions stay outside, so that the compiler
never sees more than these few lines. Not compiled they compute the same.

A network whose layers have no ``Kernels`` computes layer by layer: the reference.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import torch
from torch import Tensor
from torch.fx.experimental import _config as _shapes
from torch.nn import functional as F

_VARIANTS: Final = 64
"""Compiled shapes that a process may meet of one operation. Beyond, it would stop compiling without
a word."""

_WIDTH: Final = 32

OPTIONS: Final[dict[str, Any]] = {
    # Inductor's own graphs can't be nested into the step's.
    "triton.cudagraphs": False,
    # Its own guess gives up where any convolution narrows its channels.
    "force_layout_optimization": True,
}


class Kernels:
    """The operations of this module, ``compiled`` or not; networks use them while they are on."""

    def __init__(self, compiled: bool) -> None:
        self.on = False
        self._compiled = compiled
        self.norm, self.norm_back = self._loose(_norm), self._loose(_norm_back)
        self.activate, self.activate_back = self._rows(_activate), self._rows(_activate_back)
        self.activate_back_frozen = self._each(_activate_back_frozen)
        self.join, self.join_back = self._rows(_join), self._rows(_join_back)
        self.add, self.add_back = self._rows(_add), self._rows(_add_back)
        self.fork, self.fork_back = self._each(_fork), self._each(_fork_back)
        self.mix, self.mix_back = self._each(_mix), self._each(_mix_back)
        self.distance, self.distance_back = self._loose(_distance), self._loose(_distance_back)
        self.miss, self.miss_back = self._loose(_miss), self._loose(_miss_back)

    @contextmanager
    def turned_on(self) -> Iterator[None]:
        self.on = True
        try:
            yield
        finally:
            self.on = False

    def region(self, run: Callable[..., Any]) -> Callable[..., Any]:
        """A differentiable part of a network, compiled for each shape it meets.

        Equal layers share what was compiled; so do all trainings of a process.
        """
        return self._made(run, dynamic=False)

    def _loose(self, run: Callable[..., Any]) -> Callable[..., Any]:
        """A function that is compiled once for all shapes."""
        made = self._made(run, dynamic=True)

        def detached(*arguments: Any) -> Any:
            # Parameters' shapes would be taken as fixed, and equal ones for equal ever after.
            with _shapes.patch(use_duck_shape=False):  # type: ignore[attr-defined]
                return made(*_detached(arguments))

        return detached if self._compiled else made

    def _each(self, run: Callable[..., Tensor]) -> Callable[..., Tensor]:
        """A function of single values, compiled once for all (N, C): they go in rows of 32."""
        made = self._rows(run)

        def reshaped(*arguments: Any) -> Tensor:
            (shape,) = {each.shape for each in arguments if isinstance(each, Tensor)}
            width = _WIDTH if shape.numel() % _WIDTH == 0 else shape[1]
            views = [
                each.view(-1, width) if isinstance(each, Tensor) else each for each in arguments
            ]
            found: Tensor = made(*views)
            return found.view(shape)

        return reshaped if self._compiled else run

    def _rows(self, run: Callable[..., Any]) -> Callable[..., Any]:
        """A function of (N, C) and (C,), compiled once for each C.

        That C is known to be a multiple of 16 lets a thread read several values at once.
        """
        made = self._made(run, dynamic=False)
        if not self._compiled:
            return made

        def marked(*arguments: Any) -> Any:
            own = _detached(arguments)
            for each in own:
                if isinstance(each, Tensor) and each.dim() == 2:
                    torch._dynamo.maybe_mark_dynamic(each, 0)
            return made(*own)

        return marked

    def _made(self, run: Callable[..., Any], dynamic: bool) -> Callable[..., Any]:
        if not self._compiled:
            return run
        compiled = torch.compile(run, options=OPTIONS, dynamic=dynamic)

        def patched(*arguments: Any) -> Any:
            # Here, since backward passes run in a thread of their own and settings are a thread's.
            with torch._dynamo.config.patch(recompile_limit=_VARIANTS):
                return compiled(*arguments)

        return patched

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


def _detached(arguments: Sequence[Any]) -> list[Any]:
    return [each.detach() if isinstance(each, Tensor) else each for each in arguments]


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


# Forward and backward of each, on rows.


def _norm(v: Tensor, g: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """``v`` (O, K * I), ``g`` (O, 1) -> the weight, and 1 / |v|."""
    inverse = torch.rsqrt(v.square().sum(1, keepdim=True))
    return (v * (g * inverse)).to(dtype), inverse


def _norm_back(dw: Tensor, v: Tensor, g: Tensor, inverse: Tensor) -> tuple[Tensor, Tensor]:
    """From the weight's gradient: those of ``v`` and ``g``."""
    wide = dw.float()
    dg = (wide * v).sum(1, keepdim=True) * inverse
    return (wide - v * (dg * inverse)) * (g * inverse), dg


def _activate(y: Tensor, bias: Tensor, slope: float) -> Tensor:
    return F.leaky_relu(y.float() + bias, slope).to(y.dtype)


def _activate_back(dz: Tensor, z: Tensor, slope: float) -> tuple[Tensor, Tensor]:
    dy = _through(dz.float(), z, slope)
    return dy.to(dz.dtype), dy.sum(0)


def _activate_back_frozen(dz: Tensor, z: Tensor, slope: float) -> Tensor:
    return _through(dz.float(), z, slope).to(dz.dtype)


def _through(dz: Tensor, z: Tensor, slope: float) -> Tensor:
    """Backward through a leaky ReLU whose result was ``z``."""
    return torch.where(z > 0, dz, dz * slope)


def _join(x: Tensor, y: Tensor, bias: Tensor, slope: float) -> tuple[Tensor, Tensor]:
    total = x + (y.float() + bias)
    return total, F.leaky_relu(total, slope).to(y.dtype)


def _join_back(
    dt: Tensor, da: Tensor, active: Tensor, slope: float
) -> tuple[Tensor, Tensor, Tensor]:
    total = dt + _through(da.float(), active, slope)
    return total, total.to(da.dtype), total.sum(0)


def _add(x: Tensor, y: Tensor, bias: Tensor) -> Tensor:
    return x + (y.float() + bias)


def _add_back(dt: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    return dt.to(dtype), dt.sum(0)


def _fork(x: Tensor, slope: float, dtype: torch.dtype) -> Tensor:
    return F.leaky_relu(x, slope).to(dtype)


def _fork_back(active: Tensor, slope: float, *grads: Tensor) -> Tensor:
    """``grads``: those of all copies of x, then those of all copies of its leaky ReLU."""
    ways = len(grads) // 2
    bent = _total([each.float() for each in grads[ways:]])
    return _total(grads[:ways]) + _through(bent, active, slope)


def _total(parts: Sequence[Tensor]) -> Tensor:
    """Their sum; a stack would be built to be summed."""
    first, *others = parts
    for each in others:
        first = first + each
    return first


def _mix(slope: float, *parts: Tensor) -> Tensor:
    return F.leaky_relu(_total(parts) / len(parts), slope)


def _mix_back(dz: Tensor, z: Tensor, slope: float, count: int) -> Tensor:
    return _through(dz, z, slope) / count


def _distance(a: Tensor, b: Tensor) -> Tensor:
    return (a.float() - b.float()).abs().mean()


def _distance_back(a: Tensor, b: Tensor, grad: Tensor) -> Tensor:
    return ((b.float() - a.float()).sign() * (grad / a.shape[0])).to(b.dtype)


def _miss(x: Tensor, target: int) -> Tensor:
    return (x.float() - target).square().mean()


def _miss_back(x: Tensor, target: int, grad: Tensor) -> Tensor:
    return ((x.float() - target) * (2 * grad / x.shape[0])).to(x.dtype)


# The same for autograd. A gradient arrives in any layout: kernels want rows side by side.


class _WeightNorm(torch.autograd.Function):
    """All on (O, K * I): views, where directions lie in memory so (``lay_weights_innermost``)."""

    @staticmethod
    def forward(ctx: Any, kernels: Kernels, v: Tensor, g: Tensor, dtype: torch.dtype) -> Tensor:
        weight, inverse = kernels.norm(_filters(v), g.view(-1, 1), dtype)
        ctx.kernels = kernels
        ctx.save_for_backward(v, g, inverse)
        return _unfiltered(weight, v.shape)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        v, g, inverse = ctx.saved_tensors
        lengths = g.view(-1, 1)
        dv, dg = ctx.kernels.norm_back(_filters(grads[0]), _filters(v), lengths, inverse)
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
        z: Tensor = kernels.activate(y, bias, slope)
        ctx.kernels, ctx.slope = kernels, slope
        ctx.save_for_backward(z)
        return z

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        (z,) = ctx.saved_tensors
        dz = grads[0].contiguous()
        if ctx.needs_input_grad[2]:
            return None, *ctx.kernels.activate_back(dz, z, ctx.slope), None
        return None, ctx.kernels.activate_back_frozen(dz, z, ctx.slope), None, None


class _Join(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, kernels: Kernels, x: Tensor, y: Tensor, bias: Tensor, slope: float
    ) -> tuple[Tensor, Tensor]:
        total, active = kernels.join(x, y, bias, slope)
        ctx.kernels, ctx.slope = kernels, slope
        ctx.save_for_backward(active)
        return total, active

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        (active,) = ctx.saved_tensors
        dt, da = (grad.contiguous() for grad in grads)
        return None, *ctx.kernels.join_back(dt, da, active, ctx.slope), None


class _Add(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, kernels: Kernels, x: Tensor, y: Tensor, bias: Tensor) -> Tensor:
        ctx.kernels, ctx.dtype = kernels, y.dtype
        made: Tensor = kernels.add(x, y, bias)
        return made

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        dt = grads[0].contiguous()
        return None, dt, *ctx.kernels.add_back(dt, ctx.dtype)


class _Fork(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, kernels: Kernels, x: Tensor, ways: int, slope: float, dtype: torch.dtype
    ) -> tuple[Tensor, ...]:
        active: Tensor = kernels.fork(x, slope, dtype)
        ctx.kernels, ctx.slope = kernels, slope
        ctx.save_for_backward(active)
        return *(x.view_as(x) for _ in range(ways)), *(active.view_as(active) for _ in range(ways))

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        (active,) = ctx.saved_tensors
        dx = ctx.kernels.fork_back(active, ctx.slope, *(grad.contiguous() for grad in grads))
        return None, dx, None, None, None


class _Mix(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, kernels: Kernels, slope: float, *parts: Tensor) -> Tensor:
        z: Tensor = kernels.mix(slope, *parts)
        ctx.kernels, ctx.slope, ctx.count = kernels, slope, len(parts)
        ctx.save_for_backward(z)
        return z

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        (z,) = ctx.saved_tensors
        part = ctx.kernels.mix_back(grads[0].contiguous(), z, ctx.slope, ctx.count)
        return None, None, *(part for _ in range(ctx.count))


class _Distance(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, kernels: Kernels, a: Tensor, b: Tensor) -> Tensor:
        ctx.kernels = kernels
        ctx.save_for_backward(a, b)
        made: Tensor = kernels.distance(a, b)
        return made

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        return None, None, ctx.kernels.distance_back(*ctx.saved_tensors, grads[0])


class _Miss(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, kernels: Kernels, x: Tensor, target: int) -> Tensor:
        ctx.kernels, ctx.target = kernels, target
        ctx.save_for_backward(x)
        made: Tensor = kernels.miss(x, target)
        return made

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        return None, ctx.kernels.miss_back(x, ctx.target, grads[0]), None
