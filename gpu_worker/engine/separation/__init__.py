"""Separation of songs into vocals and instrumental, behind one interface."""

import torch

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import SeparatorName

from ..weights import WeightSource
from .htdemucs import load_htdemucs
from .separator import AudioLike, ChunkedSeparator, Separator, Stems
from .spleeter import load_spleeter

__all__ = ["AudioLike", "ChunkedSeparator", "Separator", "Stems", "load_separator"]


def load_separator(
    name: SeparatorName, weights: WeightSource, device: torch.device | str = "cpu"
) -> Separator:
    """The model of that name; ``auto`` is HT-Demucs where its weights are, Spleeter else.

    Raises ``JobError(WEIGHTS_MISSING)``.
    """
    if name is SeparatorName.AUTO:
        name = _best(weights)
    files = weights.find(name)
    if name is SeparatorName.HTDEMUCS:
        return ChunkedSeparator(load_htdemucs(files.path, device))
    return ChunkedSeparator(load_spleeter(files.paths, device))


def _best(weights: WeightSource) -> SeparatorName:
    try:
        weights.find(SeparatorName.HTDEMUCS)
    except JobError as error:
        if error.code is not Code.WEIGHTS_MISSING:
            raise
        return SeparatorName.SPLEETER
    return SeparatorName.HTDEMUCS
