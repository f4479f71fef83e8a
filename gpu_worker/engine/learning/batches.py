"""Batches of fixed shape from slices of different lengths."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from ..config import SpectrogramConfig
from ..melody.pitch import coarse_pitch
from ..spectrogram import linear_spectrogram
from .slices import Slice
from .train_step import TrainBatch
from .transposing import SINGER, TRANSPOSED, Transposing, transposed


def make_batch(
    clips: Sequence[Slice],
    frames: int,
    config: SpectrogramConfig,
    generator: torch.Generator,
    device: torch.device,
    transposing: Transposing | None = None,
) -> TrainBatch:
    """``frames`` frames of each clip from a random place on; shorter clips are padded with zeros.

    One shape for every step: no kernel is chosen or compiled twice. ``transposing`` moves some
    clips in pitch, which then belong to another speaker.
    """
    ratios = [transposing.draw(generator) if transposing else None for _ in clips]
    cut = [
        _crop(clip, frames, generator)
        if ratio is None
        else transposed(clip, frames, ratio, generator)
        for clip, ratio in zip(clips, ratios, strict=True)
    ]
    speakers = [SINGER if ratio is None else TRANSPOSED for ratio in ratios]
    wave = torch.stack([_padded(clip.wave, frames * config.hop) for clip in cut]).to(device)
    content = torch.stack([_padded(clip.content, frames) for clip in cut]).to(device)
    f0 = torch.stack([_padded(clip.f0, frames) for clip in cut]).to(device)
    return TrainBatch(
        wave=wave,
        spec=linear_spectrogram(wave, config),
        content=content,
        coarse_pitch=coarse_pitch(f0),
        f0=f0,
        lengths=torch.tensor([clip.frames for clip in cut], device=device),
        speaker=torch.tensor(speakers, device=device),
    )


def first_frame(length: int, frames: int, generator: torch.Generator) -> int:
    """Where to cut ``frames`` out of ``length``; nothing is drawn where all of it is taken."""
    room = length - frames
    return int(torch.randint(room + 1, (), generator=generator)) if room > 0 else 0


def _crop(clip: Slice, frames: int, generator: torch.Generator) -> Slice:
    if clip.frames <= frames:
        return clip
    first = first_frame(clip.frames, frames, generator)
    return clip.cut(first, first + frames)


def _padded(x: Tensor, length: int) -> Tensor:
    """Zeros after the end of the first dimension."""
    missing = length - x.shape[0]
    return F.pad(x, (0,) * (2 * (x.ndim - 1)) + (0, missing)) if missing else x
