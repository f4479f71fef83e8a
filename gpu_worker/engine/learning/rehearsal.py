"""A training step with nothing to learn, while recordings are still being read.

Before a GPU's steps are fast, cuDNN has to measure its kernels and the compiler has to work
(``fast_step``): 10 to 20 s that need shapes alone. cuDNN keeps what it found for each thread: the
one that rehearses has to be the one that trains.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, cast

import torch
from torch import Tensor, nn
from torch.optim import AdamW

from ...contract.params import TrainParams
from ..config import discriminator_config, spectrogram_config, synthesizer_config, train_recipe
from ..nets.discriminator import MultiPeriodDiscriminator
from ..nets.synthesizer import Synthesizer
from ..spectrogram import LogMel
from .fast_step import FastStep, StepPath, batch_that_fits
from .train_step import TrainBatch, TrainNets

Made = TypeVar("Made")


def while_rehearsing(
    work: Callable[[], Made], params: TrainParams, content_dim: int, device: torch.device
) -> Made:
    """What ``work`` makes, in another thread where the device has a fast step to rehearse."""
    if train_recipe(params.preset).direct or StepPath.AUTO.on(device) is not StepPath.FAST:
        return work()
    with ThreadPoolExecutor(1, thread_name_prefix="features") as aside:
        made = aside.submit(work)
        try:
            rehearse(params, content_dim, device)
        except torch.OutOfMemoryError:  # training itself will tell, if it lacks memory too
            torch.cuda.empty_cache()
        return made.result()


def rehearse(params: TrainParams, content_dim: int, device: torch.device) -> None:
    """One fast step in the shapes of a training, with networks that are thrown away."""
    config = synthesizer_config(params.preset, params.sample_rate, content_dim)
    rows = batch_that_fits(params.batch_size, config, device)
    with torch.random.fork_rng(), device:
        generator = Synthesizer(config)
        discriminator = MultiPeriodDiscriminator(discriminator_config(params.preset))
    nets = TrainNets(
        generator,
        discriminator,
        cast(AdamW, _Still(generator)),
        cast(AdamW, _Still(discriminator)),
        LogMel(spectrogram_config(params.sample_rate)).to(device),
    )
    batch = _silence(rows, train_recipe(params.preset).clip_frames, content_dim, params, device)
    starts = torch.zeros(rows, dtype=torch.int64, device=device)
    FastStep(nets)(nets, batch, starts, torch.Generator(device))


class _Still:
    """Takes an optimiser's place where nothing is to be learned.

    A real one imports PyTorch's compiler when it is made, which takes seconds.
    """

    def __init__(self, net: nn.Module) -> None:
        self._net = net
        self.state: dict[Tensor, dict[str, Tensor]] = {}
        self.param_groups: list[dict[str, object]] = []

    def zero_grad(self, set_to_none: bool) -> None:
        self._net.zero_grad(set_to_none)

    def step(self) -> None:
        pass


def _silence(
    rows: int, frames: int, content_dim: int, params: TrainParams, device: torch.device
) -> TrainBatch:
    config = spectrogram_config(params.sample_rate)
    return TrainBatch(
        wave=torch.zeros(rows, frames * config.hop, device=device),
        spec=torch.zeros(rows, config.channels, frames, device=device),
        content=torch.zeros(rows, frames, content_dim, device=device),
        coarse_pitch=torch.ones(rows, frames, dtype=torch.int64, device=device),
        f0=torch.zeros(rows, frames, device=device),
        lengths=torch.full((rows,), frames, dtype=torch.int64, device=device),
        speaker=torch.zeros(rows, dtype=torch.int64, device=device),
    )
