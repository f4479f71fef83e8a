"""Coarse pitch: F0 on a mel-like scale in 255 steps, as the text encoder embeds it."""

import torch
from torch import Tensor

F0_MIN_HZ = 50.0
F0_MAX_HZ = 1100.0
_STEPS = 254


def coarse_pitch(f0: Tensor) -> Tensor:
    """F0 in Hz, 0 where unvoiced -> int64 in 1..255 of the same shape, 1 where unvoiced."""
    low, high = _mel(torch.tensor([F0_MIN_HZ, F0_MAX_HZ], dtype=torch.float64)).tolist()
    steps: Tensor = (_mel(f0.double()) - low) * (_STEPS / (high - low))
    return steps.clamp(0, _STEPS).add(1).round().long()


def _mel(hz: Tensor) -> Tensor:
    mel: Tensor = (hz / 700).log1p() * 1127
    return mel
