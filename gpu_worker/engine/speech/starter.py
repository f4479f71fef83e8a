"""The starter's content encoder: a small convolutional network of our own, on log-mels at 50 Hz.

Blocks after Liu et al. 2022, "A ConvNet for the 2020s", over time alone. It hears 0.8 s on
either side of a frame and nothing of the whole recording: no matter how a song is cut, a frame is
the same. ``starter/`` at the repository's root is the recipe of its weights.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from gpu_worker.contract.errors import Code, JobError

from ..mel import mel_filterbank

WIDTH = 768
SAMPLE_RATE = 16_000
FRAME = 320
CONTEXT = 48
"""Frames on either side that a frame may depend on, a few more than it does."""
_N_FFT = 400
_HOP = 160
_FLOOR = 1e-5


@dataclass(frozen=True, slots=True)
class StarterConfig:
    """Size of the encoder; each block's kernel is spread by its dilation.

    ``dropout`` only matters while it learns.
    """

    mels: int = 80
    channels: int = 432
    kernel: int = 7
    dilations: tuple[int, ...] = (1, 2, 4, 1, 2, 1, 1, 1)
    expansion: int = 3
    dropout: float = 0.15


class Block(nn.Module):
    """A convolution for each channel, then a small network for each frame; (B, C, L) -> same."""

    def __init__(self, config: StarterConfig, dilation: int) -> None:
        super().__init__()
        inner = config.channels * config.expansion
        self.conv = nn.Conv1d(
            config.channels,
            config.channels,
            config.kernel,
            padding=config.kernel // 2 * dilation,
            dilation=dilation,
            groups=config.channels,
        )
        self.norm = nn.LayerNorm(config.channels)
        self.grow = nn.Linear(config.channels, inner)
        self.shrink = nn.Linear(inner, config.channels)
        self.dropout = nn.Dropout(config.dropout)
        self.scale = nn.Parameter(torch.full((config.channels,), 0.1))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.norm(self.conv(x).transpose(1, 2))
        y = self.scale * self.shrink(self.dropout(F.gelu(self.grow(y), approximate="tanh")))
        moved: Tensor = x + y.transpose(1, 2)
        return moved


class StarterEncoder(nn.Module):
    """Waveform at 16 kHz to states at 50 Hz, as many as ContentVec gives."""

    mel_filters: Tensor
    window: Tensor

    def __init__(self, config: StarterConfig | None = None) -> None:
        super().__init__()
        config = config or StarterConfig()
        self.config = config
        self.stem = nn.Conv1d(config.mels, config.channels, 4, stride=2, padding=1)
        self.blocks = nn.ModuleList(Block(config, dilation) for dilation in config.dilations)
        self.norm = nn.LayerNorm(config.channels)
        self.out = nn.Linear(config.channels, WIDTH)
        # Each number varies as much as the others over all that was learned from.
        self.out_norm = nn.BatchNorm1d(WIDTH, affine=False)
        filters = mel_filterbank(SAMPLE_RATE, _N_FFT, config.mels, 0.0, SAMPLE_RATE / 2)
        self.register_buffer("mel_filters", filters, persistent=False)
        self.register_buffer("window", torch.hann_window(_N_FFT), persistent=False)

    def forward(self, wave: Tensor) -> Tensor:
        """(B, T) at 16 kHz, T >= 400 -> (B, (T - 80) // 320, 768)."""
        return self.encode(self.log_mel(wave))

    def log_mel(self, wave: Tensor) -> Tensor:
        """(B, T) -> (B, mels, 2 * ((T - 80) // 320)): natural log of mel power, centred.

        Frame n begins at sample 160 n: two of them lie around the centre of a state.
        """
        frames = 2 * ((wave.shape[1] - 80) // FRAME)
        needed = (frames - 1) * _HOP + _N_FFT
        wave = F.pad(wave, (0, max(0, needed - wave.shape[1])))[:, :needed]
        spectrum = torch.stft(
            wave, _N_FFT, _HOP, window=self.window, center=False, return_complex=True
        )
        mel = self.mel_filters @ spectrum.abs().square()
        return (torch.log(mel + _FLOOR) + 4.0) / 4.0

    def encode(self, mel: Tensor) -> Tensor:
        """(B, mels, 2 L) -> (B, L, 768)."""
        x = self.stem(mel)
        for block in self.blocks:
            x = block(x)
        numbers = self.out(self.norm(x.transpose(1, 2)))
        states: Tensor = self.out_norm(numbers.transpose(1, 2)).transpose(1, 2)
        return states


def load_starter_encoder(path: Path) -> StarterEncoder:
    """The encoder with the weights of a safetensors file, kept there in half precision.

    Raises ``JobError(WEIGHTS_MISSING)`` where it is no such file.
    """
    encoder = StarterEncoder()
    try:
        state = {name: tensor.float() for name, tensor in load_file(path).items()}
        encoder.load_state_dict(state, strict=True)
    except (OSError, RuntimeError, SafetensorError) as error:
        detail = f"{path.name} is no starter encoder: {error}"[:400]
        raise JobError(Code.WEIGHTS_MISSING, detail) from error
    return encoder.eval().requires_grad_(False)
