"""A training step with nothing to learn, while recordings are still being read.

Before a GPU's steps are fast, cuDNN has to measure its kernels and the compiler has to work
(``fast_step``): 10 to 20 s that need shapes alone. cuDNN keeps what it found for each thread: the
one that rehearses has to be the one that trains.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch
from torch import nn

from ...contract.params import TrainParams
from ..config import discriminator_config, spectrogram_config, synthesizer_config, train_recipe
from ..nets.discriminator import MultiPeriodDiscriminator
from ..nets.synthesizer import Synthesizer
from .fast_step import FastStep, StepPath, batch_that_fits
from .train_step import TrainBatch, make_nets

Made = TypeVar("Made")
Net = TypeVar("Net", bound=nn.Module)


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
    with torch.device("meta"):
        bare = Synthesizer(config), MultiPeriodDiscriminator(discriminator_config(params.preset))
    generator, discriminator = (_flat(net.to_empty(device=device)) for net in bare)
    spectrogram = spectrogram_config(params.sample_rate)
    nets = make_nets(generator, discriminator, spectrogram, params.learning_rate)
    batch = _silence(rows, train_recipe(params.preset).clip_frames, content_dim, params, device)
    starts = torch.zeros(rows, dtype=torch.int64, device=device)
    FastStep(nets)(nets, batch, starts, torch.Generator(device))


@torch.no_grad()
def _flat(net: Net) -> Net:
    """Any weights: drawing them would take a second."""
    for parameter in net.parameters():
        parameter.fill_(0.01)
    return net


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
