"""Features of many clips in few passes through the networks.

Clips of one length go together, as most slices have the same: padding would change what the
networks hear (HuBERT's first layer norms over time), and one row computes as it would alone.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..config import CONTENT_RATE, SpectrogramConfig
from ..melody.f0 import F0Estimator, estimate_each
from ..memory import fitting
from ..sound.resampling import resample
from ..speech.content import BatchEncoder, ContentEncoder
from .slices import Slice

GPU_BATCH: Final = 32
_CLIP_BYTES: Final = 160 << 20
"""Of all networks for a clip of 4 s: mostly RMVPE's first stages, 16 and 32 channels wide."""

Floats = NDArray[np.float32]


def clips_together(free: int | None) -> int:
    """How many clips to compute at once with ``free`` bytes on the GPU; one on a CPU."""
    return 1 if free is None else fitting(GPU_BATCH, _CLIP_BYTES, 0, free)


def slices_of(
    clips: Sequence[Floats], encoder: ContentEncoder, f0: F0Estimator, config: SpectrogramConfig
) -> list[Slice]:
    """Clips (T,) at the rate of ``config`` as training material, in their order."""
    heard = [resample(clip, config.sample_rate, CONTENT_RATE) for clip in clips]
    slices: dict[int, Slice] = {}
    for numbers in _of_one_length(heard):
        waves = np.stack([heard[n] for n in numbers])
        pitches = estimate_each(f0, waves).astype(np.float32)
        contents = _encoded(encoder, torch.from_numpy(waves)).float().cpu()
        for n, content, pitch in zip(numbers, contents, pitches, strict=True):
            slices[n] = _slice(clips[n], content, torch.from_numpy(pitch), config.hop)
    return [slices[n] for n in range(len(clips))]


def _of_one_length(waves: Sequence[Floats]) -> Iterator[list[int]]:
    groups: dict[int, list[int]] = {}
    for number, wave in enumerate(waves):
        groups.setdefault(len(wave), []).append(number)
    yield from groups.values()


def _encoded(encoder: ContentEncoder, waves: Tensor) -> Tensor:
    if isinstance(encoder, BatchEncoder):
        return encoder.encode_batch(waves)
    return torch.stack([encoder.encode(wave) for wave in waves])


def _slice(clip: Floats, content: Tensor, f0: Tensor, hop: int) -> Slice:
    # The encoder works at 50 Hz, the synthesizer at 100: each frame stands twice.
    content = content.repeat_interleave(2, dim=0)
    frames = min(len(content), len(f0), len(clip) // hop)
    wave = torch.from_numpy(np.ascontiguousarray(clip[: frames * hop]))
    return Slice(wave.float(), content[:frames].clone(), f0[:frames].clone())
