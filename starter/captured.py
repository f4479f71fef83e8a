"""A small preset's step as one CUDA graph: a host cannot launch its kernels as fast as they end.

The numbers are those of ``direct_step``; noise is drawn beforehand, into buffers of the graph's.
"""

import gc
from dataclasses import fields
from typing import Final

import torch
from torch import Tensor

from gpu_worker.engine.learning.fast_step import StepInputs, make_capturable
from gpu_worker.engine.learning.train_step import (
    Listen,
    StepLosses,
    TrainBatch,
    TrainNets,
    direct_step,
)
from gpu_worker.engine.nets.noise import Drawn

_WARM_UPS: Final = 3


class CapturedStep:
    """Takes what ``direct_step`` takes; batches all have the first one's shapes.

    The first steps, and the first with discriminators, run without a graph.
    """

    def __init__(self, nets: TrainNets, device: torch.device, listen: Listen | None = None) -> None:
        self._nets = nets
        self._listen = listen
        self._inputs: StepInputs | None = None
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        self._graphs: dict[bool, torch.cuda.CUDAGraph] = {}
        self._losses: dict[bool, Tensor] = {}
        self._left = {False: _WARM_UPS, True: _WARM_UPS}
        for optimiser in (nets.optimiser_g, nets.optimiser_d):
            make_capturable(optimiser, device)

    def __call__(
        self, batch: TrainBatch, starts: Tensor, noise: torch.Generator, judged: bool
    ) -> StepLosses:
        if self._inputs is None:
            self._inputs = StepInputs.like(batch, starts, self._nets)
        self._inputs.fill(batch, starts, noise)
        if judged in self._graphs:
            self._graphs[judged].replay()
        elif self._left[judged]:
            self._left[judged] -= 1
            self._warm_up(self._inputs, judged)
        else:
            self._capture(self._inputs, judged)
        return StepLosses(*self._losses[judged].clone().unbind())

    def _once(self, inputs: StepInputs, judged: bool) -> None:
        noise = Drawn(*inputs.noise)
        losses = direct_step(self._nets, inputs.batch, inputs.starts, noise, judged, self._listen)
        self._losses[judged] = torch.stack([getattr(losses, each.name) for each in fields(losses)])

    def _warm_up(self, inputs: StepInputs, judged: bool) -> None:
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream):
            self._once(inputs, judged)
        torch.cuda.current_stream().wait_stream(self._stream)

    def _capture(self, inputs: StepInputs, judged: bool) -> None:
        for optimiser in (self._nets.optimiser_g, self._nets.optimiser_d):
            optimiser.zero_grad(set_to_none=True)
        self._graphs.clear()
        gc.collect()
        torch.cuda.synchronize()
        torch.cuda.empty_cache()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, stream=self._stream):
            self._once(inputs, judged)
        graph.replay()
        self._graphs[judged] = graph
