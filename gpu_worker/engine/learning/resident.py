"""All training clips on the device: a batch then costs no copy and no work of the host."""

from collections.abc import Sequence

import torch
from torch import Tensor

from ..config import SpectrogramConfig
from ..melody.pitch import coarse_pitch
from ..spectrogram import linear_spectrogram
from .batches import first_frame
from .slices import Slice
from .train_step import TrainBatch
from .transposing import SINGER

SHARE = 0.25
"""Of the free memory that clips may take."""


def resident_bytes(clips: Sequence[Slice]) -> int:
    """What the clips take in single precision."""
    return sum(4 * (len(c.wave) + c.content.numel() + c.frames) for c in clips)


class ResidentClips:
    """Makes the batches that ``make_batch`` makes without transposing, from the same draws."""

    def __init__(self, clips: Sequence[Slice], device: torch.device) -> None:
        self._device = device
        self._lengths = [clip.frames for clip in clips]
        ends = torch.tensor(self._lengths).cumsum(0).tolist()
        self._firsts = [0, *ends[:-1]]
        # Row i of each is frame i of all clips, one after the other.
        self._wave = torch.cat([clip.wave.view(clip.frames, -1) for clip in clips]).to(device)
        self._content = torch.cat([clip.content for clip in clips]).to(device)
        self._f0 = torch.cat([clip.f0 for clip in clips]).to(device)

    def batch(
        self,
        numbers: Sequence[int],
        frames: int,
        config: SpectrogramConfig,
        generator: torch.Generator,
    ) -> TrainBatch:
        """``frames`` frames of each numbered clip from a random place on, zeros behind its end."""
        crops = [first_frame(self._lengths[n], frames, generator) for n in numbers]
        begin = [self._firsts[n] + crop for n, crop in zip(numbers, crops, strict=True)]
        length = [min(frames, self._lengths[n]) for n in numbers]
        # One small copy, which returns at once: a pageable one of this size is buffered.
        first, lengths = torch.tensor([begin, length]).to(self._device, non_blocking=True)
        at = torch.arange(frames, device=self._device)
        inside = at < lengths[:, None]
        rows = torch.where(inside, first[:, None] + at, 0)
        f0 = _rows(self._f0.unsqueeze(1), rows, inside).squeeze(2)
        wave = _rows(self._wave, rows, inside).flatten(1)
        return TrainBatch(
            wave=wave,
            spec=linear_spectrogram(wave, config),
            content=_rows(self._content, rows, inside),
            coarse_pitch=coarse_pitch(f0),
            f0=f0,
            lengths=lengths.contiguous(),
            speaker=torch.full_like(lengths, SINGER),
        )


def _rows(stored: Tensor, rows: Tensor, inside: Tensor) -> Tensor:
    """(n, C) by numbers (B, L) -> (B, L, C), zero where not ``inside``."""
    return torch.where(inside.unsqueeze(2), stored[rows], 0.0)
