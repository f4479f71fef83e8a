"""A compiler that works aside: nobody waits for it, nobody needs it."""

import shutil
import threading
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from gpu_worker.engine.learning.fast_step import FastStep, Tricks
from gpu_worker.engine.learning.train_step import TrainBatch
from gpu_worker.engine.nets import compiling, fusions
from gpu_worker.engine.nets.compiling import Compiler, _Either, can_compile, each, rows
from gpu_worker.engine.nets.fused import Kernels
from tests.gpu_worker.test_fast_step import STARTS, batch, fresh, noise  # noqa: F401  # a fixture


def compiles_to(made: Callable[[Callable[..., Any]], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of minutes of a real compiler: what ``made`` makes of a function as it is written."""
    monkeypatch.setattr(_Either, "_made", property(lambda self: made(self.plain)))


def wait(compiler: Compiler) -> None:
    for _ in range(1000):
        if compiler.ready:
            return
        threading.Event().wait(0.01)
    raise AssertionError("not ready in 10 s")


class Launcher:
    """Triton's module, loaded or to be compiled in vain."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error

    def CudaUtils(self) -> None:
        if self._error:
            raise self._error


@pytest.mark.parametrize(
    ("triton", "compilers", "error", "can"),
    [
        (False, {"gcc"}, None, False),
        (True, {"gcc"}, RuntimeError("unused"), True),
        (True, {"clang"}, RuntimeError("unused"), True),
        (True, set(), None, True),
        (True, set(), RuntimeError("Failed to find C compiler"), False),
        (True, set(), ImportError("undefined symbol"), False),
    ],
)
def test_kernels_need_a_compiler_or_what_one_made_before(
    triton: bool,
    compilers: set[str],
    error: Exception | None,
    can: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compiling, "has_triton", lambda: triton)
    monkeypatch.setattr(shutil, "which", lambda name: name if name in compilers else None)
    monkeypatch.setattr(compiling, "import_module", lambda name: Launcher(error))
    assert can_compile(torch.device("cuda")) is can
    assert not can_compile(torch.device("cpu"))


def test_a_function_met_runs_as_written_and_is_compiled_aside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[tuple[str, tuple[int, ...], tuple[int, ...]]] = []
    go = threading.Event()

    def made(plain: Callable[..., Any]) -> Any:
        def run(*arguments: Tensor) -> Any:
            assert go.wait(10)
            name = threading.current_thread().name
            seen.append((name, tuple(arguments[0].shape), arguments[0].stride()))
            return plain(*arguments)

        return run

    compiles_to(made, monkeypatch)
    compiler = Compiler()
    kernels = Kernels(compiler)
    twice = rows(lambda x: 2 * x)
    x = torch.ones(4, 3).t().contiguous().t()
    for _ in range(2):  # met once for all
        assert torch.equal(kernels(twice, x), 2 * x)
    assert (compiler.ready, seen) == (False, [])
    compiler.begin()
    go.set()
    wait(compiler)
    assert seen == [("compiler", (4, 3), (1, 4))]
    kernels.compiled = True
    assert torch.equal(kernels(twice, x), 2 * x)
    assert seen[1] == (threading.current_thread().name, (4, 3), (1, 4))


def test_single_values_go_in_rows_of_32(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes: list[torch.Size] = []

    def made(plain: Callable[..., Any]) -> Any:
        def run(x: Tensor) -> Any:
            shapes.append(x.shape)
            return plain(x)

        return run

    compiles_to(made, monkeypatch)
    twice = each(lambda x: 2 * x)
    assert twice(torch.ones(16, 4)).shape == (16, 4)
    assert twice(torch.ones(5, 3)).shape == (5, 3)
    assert shapes == [(2, 32), (5, 3)]


@pytest.mark.parametrize("works", [True, False])
def test_a_training_changes_over_once_all_is_compiled(
    works: bool,
    batch: TrainBatch,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Or goes on without, layer by layer."""
    ran: list[str] = []

    def made(plain: Callable[..., Any]) -> Any:
        def run(*arguments: Any) -> Any:
            if not works:
                raise RuntimeError("no compiler here")
            ran.append(threading.current_thread().name)
            return plain(*arguments)

        return run

    compiles_to(made, monkeypatch)
    compiler = Compiler()
    monkeypatch.setattr("gpu_worker.engine.learning.fast_step._compiler", lambda: compiler)
    ours, theirs = fresh(), fresh()
    ours_step = FastStep(ours, Tricks(half=False))
    plain_step = FastStep(theirs, Tricks(half=False, compiled=False))
    draws = noise(), noise()
    losses = []
    for number in range(3):
        ours_loss = float(ours_step(ours, batch, STARTS, draws[0]).loss_total)
        losses.append((ours_loss, float(plain_step(theirs, batch, STARTS, draws[1]).loss_total)))
        if number:  # the first step measures and tells what it needs: nothing works beside it
            wait(compiler)
        else:
            assert not compiler.ready
    assert ours_step.settled
    assert (compiler.failed is None) is works
    assert (threading.current_thread().name in ran) is works
    fused = [part for part in ours.generator.modules() if getattr(part, "given_kernels", None)]
    assert bool(fused) is works
    for one, other in losses:
        assert one == pytest.approx(other, rel=1e-4)


def test_every_fusion_has_its_gradient() -> None:
    """Those of WaveNet, against autograd's own of the same expression."""
    torch.manual_seed(0)
    x, skips, mask = torch.randn(2, 6, 4), torch.randn(2, 6, 4), torch.ones(2, 1, 4)
    mask[1, :, 2:] = 0
    y, bias, offset = torch.randn(2, 12, 4), torch.randn(12), torch.randn(2, 12)
    given = [x, skips, y, bias, offset]
    for tensor in given:
        tensor.requires_grad_()

    def fused(kernels: Kernels) -> Tensor:
        gated = kernels.gated(y, offset)
        wide = torch.cat([gated, gated * 2], dim=1)
        total, half, more = kernels.carried(x, skips, wide, bias, mask)
        return (total * 3 + half.square() + more.exp()).sum()

    def plain() -> Tensor:
        a, b = (y + offset[:, :, None]).chunk(2, dim=1)
        gated = torch.tanh(a) * torch.sigmoid(b)
        residual, skip = (torch.cat([gated, gated * 2], dim=1) + bias[:, None]).chunk(2, dim=1)
        total = (x + residual) * mask
        return (total * 3 + total.square() + (skips + skip).exp()).sum()

    ours = torch.autograd.grad(fused(Kernels(None)), given)
    theirs = torch.autograd.grad(plain(), given)
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other)
    assert fusions.gate.plain(torch.zeros(1, 1, 4), torch.zeros(1, 1, 4)).tolist() == [[[0, 0]]]
