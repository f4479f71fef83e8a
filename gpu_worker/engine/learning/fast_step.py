"""The step of ``train_step`` several times faster on a CUDA device: the same mathematics.

What it does differently, and why:

1. One CUDA graph holds the whole step: all passes, both backward passes, both optimisers. A host
   needs about 20 us to launch a kernel, and a step has thousands that take less. The first steps
   run without the graph (they are real steps and warm everything up); then it is captured. A graph
   replays fixed addresses: batches are copied into buffers of its own, noise is drawn into them
   beforehand (by the very generator, so that a resumed training draws on), and the learning rate
   is a tensor.
2. Nothing waits for the device: losses are handed out as tensors, and only who shows them reads.
3. bfloat16 in the networks, float32 in weights, optimisers, losses, spectrograms, F0's phase and
   the generator's last convolution. bfloat16 has float32's range: no scaling of losses.
4. Channels are the innermost dimension everywhere (``nets.convolution``), also of weights and their
   moments. The one discriminator with grouped convolutions stays as it is: cuDNN's kernels for 4
   channels a group are no faster.
5. The real and the generated half go through the discriminators together in their own step: half
   the kernels, each of twice the work. In the generator's step the discriminators are frozen and
   the real half needs no autograd, so that there they go apart: 21 % less work.
6. What lies between convolutions is fused (``nets.fused``): weight norm with its cast, bias and
   ReLU, WaveNet's gates, sums and losses, each compiled once for all layers. Compiling whole passes
   gives as few kernels, after minutes instead of seconds. Nothing waits for the compiler either: it
   works aside while the first steps run without it (``nets.compiling``). Weights of the frozen
   discriminators are normed once for both halves.
7. Independent parts run beside each other (``nets.lanes``): the discriminators, a stage's blocks,
   prior and posterior, flow and decoder. Most kernels fill only a part of a large GPU.
8. cuDNN picks its kernels by measuring: shapes never change, so this is done once.

On a CPU the same passes run without graph and compilation; tests compare them with the exact step.
"""

import gc
import logging
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache, partial
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.optim import AdamW

from ..config import SynthesizerConfig
from ..memory import fitting, free_bytes
from ..nets.compiling import Compiler, can_compile
from ..nets.convolution import fuse, keep_channels_innermost, lay_weights_innermost
from ..nets.discriminator import MultiPeriodDiscriminator, PeriodDiscriminator
from ..nets.fused import Kernels
from ..nets.lanes import Lanes, side_by_side
from ..nets.noise import Drawn
from ..nets.weight_norm import normed_once
from .losses import discriminator_loss
from .train_step import (
    Passes,
    StepLosses,
    TrainBatch,
    TrainNets,
    judge_alike,
    synthesise,
    train_step,
)

logger = logging.getLogger(__name__)

WARM_UPS: Final = 3
"""Steps before the capture, once the compiler has come to rest: cuDNN must have, too."""


class StepPath(StrEnum):
    """How a step computes: ``auto`` is ``fast`` on a CUDA device and ``exact`` elsewhere."""

    AUTO = "auto"
    EXACT = "exact"
    FAST = "fast"

    def on(self, device: torch.device) -> "StepPath":
        """What it comes down to on a device."""
        if self is not StepPath.AUTO:
            return self
        return StepPath.FAST if device.type == "cuda" else StepPath.EXACT


_FIXED_BYTES: Final = 4 << 30
_ROW_BYTES: Final = 400 << 20
"""Of a captured step with full-size networks: weights, moments and workspaces; and each clip's
activations, for 12,800 samples of decoded audio."""


def batch_that_fits(wanted: int, config: SynthesizerConfig, device: torch.device) -> int:
    """The batch size asked for, or less where the device's memory is too small for it."""
    row = _ROW_BYTES * config.segment_samples // 12_800
    return fitting(wanted, row, _FIXED_BYTES, free_bytes(device))


@dataclass(frozen=True, slots=True)
class Tricks:
    """Which of them are on; all by default where the device has them. For measurements.

    ``tuned`` of cuDNN's kernels are measured for each shape.
    """

    half: bool = True
    innermost: bool = True
    together: bool = True
    fused: bool = True
    compiled: bool = True
    beside: bool = True
    graph: bool = True
    tuned: int = 10
    grouped_innermost: bool = False


WITHOUT_COMPILER: Final = Tricks(fused=False, compiled=False)
"""For machines that can't compile: operations that are not compiled fuse nothing."""


@cache
def _compiler() -> Compiler:
    """One for all trainings of a process."""
    return Compiler()


class FastStep:
    """One training's step; takes what ``train_step`` takes, on the networks' device.

    Make it after a checkpoint was restored: it prepares the optimisers as they are then. Every
    batch has the first one's shapes. Raises ``ValueError`` for another, and for other networks.
    """

    def __init__(self, nets: TrainNets, tricks: Tricks | None = None) -> None:
        self._nets = nets
        self._device = next(nets.generator.parameters()).device
        cuda = self._device.type == "cuda"
        self._tricks = tricks or (Tricks() if can_compile(self._device) else WITHOUT_COMPILER)
        self._compiler = _compiler() if self._tricks.compiled else None
        self._graph: torch.cuda.CUDAGraph | None = None
        self._stream = _stream(self._device) if cuda else None
        self._left = WARM_UPS
        self._inputs: StepInputs | None = None
        self._losses = torch.empty(0)
        self._changed_over = False
        if self._tricks.innermost:
            _lay_out(nets, self._tricks.grouped_innermost)
        beside = cuda and self._tricks.beside
        self._lanes = [Lanes(self._device, count) for count in _lanes(nets)] if beside else []
        self._kernels = Kernels(self._compiler) if self._tricks.fused else None
        self._passes = self._chosen_passes()
        for optimiser in (nets.optimiser_g, nets.optimiser_d):
            _lay_out_moments(optimiser)
            if cuda:
                make_capturable(optimiser, self._device)

    def __call__(
        self,
        nets: TrainNets,
        batch: TrainBatch,
        segment_starts: Tensor,
        generator: torch.Generator | None,
    ) -> StepLosses:
        if nets is not self._nets:
            raise ValueError("a captured step trains the networks that it was made for")
        if self._inputs is None:
            self._inputs = StepInputs.like(batch, segment_starts, self._nets)
        self._inputs.fill(batch, segment_starts, generator)
        tuned = self._tricks.tuned
        with torch.backends.cudnn.flags(True, benchmark=tuned > 0, benchmark_limit=tuned):
            self._run(self._inputs)
        for lanes in self._lanes:  # cuDNN has measured
            lanes.open = True
        # A copy: the next replay overwrites the graph's own.
        return StepLosses(*self._losses.clone().unbind())

    @property
    def settled(self) -> bool:
        """Whether steps are as fast as they will be."""
        if self._stream is not None and self._tricks.graph:
            return self._graph is not None
        return self._compiler is None or self._changed_over

    def _run(self, inputs: "StepInputs") -> None:
        if self._graph is not None:
            self._graph.replay()
            return
        if self._compiler and self._losses.numel():
            self._compiler.begin()
            if self._compiler.ready:
                self._change_over(self._compiler)
        if self._stream is None or not self._tricks.graph:
            self._losses = self._once(inputs)
        elif self._left > 0 or (self._compiler and not self._changed_over):
            self._left -= self._compiler is None or self._changed_over
            self._warm_up(inputs, self._stream)
        else:
            self._graph = self._captured(inputs, self._stream)
            self._graph.replay()

    def _change_over(self, compiler: Compiler) -> None:
        """To what was compiled; or, where that failed, to layers that need no compiler."""
        if self._changed_over or self._kernels is None:
            return
        self._changed_over = True
        if compiler.failed is None:
            self._kernels.compiled = True
            return
        logger.warning("training goes on without compiled kernels: %s", compiler.failed)
        for net in (self._nets.generator, self._nets.discriminator):
            fuse(net, None)
        self._kernels = None
        self._passes = self._chosen_passes()

    def _chosen_passes(self) -> Passes:
        """Prepares the networks for the tricks, too."""
        nets, device, tricks, kernels = self._nets, self._device, self._tricks, self._kernels
        if kernels is None:
            apart = _judge_apart_together if tricks.together else _judge_apart
            return Passes(
                *(_lowered(run, device, tricks) for run in (synthesise, apart, judge_alike))
            )
        halves, blocks, judging, losses = self._lanes or (None,) * 4
        fuse(nets.generator, kernels)
        fuse(nets.discriminator, kernels)
        nets.generator.lanes, nets.generator.dec.lanes = halves, blocks
        judges = _Judges(kernels, judging, tricks.together)
        return Passes(
            _lowered(synthesise, device, tricks, kernels),
            _lowered(judges.apart, device, tricks, kernels),
            _lowered(judges.alike, device, tricks, kernels),
            partial(side_by_side, losses),
        )

    def _once(self, inputs: "StepInputs") -> Tensor:
        """The step itself; its losses in the order of ``StepLosses``."""
        losses = train_step(
            self._nets, inputs.batch, inputs.starts, Drawn(*inputs.noise), self._passes
        )
        return torch.stack([getattr(losses, field.name) for field in fields(losses)])

    def _warm_up(self, inputs: "StepInputs", stream: torch.cuda.Stream) -> None:
        """On the stream of the capture, so that workspaces are those that it will use."""
        stream.wait_stream(torch.cuda.current_stream(self._device))
        with torch.cuda.stream(stream):
            self._losses = self._once(inputs)
        torch.cuda.current_stream(self._device).wait_stream(stream)

    def _captured(self, inputs: "StepInputs", stream: torch.cuda.Stream) -> torch.cuda.CUDAGraph:
        for optimiser in (self._nets.optimiser_g, self._nets.optimiser_d):
            optimiser.zero_grad(set_to_none=True)
        self._losses = torch.empty(0)
        gc.collect()
        # What the warm-up used goes back: the graph has a pool of its own.
        torch.cuda.synchronize(self._device)
        torch.cuda.empty_cache()
        graph = torch.cuda.CUDAGraph()
        # Another thread, such as one that reports, may go on using the device.
        with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
            self._losses = self._once(inputs)
        return graph


@dataclass(frozen=True, slots=True)
class StepInputs:
    """The buffers that a captured step reads."""

    batch: TrainBatch
    starts: Tensor
    noise: tuple[Tensor, Tensor]

    @classmethod
    def like(cls, batch: TrainBatch, starts: Tensor, nets: TrainNets) -> "StepInputs":
        """Buffers for batches of this shape; noise for the latent and for the excitation."""
        config = nets.generator.config
        rows, frames = batch.f0.shape
        # Channels innermost, as all that it meets.
        latent = batch.f0.new_empty(rows, frames, config.inter_channels).transpose(1, 2)
        sine = batch.f0.new_empty(rows, config.segment_samples)
        empty = {name: torch.empty_like(tensor) for name, tensor in _tensors(batch).items()}
        return cls(TrainBatch(**empty), torch.empty_like(starts), (latent, sine))

    def fill(self, batch: TrainBatch, starts: Tensor, generator: torch.Generator | None) -> None:
        """Copy a batch in and draw its noise, in the order in which the exact step draws."""
        own, given = _tensors(self.batch), _tensors(batch)
        for name, tensor in given.items():
            if tensor.shape != own[name].shape:
                shapes = f"{tuple(tensor.shape)}, not {tuple(own[name].shape)}"
                raise ValueError(f"{name} is {shapes}: a captured step has one shape")
            own[name].copy_(tensor)
        self.starts.copy_(starts)
        for noise in self.noise:
            if generator is None:
                noise.zero_()
            else:
                noise.copy_(noise.new_empty(noise.shape).normal_(generator=generator))


def _tensors(batch: TrainBatch) -> dict[str, Tensor]:
    return {field.name: getattr(batch, field.name) for field in fields(batch)}


def _lanes(nets: TrainNets) -> tuple[int, ...]:
    """Streams for the synthesizer's halves, a stage's blocks, the judges, and judges beside mel.

    The last of the parts that run beside each other needs none. Lanes within lanes are others.
    """
    return 1, max(1, nets.generator.dec.blocks - 1), len(nets.discriminator.discriminators) - 1, 1


def _lowered(
    run: Callable[..., Any], device: torch.device, tricks: Tricks, kernels: Kernels | None = None
) -> Callable[..., Any]:
    """``run`` in lower precision, as the tricks say, and with these kernels."""

    def lowered(*arguments: Any) -> Any:
        # Without autocast's cache: a weight cast without gradients would be taken for one with.
        half = torch.autocast(device.type, torch.bfloat16, tricks.half, cache_enabled=False)
        with half, kernels.turned_on() if kernels else nullcontext():
            return run(*arguments)

    return lowered


class _Judges:
    """What the discriminators make of real and generated segments (B, 1, T), side by side."""

    def __init__(self, kernels: Kernels, lanes: Lanes | None, together: bool) -> None:
        self._kernels = kernels
        self._lanes = lanes
        self._together = together

    def apart(self, net: MultiPeriodDiscriminator, real: Tensor, fake: Tensor) -> Tensor:
        parts = [partial(self._apart_by, part, real, fake) for part in net.discriminators]
        return torch.stack(side_by_side(self._lanes, parts, real, fake)).sum()

    def alike(
        self, net: MultiPeriodDiscriminator, real: Tensor, fake: Tensor
    ) -> tuple[Tensor, Tensor]:
        parts = [partial(self._alike_by, part, real, fake) for part in net.discriminators]
        losses = side_by_side(self._lanes, parts, real, fake)
        adversarial, features = zip(*losses, strict=True)
        return torch.stack(adversarial).sum(), 2 * torch.stack(features).sum()

    def _apart_by(self, part: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
        if self._together:
            judged_real, judged_fake = part(torch.cat([real, fake]))[0].chunk(2)
        else:
            judged_real, judged_fake = part(real)[0], part(fake)[0]
        return self._kernels.missed(judged_real, 1) + self._kernels.missed(judged_fake, 0)

    def _alike_by(self, part: nn.Module, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        frozen = not any(each.requires_grad for each in part.parameters())
        with normed_once(part) if frozen else nullcontext():
            with torch.no_grad():
                _, real_maps = part(real)
            logits, fake_maps = part(fake)
        maps = zip(real_maps, fake_maps, strict=True)
        distances = [self._kernels.apart(real_map, fake_map) for real_map, fake_map in maps]
        return self._kernels.missed(logits, 1), torch.stack(distances).sum()


def _judge_apart_together(net: MultiPeriodDiscriminator, real: Tensor, fake: Tensor) -> Tensor:
    """The same loss from one pass over both halves."""
    logits, _ = net(torch.cat([real, fake]))
    rows = len(real)
    return discriminator_loss([each[:rows] for each in logits], [each[rows:] for each in logits])


def _judge_apart(net: MultiPeriodDiscriminator, real: Tensor, fake: Tensor) -> Tensor:
    real_logits, _ = net(real)
    fake_logits, _ = net(fake)
    return discriminator_loss(real_logits, fake_logits)


def _stream(device: torch.device) -> torch.cuda.Stream:
    return torch.cuda.Stream(device)  # type: ignore[no-untyped-call]


def _lay_out(nets: TrainNets, grouped: bool) -> None:
    keep_channels_innermost(nets.generator)
    for part in nets.discriminator.discriminators:
        if grouped or isinstance(part, PeriodDiscriminator):
            keep_channels_innermost(part)
    lay_weights_innermost(nets.generator)
    lay_weights_innermost(nets.discriminator)


def _lay_out_moments(optimiser: AdamW) -> None:
    """As the parameters lie: one pass over memory then serves several tensors."""
    for parameter, state in optimiser.state.items():
        for name in ("exp_avg", "exp_avg_sq"):
            state[name] = torch.empty_like(parameter).copy_(state[name])


def make_capturable(optimiser: AdamW, device: torch.device) -> None:
    """Let it run within a graph: its counters and its learning rate lie on the device."""
    for group in optimiser.param_groups:
        group["lr"] = torch.tensor(float(group["lr"]), device=device)
        group.update(capturable=True, fused=True, foreach=False)
    for state in optimiser.state.values():
        state["step"] = state["step"].to(device, torch.float32)
