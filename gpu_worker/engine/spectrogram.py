"""Linear and log-mel spectrograms of 10 ms frames, as RVC trains on them."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import SpectrogramConfig
from .mel import mel_filterbank

_POWER_FLOOR = 1e-6
_MEL_FLOOR = 1e-5


def linear_spectrogram(wave: Tensor, config: SpectrogramConfig) -> Tensor:
    """Magnitudes of a waveform: (B, T) -> (B, F, T // hop), Hann window, not centred.

    Differentiable: the root is taken of the power plus 1e-6.
    """
    margin = (config.filter_length - config.hop) // 2
    padded = F.pad(wave.unsqueeze(1), (margin, margin), mode="reflect").squeeze(1)
    window = torch.hann_window(config.filter_length, dtype=wave.dtype, device=wave.device)
    bins = torch.stft(
        padded,
        config.filter_length,
        hop_length=config.hop,
        window=window,
        center=False,
        return_complex=True,
    )
    return (bins.real.square() + bins.imag.square() + _POWER_FLOOR).sqrt()


class LogMel(nn.Module):
    """Natural logarithm of Slaney mel bands from 0 Hz to Nyquist, floored at 1e-5.

    Keep one where many are computed: the filters are made once.
    """

    filters: Tensor

    def __init__(self, config: SpectrogramConfig) -> None:
        super().__init__()
        self.config = config
        filters = mel_filterbank(
            config.sample_rate, config.filter_length, config.mels, 0.0, config.sample_rate / 2
        )
        self.register_buffer("filters", filters, persistent=False)

    def forward(self, wave: Tensor) -> Tensor:
        """Waveforms (B, T) -> (B, mels, T // hop)."""
        return self.of_linear(linear_spectrogram(wave, self.config))

    def of_linear(self, spec: Tensor) -> Tensor:
        """Linear spectrograms (B, F, L) -> (B, mels, L)."""
        return (self.filters @ spec).clamp(min=_MEL_FLOOR).log()


def log_mel(wave: Tensor, config: SpectrogramConfig) -> Tensor:
    """``LogMel`` for a single use: (B, T) -> (B, mels, T // hop)."""
    mel: Tensor = LogMel(config).to(wave)(wave)
    return mel


def log_mel_from_linear(spec: Tensor, config: SpectrogramConfig) -> Tensor:
    """``LogMel.of_linear`` for a single use: (B, F, L) -> (B, mels, L)."""
    return LogMel(config).to(spec).of_linear(spec)
