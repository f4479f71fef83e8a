"""What a room, a microphone, a line and a neighbour do to a voice; on the device, (B, T) waves."""

import math
from typing import Final

import torch
from torch import Tensor

RATE: Final = 16_000
_EQ_POINTS: Final = 10
_EQ_DB: Final = 9.0
_MASKED_FRAMES, _MASKED_BANDS = 20, 12
"""Of 10 ms, of 80 mels."""
_MU: Final = 255.0
"""Of ITU-T G.711."""
_SILENT: Final = -1.0
_LOG10_DB: Final = 0.11512925464970229
"""ln(10) / 20."""


class Augment:
    """Draws everything from one generator on the waves' device."""

    def __init__(self, generator: torch.Generator) -> None:
        self._generator = generator

    def __call__(self, waves: Tensor) -> Tensor:
        """(B, T) -> the same: noise and neighbours, equaliser and room, line, level."""
        waves = self._noisy(waves)
        waves = self._filtered(waves)
        waves = self._transmitted(waves)
        return waves * self._db(len(waves), -30.0, 3.0, waves)

    def _uniform(self, low: float, high: float, shape: tuple[int, ...], like: Tensor) -> Tensor:
        drawn = torch.rand(shape, generator=self._generator, device=like.device)
        return low + (high - low) * drawn

    def _chance(self, share: float, waves: Tensor) -> Tensor:
        """(B, 1) of 0 and 1."""
        return (self._uniform(0, 1, (len(waves), 1), waves) < share).float()

    def _db(self, rows: int, low: float, high: float, like: Tensor) -> Tensor:
        return torch.exp(_LOG10_DB * self._uniform(low, high, (rows, 1), like))

    def _noisy(self, waves: Tensor) -> Tensor:
        """Coloured noise at 0 to 40 dB, or another voice at 6 to 25 dB."""
        level = waves.square().mean(1, keepdim=True).sqrt()
        white = torch.randn(waves.shape, generator=self._generator, device=waves.device)
        spectrum = torch.fft.rfft(white)
        hertz = torch.linspace(1, RATE / 2, spectrum.shape[1], device=waves.device)
        tilt = self._uniform(-1.0, 0.2, (len(waves), 1), waves)
        noise: Tensor = torch.fft.irfft(spectrum * (hertz / 500.0) ** tilt, n=waves.shape[1])
        noise = noise / noise.square().mean(1, keepdim=True).sqrt().clamp(min=1e-6)
        gain = self._db(len(waves), -40.0, -3.0, waves) * self._chance(0.6, waves)
        other = waves.roll(1, 0)
        beside = self._db(len(waves), -25.0, -6.0, waves) * self._chance(0.2, waves)
        return waves + level * gain * noise + beside * other

    def _filtered(self, waves: Tensor) -> Tensor:
        """A drawn curve of gains, a band limit and a room, as one filter each."""
        length = waves.shape[1]
        size = 1 << (length + RATE // 2 - 1).bit_length()
        spectrum = torch.fft.rfft(waves, n=size)
        spectrum = spectrum * self._curve(waves, spectrum.shape[1])
        room = torch.fft.rfft(self._room(waves), n=size)
        filtered: Tensor = torch.fft.irfft(spectrum * room, n=size)[:, :length]
        return filtered

    def _curve(self, waves: Tensor, bins: int) -> Tensor:
        """Gains (B, bins): smooth over log frequency, and in some rows nothing above a limit."""
        points = self._uniform(-_EQ_DB, _EQ_DB, (len(waves), _EQ_POINTS), waves)
        points = points * self._chance(0.7, waves)
        hertz = torch.linspace(0, RATE / 2, bins, device=waves.device)
        place = (hertz.clamp(min=60) / 60).log2() / 7.06 * (_EQ_POINTS - 1)
        low = place.long().clamp(max=_EQ_POINTS - 2)
        part = place - low
        curve = points[:, low] * (1 - part) + points[:, low + 1] * part
        limit = self._uniform(3000, 8000, (len(waves), 1), waves)
        limit = limit + RATE * (1 - self._chance(0.35, waves))
        above = ((hertz - limit) / 200.0).clamp(0, 1)
        lowest = self._uniform(60, 350, (len(waves), 1), waves) * self._chance(0.3, waves)
        below = ((lowest - hertz) / 100.0).clamp(0, 1)
        return torch.exp(_LOG10_DB * (curve - 60.0 * above - 40.0 * below))

    def _transmitted(self, waves: Tensor) -> Tensor:
        """Driven too hard in some rows; in some sent as 8 bits of the mu-law."""
        peak = waves.abs().amax(1, keepdim=True).clamp(min=1e-4)
        drive = self._db(len(waves), 0.0, 15.0, waves)
        driven = torch.tanh(drive * waves / peak) * peak
        waves = torch.where(self._chance(0.15, waves) > 0, driven, waves)
        scaled = (waves / peak).clamp(-1, 1)
        code = (scaled.abs() * _MU).log1p() / math.log1p(_MU)
        code = (code * 127).round() / 127
        sent = scaled.sign() * (code * math.log1p(_MU)).expm1() / _MU * peak
        return torch.where(self._chance(0.15, waves) > 0, sent, waves)

    def _room(self, waves: Tensor) -> Tensor:
        """Impulse responses (B, RATE / 2): the sound itself, then a decaying tail."""
        count = RATE // 2
        tail = torch.randn((len(waves), count), generator=self._generator, device=waves.device)
        seconds = torch.arange(count, device=waves.device) / RATE
        decay = self._uniform(0.1, 0.9, (len(waves), 1), waves)
        tail = tail * torch.exp(-6.9 * seconds / decay) * (seconds > 0.002)
        tail = tail / tail.square().sum(1, keepdim=True).sqrt()
        wet = self._db(len(waves), -25.0, 0.0, waves) * self._chance(0.5, waves)
        response = tail * wet
        response[:, 0] += 1.0
        return response


def masked(mel: Tensor, generator: torch.Generator) -> Tensor:
    """Log-mels (B, mels, T) with a few stretches of time and of frequency silenced in each row.

    Park et al. 2019, "SpecAugment"; two of each, up to 0.2 s and up to 12 bands.
    """
    for dim, longest in ((2, _MASKED_FRAMES), (1, _MASKED_BANDS)):
        size = mel.shape[dim]
        for _ in range(2):
            drawn = torch.rand((2, len(mel), 1, 1), generator=generator, device=mel.device)
            width = drawn[0] * longest
            first = drawn[1] * (size - width)
            at = torch.arange(size, device=mel.device).view((1, -1, 1) if dim == 1 else (1, 1, -1))
            mel = torch.where((at >= first) & (at < first + width), _SILENT, mel)
    return mel


def paced(waves: Tensor, ratio: Tensor, length: int) -> Tensor:
    """Each row ``ratio`` (B,) times as fast from its begin on: (B, T) -> (B, length).

    Linear between samples; pitch, formants and pace move together.
    """
    at = torch.arange(length, device=waves.device) * ratio.unsqueeze(1)
    low = at.long().clamp(max=waves.shape[1] - 2)
    part = (at - low).clamp(max=1.0)
    return waves.gather(1, low) * (1 - part) + waves.gather(1, low + 1) * part
