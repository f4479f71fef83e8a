"""RMVPE (Wei et al. 2023): F0 of a voice from a log-mel spectrogram by a deep U-Net.

Parameter names are those of the published file.
"""

import pickle
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn

from gpu_worker.contract.errors import Code, JobError

from ..config import CONTENT_RATE, PITCH_HOP
from ..mel import mel_filterbank
from .salience import BINS, peak_hz

MELS = 128
VOICED_SALIENCE = 0.03

_FFT = 1024
_LOW_HZ = 30.0
_HIGH_HZ = 8000.0
_FLOOR = 1e-5
_DEPTH = 5
_BLOCKS = 4
_INTERMEDIATE = 4
_WIDTH = 16
_HIDDEN = 256


class _Block(nn.Module):
    """Two convolutions with batch norm and ReLU, plus a shortcut: (B, C, T, F)."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(),
            nn.Conv2d(channels_out, channels_out, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(),
        )
        self.shortcut = None
        if channels_in != channels_out:
            self.shortcut = nn.Conv2d(channels_in, channels_out, 1)

    def forward(self, x: Tensor) -> Tensor:
        added: Tensor = self.conv(x) + (self.shortcut(x) if self.shortcut else x)
        return added


def _blocks(channels_in: int, channels_out: int) -> nn.ModuleList:
    widths = [channels_in, *[channels_out] * _BLOCKS]
    return nn.ModuleList(_Block(a, b) for a, b in pairwise(widths))


class _Stack(nn.Module):
    """Four blocks at one resolution."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.conv = _blocks(channels_in, channels_out)

    def forward(self, x: Tensor) -> Tensor:
        for block in self.conv:
            x = block(x)
        return x


class _Encoder(nn.Module):
    """Five stacks, each followed by a 2x2 average pool; skips are taken before it."""

    def __init__(self) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(1)
        widths = [1, *(_WIDTH << level for level in range(_DEPTH))]
        self.layers = nn.ModuleList(_Stack(a, b) for a, b in pairwise(widths))
        self.pool = nn.AvgPool2d(2)

    def forward(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        x = self.bn(x)
        skips = []
        for layer in self.layers:
            x = layer(x)
            skips.append(x)
            x = self.pool(x)
        return x, skips


class _Intermediate(nn.Module):
    """Four stacks at the lowest resolution."""

    def __init__(self) -> None:
        super().__init__()
        bottom = _WIDTH << _DEPTH
        widths = [bottom // 2, *[bottom] * _INTERMEDIATE]
        self.layers = nn.ModuleList(_Stack(a, b) for a, b in pairwise(widths))

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


class _Up(nn.Module):
    """Doubles the resolution and joins a skip."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(
            nn.ConvTranspose2d(
                channels_in, channels_out, 3, stride=2, padding=1, output_padding=1, bias=False
            ),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(),
        )
        self.conv2 = _blocks(2 * channels_out, channels_out)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        x = torch.cat([self.conv1(x), skip], dim=1)
        for block in self.conv2:
            x = block(x)
        return x


class _Decoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        widths = [_WIDTH << level for level in range(_DEPTH, -1, -1)]
        self.layers = nn.ModuleList(_Up(a, b) for a, b in pairwise(widths))

    def forward(self, x: Tensor, skips: list[Tensor]) -> Tensor:
        for layer, skip in zip(self.layers, reversed(skips), strict=True):
            x = layer(x, skip)
        return x


class _UNet(nn.Module):
    """(B, 1, T, 128) -> (B, 16, T, 128); T must be a multiple of 32."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = _Encoder()
        self.intermediate = _Intermediate()
        self.decoder = _Decoder()

    def forward(self, x: Tensor) -> Tensor:
        x, skips = self.encoder(x)
        output: Tensor = self.decoder(self.intermediate(x), skips)
        return output


class _BiGru(nn.Module):
    def __init__(self, features: int) -> None:
        super().__init__()
        self.gru = nn.GRU(features, _HIDDEN, batch_first=True, bidirectional=True)

    def forward(self, x: Tensor) -> Tensor:
        output: Tensor = self.gru(x)[0]
        return output


class Rmvpe(nn.Module):
    """Waveform to F0 every 10 ms; ``log_mel``, ``salience`` and ``decode`` are its three steps."""

    window: Tensor
    filters: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.unet = _UNet()
        self.cnn = nn.Conv2d(_WIDTH, 3, 3, padding=1)
        self.fc = nn.Sequential(_BiGru(3 * MELS), nn.Linear(2 * _HIDDEN, BINS), nn.Sigmoid())
        filters = mel_filterbank(CONTENT_RATE, _FFT, MELS, _LOW_HZ, _HIGH_HZ, "htk")
        self.register_buffer("filters", filters, persistent=False)
        self.register_buffer("window", torch.hann_window(_FFT, device="cpu"), persistent=False)

    def forward(self, wave: Tensor) -> Tensor:
        """(B, T) at 16 kHz -> Hz (B, T // 160 + 1), 0 where unvoiced."""
        return decode(self.salience(self.log_mel(wave)))

    def log_mel(self, wave: Tensor) -> Tensor:
        """(B, T) at 16 kHz -> (B, 128, T // 160 + 1)."""
        bins = torch.stft(
            wave, _FFT, hop_length=PITCH_HOP, window=self.window, center=True, return_complex=True
        )
        return (self.filters @ bins.abs()).clamp(min=_FLOOR).log()

    def salience(self, mel: Tensor) -> Tensor:
        """(B, 128, L) -> (B, L, 360) in 0..1."""
        frames = mel.shape[2]
        step = 1 << _DEPTH
        index = _reflected(frames, -(-frames // step) * step).to(mel.device)
        x = self.cnn(self.unet(mel.transpose(1, 2).unsqueeze(1)[:, :, index]))
        salience: Tensor = self.fc(x.transpose(1, 2).flatten(2))
        return salience[:, :frames]


def decode(salience: Tensor) -> Tensor:
    """Salience (B, L, 360) -> F0 in Hz (B, L): the mean round the peak, 0 where it is too low."""
    hz, peak = peak_hz(salience)
    return torch.where(peak > VOICED_SALIENCE, hz, 0.0)


def load_rmvpe(path: Path) -> Rmvpe:
    """The network with the published weights. Raises ``JobError(WEIGHTS_MISSING)``."""
    # Without memory of its own: drawing first weights takes longer than reading these.
    with torch.device("meta"):
        network = Rmvpe()
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        network.load_state_dict(state, assign=True)
    except (RuntimeError, EOFError, OSError, pickle.UnpicklingError) as error:
        raise JobError(Code.WEIGHTS_MISSING, f"{path.name} is not RMVPE: {error}") from error
    return network.eval().requires_grad_(False)


def _reflected(length: int, padded: int) -> Tensor:
    """Indices 0..length-1, then back and forth: reflection that may exceed the length."""
    if length == 1:
        return torch.zeros(padded, dtype=torch.long)
    period = 2 * (length - 1)
    at = torch.arange(padded) % period
    return torch.minimum(at, period - at)
