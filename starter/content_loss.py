"""Words kept: a frozen content encoder hears the generated segment in place of the real one.

Small networks blur consonants long before a mel loss minds. After the perceptual losses of Johnson
et al. 2016, with the encoder whose states the generator speaks from.
"""

from typing import Final

import torch
from torch import Tensor

from gpu_worker.engine.speech.starter import SAMPLE_RATE, StarterEncoder

CONTENT_WEIGHT: Final = 15.0


class ContentLoss:
    """``CONTENT_WEIGHT`` times the L1 distance of the encoder's states (B, L, 768)."""

    def __init__(self, encoder: StarterEncoder, sample_rate: int) -> None:
        self._encoder = encoder.eval().requires_grad_(False)
        self._ratio = SAMPLE_RATE / sample_rate

    def __call__(self, clips: Tensor, starts: Tensor, audio: Tensor) -> Tensor:
        """Of clips (B, T), whose samples from ``starts`` (B,) on are replaced by ``audio``
        (B, 1, S), to the clips themselves."""
        index = starts.unsqueeze(1) + torch.arange(audio.shape[2], device=audio.device)
        spoken = clips.scatter(1, index, audio.squeeze(1))
        with torch.no_grad():
            meant = self._encoder(self._resampled(clips))
        distance: Tensor = (meant - self._encoder(self._resampled(spoken))).abs().mean()
        return CONTENT_WEIGHT * distance

    def _resampled(self, wave: Tensor) -> Tensor:
        """(B, T) at the encoder's rate, its spectrum cut off there."""
        length = round(wave.shape[1] * self._ratio)
        spectrum = torch.fft.rfft(wave)[:, : length // 2 + 1]
        resampled: Tensor = self._ratio * torch.fft.irfft(spectrum, n=length)
        return resampled
