"""Masks of padded batches."""

import torch
from torch import Tensor


def frame_mask(lengths: Tensor, frames: int) -> Tensor:
    """1 inside and 0 beyond each row's length: (B,) int64 -> (B, 1, frames) float32."""
    positions = torch.arange(frames, device=lengths.device)
    return (positions < lengths[:, None]).unsqueeze(1).float()
