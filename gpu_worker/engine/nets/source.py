"""The excitation of the generator: a sine at F0 plus noise (NSF, Wang et al. 2019)."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .noise import Noise, gaussian_like
from .precision import full_precision

AMPLITUDE = 0.1
VOICED_NOISE = 0.003


class SineSource(nn.Module):
    """One harmonic. F0 is constant within a frame and the phase runs on between frames."""

    def __init__(self, sample_rate: int, hop: int) -> None:
        super().__init__()
        self.sample_rate = sample_rate
        self.hop = hop
        self.l_linear = nn.Linear(1, 1)

    def forward(self, f0: Tensor, generator: Noise) -> Tensor:
        """F0 (B, L) in Hz, 0 where unvoiced -> excitation (B, 1, L * hop) in -1..1."""
        sine = self.sine(f0, generator).to(self.l_linear.weight.dtype)
        with full_precision(sine):
            excitation: Tensor = torch.tanh(self.l_linear(sine.unsqueeze(-1)))
        return excitation.transpose(1, 2)

    def sine(self, f0: Tensor, generator: Noise) -> Tensor:
        """F0 (B, L) in Hz -> noisy sine (B, L * hop)."""
        voiced = (f0 > 0).float().repeat_interleave(self.hop, dim=1)
        sine = torch.sin(self._cycles(f0) * 2 * math.pi) * AMPLITUDE * voiced
        deviation = voiced * VOICED_NOISE + (1 - voiced) * AMPLITUDE / 3
        return sine + deviation * gaussian_like(sine, generator)

    def _cycles(self, f0: Tensor) -> Tensor:
        """Phase in cycles at each sample: (B, L) -> (B, L * hop).

        Each frame's advance is wrapped to half a cycle either way before the frames are added up,
        so that single precision is enough for minutes of audio.
        """
        sample = torch.arange(1, self.hop + 1, dtype=f0.dtype, device=f0.device)
        within = (f0 / self.sample_rate).unsqueeze(-1) * sample
        advance = torch.fmod(within[:, :-1, -1] + 0.5, 1.0) - 0.5
        start = F.pad(advance.cumsum(dim=1).fmod(1.0), (1, 0))
        return (within + start.unsqueeze(-1)).flatten(1)
