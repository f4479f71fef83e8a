"""Separation of songs into vocals and instrumental, behind one interface."""

import torch

from gpu_worker.contract.params import SeparatorName

from ..weights import WeightSource
from .separator import AudioLike, ChunkedSeparator, Separator, Stems
from .spleeter import load_spleeter

__all__ = ["AudioLike", "Separator", "Stems", "load_separator"]


def load_separator(
    name: SeparatorName, weights: WeightSource, device: torch.device | str = "cpu"
) -> Separator:
    """The model of that name; ``auto`` is HT-Demucs where its weights are, Spleeter else.

    Raises ``JobError(WEIGHTS_MISSING)``.
    """
    return ChunkedSeparator(load_spleeter(weights.find(SeparatorName.SPLEETER).paths, device))
