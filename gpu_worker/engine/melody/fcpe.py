"""FCPE, the default pitch estimator: a convolution-only conformer over log-mels.

Luo et al. 2025, "FCPE: A Fast Context-based Pitch Estimation Model". Built for the weights that
the package torchfcpe 0.0.4 carries, with their parameter names. Against that package's own code on
6 s of synthetic voice: log-mels 2e-8, saliences 2e-7 (relative), F0 within 0.003 cent.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import weight_norm

from gpu_worker.contract.errors import Code, JobError

from ..mel import mel_filterbank

SAMPLE_RATE = 16000
HOP = 160
_WINDOW = 1024
_MELS = 128
_DIM = 512
_LAYERS = 6
_CLASSES = 360
_KERNEL = 31
_CENTS_BASE_HZ = 10.0
# On the greatest salience. Sung notes reach 0.8 and more, white noise 0.016: the network's own
# default keeps them apart; the published wrapper's 0.006 calls noise a voice of 216 Hz.
_THRESHOLD = 0.05


class Fcpe(nn.Module):
    """Mono audio at 16 kHz to F0 every 10 ms."""

    cent_table: Tensor
    mel_filters: Tensor
    window: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.input_stack = nn.Sequential(
            nn.Conv1d(_MELS, _DIM, 3, padding=1),
            nn.GroupNorm(4, _DIM),
            nn.LeakyReLU(),
            nn.Conv1d(_DIM, _DIM, 3, padding=1),
        )
        layers = nn.ModuleList(_Layer() for _ in range(_LAYERS))
        self.net = nn.ModuleDict({"encoder_layers": layers})
        self.norm = nn.LayerNorm(_DIM)
        self.output_proj = weight_norm(nn.Linear(_DIM, _CLASSES))
        self.register_buffer("cent_table", torch.zeros(_CLASSES))
        filters = mel_filterbank(SAMPLE_RATE, _WINDOW, _MELS, 0.0, SAMPLE_RATE / 2)
        self.register_buffer("mel_filters", filters, persistent=False)
        self.register_buffer("window", torch.hann_window(_WINDOW), persistent=False)

    def forward(self, wave: Tensor) -> Tensor:
        """(B, T) at 16 kHz -> F0 in Hz (B, T // 160 + 1), 0 where unvoiced."""
        return self.decode(self.salience(self.log_mel(wave)))

    def log_mel(self, wave: Tensor) -> Tensor:
        """(B, T) -> natural-log mels (B, 128, T // 160 + 1)."""
        left, right = (_WINDOW - HOP) // 2, (_WINDOW - HOP + 1) // 2
        right = max(right, _WINDOW - wave.shape[-1] - left)
        mode = "reflect" if right < wave.shape[-1] else "constant"
        padded = F.pad(wave[:, None], (left, right), mode=mode)[:, 0]
        spectrum = torch.stft(
            padded, _WINDOW, HOP, window=self.window, center=False, return_complex=True
        )
        magnitude = torch.sqrt(spectrum.real.square() + spectrum.imag.square() + 1e-9)
        mel = (self.mel_filters @ magnitude).clamp(min=1e-5).log()
        frames = wave.shape[-1] // HOP + 1
        return torch.cat([mel, mel[..., -1:]], dim=-1)[..., :frames]

    def salience(self, mel: Tensor) -> Tensor:
        """(B, 128, L) -> (B, L, 360) in 0..1, one class every 20 cents."""
        x = self.input_stack(mel)
        layers: Any = self.net["encoder_layers"]
        for layer in layers:
            x = layer(x)
        return torch.sigmoid(self.output_proj(self.norm(x.transpose(1, 2))))

    def decode(self, salience: Tensor) -> Tensor:
        """(B, L, 360) -> Hz (B, L): weighted mean of the cents within 4 classes of the peak."""
        confidence, peak = salience.max(dim=-1, keepdim=True)
        near = (peak + torch.arange(-4, 5, device=peak.device)).clamp(0, _CLASSES - 1)
        weights = salience.gather(-1, near)
        cents = (self.cent_table[near] * weights).sum(-1) / weights.sum(-1)
        hz = _CENTS_BASE_HZ * 2.0 ** (cents / 1200.0)
        return torch.where(confidence[..., 0] > _THRESHOLD, hz, torch.zeros_like(hz))


class _Layer(nn.Module):
    """x + depth-wise convolution module. ``norm`` is in the weights but nothing reads it."""

    def __init__(self) -> None:
        super().__init__()
        wide = 2 * _DIM
        depthwise = nn.ModuleDict(
            {"conv": nn.Conv1d(wide, wide, _KERNEL, padding=_KERNEL // 2, groups=wide)}
        )
        parts = {"0": nn.LayerNorm(_DIM), "2": nn.Conv1d(_DIM, 2 * wide, 1)}
        parts |= {"4": depthwise, "6": nn.Conv1d(wide, _DIM, 1)}
        self.conformer = nn.ModuleDict({"net": nn.ModuleDict(parts)})
        self.norm = nn.LayerNorm(_DIM)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 512, L) -> the same."""
        net: Any = self.conformer["net"]
        y = net["0"](x.transpose(1, 2)).transpose(1, 2)
        y = F.glu(net["2"](y), dim=1)
        y = F.silu(net["4"]["conv"](y))
        grown: Tensor = net["6"](y)
        return x + grown


def load_fcpe(path: Path) -> Fcpe:
    """The network with published weights. Raises ``JobError(WEIGHTS_MISSING)`` if they misfit."""
    network = Fcpe()
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)["model"]
        # A constant of the training loss.
        state.pop("gaussian_blurred_cent_mask", None)
        network.load_state_dict(state, strict=True)
    except (KeyError, RuntimeError, OSError) as error:
        raise JobError(Code.WEIGHTS_MISSING, f"not FCPE's weights: {error}") from error
    return network.eval().requires_grad_(False)
