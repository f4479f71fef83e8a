"""Separation of songs into vocals and instrumental, behind one interface."""

import torch

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import SeparatorName

from ..progress import Warn, unheard
from ..weights import WeightsDiffer, WeightSource
from .htdemucs import load_htdemucs
from .separator import AudioLike, ChunkedSeparator, Separator, Stems
from .spleeter import load_spleeter

__all__ = ["AudioLike", "ChunkedSeparator", "Separator", "Stems", "load_separator"]


def load_separator(
    name: SeparatorName,
    weights: WeightSource,
    device: torch.device | str = "cpu",
    warn: Warn = unheard,
) -> Separator:
    """The model of that name; ``auto`` is HT-Demucs where its weights are, Spleeter else.

    ``warn`` hears where ``auto`` can't use weights that are there. Raises
    ``JobError(WEIGHTS_MISSING)``.
    """
    if name is SeparatorName.AUTO:
        name = _best(weights, warn)
    files = weights.find(name)
    if name is SeparatorName.HTDEMUCS:
        network = files.loaded(str(device), lambda: load_htdemucs(files.path, device))
        return ChunkedSeparator(network)
    return ChunkedSeparator(files.loaded(str(device), lambda: load_spleeter(files.paths, device)))


def _best(weights: WeightSource, warn: Warn) -> SeparatorName:
    try:
        weights.find(SeparatorName.HTDEMUCS)
    except WeightsDiffer:
        warn(
            "설치된 HT-Demucs 모델 파일이 손상되었거나 다른 버전입니다. 이번에는 기본 모델로 "
            "분리합니다. 운영자가 다시 설치해야 합니다.",
            "The installed HT-Demucs weights are damaged or of another version. The basic model "
            "separates this time; the operator has to install them again.",
        )
        return SeparatorName.SPLEETER
    except JobError as error:
        if error.code is not Code.WEIGHTS_MISSING:
            raise
        return SeparatorName.SPLEETER
    return SeparatorName.HTDEMUCS
