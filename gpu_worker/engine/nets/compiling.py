"""Functions on tensors that are compiled while training goes on without them.

A compiler needs a minute for what a training step calls, and seconds to find again what it made
before. So nobody waits for it: a ``Compiled`` function runs as it is written and notes what it is
called with; a thread aside calls its compiled form with tensors of the same kind. Once nothing is
left to compile, callers change over. What was compiled serves all trainings of a process.
"""

import shutil
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib import import_module
from queue import SimpleQueue
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.fx.experimental import _config as _shapes
from torch.utils._triton import has_triton

OPTIONS: Final[dict[str, Any]] = {
    # Inductor's own graphs can't be nested into the step's.
    "triton.cudagraphs": False,
    # Its own guess gives up where any convolution narrows its channels.
    "force_layout_optimization": True,
}
VARIANTS: Final = 64
"""Compiled shapes that a process may meet of one function. Beyond, it would stop compiling without
a word."""

_WIDTH: Final = 32


def can_compile(device: torch.device) -> bool:
    """Whether kernels can be generated: a GPU, Triton, and what launches them.

    That is a module of C, compiled when first needed or found as docker/make_launcher.py left it.
    """
    if device.type != "cuda" or not has_triton():
        return False
    return any(map(shutil.which, ("gcc", "clang"))) or _has_launcher()


def _has_launcher() -> bool:
    try:
        driver = import_module("triton.backends.nvidia.driver")
        driver.CudaUtils()
    # Whatever Triton lacks: training goes on without compiled kernels.
    except Exception:
        return False
    return True


class _Either:
    """A function as it is written, ``plain``, and compiled."""

    def __init__(self, plain: Callable[..., Any], dynamic: bool = False) -> None:
        self.plain = plain
        self._dynamic = dynamic

    @cached_property
    def _made(self) -> Callable[..., Any]:
        """When first needed: PyTorch imports its compiler, which takes seconds."""
        return torch.compile(self.plain, options=OPTIONS, dynamic=self._dynamic)

    def __call__(self, *arguments: Any) -> Any:
        """Compiled."""
        raise NotImplementedError

    def try_on(self, arguments: Sequence[Any], half: torch.dtype | None) -> None:
        """Call it, and its backward pass if it has one. ``half``: autocast's precision."""
        self(*arguments)


class Region(_Either):
    """A differentiable part of a network: modules and tensors to one tensor, for fixed shapes."""

    def __call__(self, *arguments: Any) -> Any:
        with torch._dynamo.config.patch(recompile_limit=VARIANTS):
            return self._made(*arguments)

    def try_on(self, arguments: Sequence[Any], half: torch.dtype | None) -> None:
        """As networks call it in training. No parameter gets a gradient."""
        tensors = [each for each in arguments if isinstance(each, Tensor)]
        on = torch.autocast(tensors[0].device.type, half, half is not None, cache_enabled=False)
        with on:
            made = self(*arguments)
        given = [tensor for tensor in tensors if tensor.requires_grad]
        torch.autograd.grad(made, given, torch.empty_like(made))


class Compiled(_Either):
    """A function of detached tensors and plain values."""

    def __init__(self, plain: Callable[..., Any], dynamic: bool, symbols: bool = True) -> None:
        super().__init__(plain, dynamic)
        self._symbols = symbols

    def __call__(self, *arguments: Any) -> Any:
        device = next(each.device for each in arguments if isinstance(each, Tensor))
        own = [each.detach() if isinstance(each, Tensor) else each for each in arguments]
        # Here, since settings are a thread's, and compiled forms hold for one setting: backward
        # passes run in a thread of their own, without autocast.
        with (
            torch.no_grad(),
            torch.autocast(device.type, enabled=False),
            torch._dynamo.config.patch(recompile_limit=VARIANTS),
            _shapes.patch(use_duck_shape=self._symbols),  # type: ignore[attr-defined]
        ):
            return self._run(own)

    def _run(self, arguments: list[Any]) -> Any:
        return self._made(*arguments)


class _Rows(Compiled):
    def _run(self, arguments: list[Any]) -> Any:
        for each in arguments:
            if isinstance(each, Tensor):
                for dim in range(each.dim() - 1):
                    torch._dynamo.maybe_mark_dynamic(each, dim)
        return self._made(*arguments)


class _Each(_Rows):
    def _run(self, arguments: list[Any]) -> Any:
        (shape,) = {each.shape for each in arguments if isinstance(each, Tensor)}
        width = _WIDTH if shape.numel() % _WIDTH == 0 else shape[-1]
        views = [each.view(-1, width) if isinstance(each, Tensor) else each for each in arguments]
        return super()._run(views).view(shape)


def loose(run: Callable[..., Any]) -> Compiled:
    """Compiled once for all shapes.

    Equal sizes are not taken for equal ever after.
    """
    return Compiled(run, dynamic=True, symbols=False)


def rows(run: Callable[..., Any]) -> Compiled:
    """A function of (..., C) and (C,), compiled once for each C.

    That C is known to be a multiple of 16 lets a thread read several values at once.
    """
    return _Rows(run, dynamic=False)


def each(run: Callable[..., Any]) -> Compiled:
    """A function of single values, compiled once for all shapes: they go in rows of 32."""
    return _Each(run, dynamic=False)


class Compiler:
    """Compiles, in a thread of its own, what it is told that others called.

    ``failed`` is the error after which it gave up. The thread never keeps a process from ending.
    """

    def __init__(self) -> None:
        self.failed: Exception | None = None
        self._met: set[object] = set()
        self._left = 0
        self._lock = threading.Lock()
        self._calls: SimpleQueue[tuple[_Either, list[Any], torch.dtype | None]] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._threads = torch.get_num_threads()

    @property
    def ready(self) -> bool:
        """Whether all that it was told of is compiled, or won't be."""
        return self.waiting == 0

    @property
    def waiting(self) -> int:
        """How many calls are left to compile."""
        return self._left

    def meet(self, function: _Either, arguments: Sequence[Any]) -> None:
        """Compile ``function`` for calls with such arguments, unless that was done."""
        kinds = [_kind(each) for each in arguments]
        # Equal layers share what is compiled.
        own = (type(each) if isinstance(each, nn.Module) else each for each in kinds)
        half = _half(next(each.device for each in arguments if isinstance(each, Tensor)))
        key = (function, half if isinstance(function, Region) else None, *own)
        with self._lock:
            if key in self._met or self.failed:
                return
            self._met.add(key)
            self._left += 1
        self._calls.put((function, kinds, half))

    def begin(self) -> None:
        """Until now it only listened: its thread takes time from the one that trains."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="compiler", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        torch.set_num_threads(self._threads)  # a setting that compiled forms depend on
        while True:
            function, kinds, half = self._calls.get()
            try:
                if self.failed is None:
                    function.try_on([_like(kind) for kind in kinds], half)
            # Whatever a compiler meets on a machine: training goes on without it.
            except Exception as error:
                self.failed = error
            with self._lock:
                self._left -= 1


def _kind(argument: Any) -> Any:
    if not isinstance(argument, Tensor):
        return argument
    layout = argument.shape, argument.stride()
    return (*layout, argument.dtype, argument.device, argument.requires_grad)


def _like(kind: Any) -> Any:
    if not isinstance(kind, tuple):
        return kind
    shape, stride, dtype, device, learns = kind
    return torch.empty_strided(shape, stride, dtype=dtype, device=device, requires_grad=learns)


def _half(device: torch.device) -> torch.dtype | None:
    on = torch.is_autocast_enabled(device.type)
    return torch.get_autocast_dtype(device.type) if on else None
