"""The decoder: HiFi-GAN (Kong et al. 2020) with a sine excitation at every stage."""

import math
from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..config import SynthesizerConfig
from .convolution import Conv1d, Fusing, activated, added, joined
from .lanes import Lanes, side_by_side
from .noise import Noise
from .precision import full_precision
from .source import SineSource
from .weight_norm import NormConv1d, NormConvTranspose1d

SLOPE = 0.1
LAST_SLOPE = 0.01

CONTEXT_FRAMES = 16
"""How far the generator sees: 3 frames by its first convolution, 8.2 by all others as published."""


class ResidualBlock(nn.Module):
    """Pairs of a dilated and a plain convolution, each pair added to its input (B, C, T)."""

    def __init__(self, channels: int, kernel: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.convs1 = nn.ModuleList(
            NormConv1d(
                channels, channels, kernel, padding=dilation * (kernel - 1) // 2, dilation=dilation
            )
            for dilation in dilations
        )
        self.convs2 = nn.ModuleList(
            NormConv1d(channels, channels, kernel, padding=(kernel - 1) // 2) for _ in dilations
        )

    def forward(self, x: Tensor, active: Tensor) -> Tensor:
        """From ``x`` and its leaky ReLU."""
        *pairs, last = zip(_layers(self.convs1), _layers(self.convs2), strict=True)
        for dilated, plain in pairs:
            x, active = joined(plain, activated(dilated, active, SLOPE), x, SLOPE)
        dilated, plain = last
        return added(plain, activated(dilated, active, SLOPE), x)


class Generator(Fusing, nn.Module):
    """From latent frames, F0 and speaker to a waveform; a stage's blocks run on ``lanes``."""

    lanes: Lanes | None = None

    def __init__(self, config: SynthesizerConfig) -> None:
        super().__init__()
        widths = [
            config.upsample_initial >> stage for stage in range(len(config.upsample_rates) + 1)
        ]
        self.blocks = len(config.resblock_kernels)
        self.m_source = SineSource(config.sample_rate, math.prod(config.upsample_rates))
        self.conv_pre = Conv1d(config.inter_channels, widths[0], 7, padding=3)
        self.ups = nn.ModuleList(
            NormConvTranspose1d(width, width // 2, kernel, rate)
            for width, kernel, rate in zip(
                widths, config.upsample_kernels, config.upsample_rates, strict=False
            )
        )
        self.noise_convs = nn.ModuleList(
            _noise_conv(width, math.prod(config.upsample_rates[stage + 1 :]))
            for stage, width in enumerate(widths[1:])
        )
        self.resblocks = nn.ModuleList(
            ResidualBlock(width, kernel, dilations)
            for width in widths[1:]
            for kernel, dilations in zip(
                config.resblock_kernels, config.resblock_dilations, strict=True
            )
        )
        self.conv_post = Conv1d(widths[-1], 1, 7, padding=3, bias=False)
        self.cond = Conv1d(config.speaker_channels, widths[0], 1)

    def forward(self, z: Tensor, f0: Tensor, speaker: Tensor, generator: Noise) -> Tensor:
        """Latent (B, inter, L), F0 (B, L) in Hz, speaker (B, C, 1) -> audio (B, 1, L * hop)."""
        return self.decode(z, self.m_source(f0, generator), speaker)

    def decode(self, z: Tensor, source: Tensor, speaker: Tensor) -> Tensor:
        """The same from an excitation (B, 1, L * hop).

        No output sample depends on frames more than ``CONTEXT_FRAMES`` away. Under autocast only
        the residual blocks' convolutions compute in less, nearly all the work: rounding the
        excitation, what the blocks add to or the waveform itself is white noise between the
        harmonics, which the mel loss hears (gradients then err by 40 %, so by 2 to 4).
        """
        dtype = self.conv_post.weight.dtype
        with full_precision(z):
            x = F.leaky_relu(self.conv_pre(z.to(dtype)) + self.cond(speaker), SLOPE)
        slopes = [SLOPE] * (len(self.ups) - 1) + [LAST_SLOPE]
        stages = zip(self.ups, self.noise_convs, slopes, strict=True)
        for stage, (up, noise_conv, slope) in enumerate(stages):
            with full_precision(x):
                x = up(x) + noise_conv(source)
            x = self._mean_of_blocks(x, stage, slope)
        with full_precision(x):
            return torch.tanh(self.conv_post(x))

    def interpolate(self, layers: int) -> None:
        """Let the first ``layers`` upsampling layers do nothing but interpolate, in place.

        What sounds periodic can then come from the excitation alone, not from the frames' own rate.
        """
        for up in list(self.ups)[:layers]:
            assert isinstance(up, NormConvTranspose1d)
            up.interpolate()

    def _mean_of_blocks(self, x: Tensor, stage: int, slope: float) -> Tensor:
        """Its leaky ReLU, all that the next layer needs."""
        first = stage * self.blocks
        blocks = self.resblocks[first : first + self.blocks]
        if self.kernels is None:
            total = torch.zeros_like(x)
            for block in blocks:
                total = total + block(x, F.leaky_relu(x, SLOPE))
            return F.leaky_relu(total / self.blocks, slope)
        inputs = self.kernels.forked(x, self.blocks, SLOPE)
        parts = [partial(block, *own) for block, own in zip(blocks, inputs, strict=True)]
        return self.kernels.mixed(side_by_side(self.lanes, parts, *chain(*inputs)), slope)


def _layers(modules: nn.ModuleList) -> Sequence[NormConv1d]:
    return cast(Sequence[NormConv1d], modules)


def _noise_conv(channels: int, stride: int) -> Conv1d:
    """Brings the excitation down to a stage's rate."""
    if stride == 1:
        return Conv1d(1, channels, 1)
    return Conv1d(1, channels, 2 * stride, stride=stride, padding=stride // 2)
