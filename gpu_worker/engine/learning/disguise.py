"""The same words as somebody else would say them: content that tells less of who speaks.

No encoder forgets the singer altogether, and a generator that always meets its singer's own
content reads the timbre from there: of another's it makes the other. Sped up and slowed down
recordings have other formants and pitch; what the encoder hears in them, laid back in time, says
the same. After the perturbed inputs of Choi et al. 2021, "NANSY".
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ..config import CONTENT_RATE, FRAME_RATE
from ..progress import Listener, ignore
from ..sound.resampling import resample
from ..speech.content import ContentEncoder
from .slices import Slice

FARTHEST: Final = 1.38
"""Ratio of speeds, either way."""
_MOST_FRAMES: Final = 10 * 60 * FRAME_RATE
"""More recordings than these tell the generator enough of their singer, and memory is finite."""


@torch.no_grad()
def disguised_content(
    encode: Callable[[Tensor], Tensor], wave: Tensor, ratio: float, frames: int
) -> Tensor:
    """Sound (T,) at 16 kHz, encoded to (L', C) as it is played ``ratio`` times as fast -> the
    states (frames, C) at its own pace."""
    played = F.interpolate(wave[None, None], size=round(len(wave) / ratio), mode="linear")[0, 0]
    states = encode(played).T[None]
    return F.interpolate(states, size=frames, mode="linear")[0].T


def disguised(clip: Slice, content: Tensor) -> Slice:
    """The clip with other content (L, C) at 50 Hz."""
    doubled = content.repeat_interleave(2, dim=0)[: clip.frames].to(clip.content)
    return replace(clip, content=doubled)


def drawn_ratios(count: int, random: np.random.Generator) -> list[float]:
    """``count`` ratios up to ``FARTHEST`` either way, one of each stretch between."""
    places = (np.arange(count) + random.uniform(size=count)) / max(1, count)
    return [float(ratio) for ratio in FARTHEST ** (2 * places - 1)]


def disguises_of(
    clips: Sequence[Slice],
    encoder: ContentEncoder,
    count: int,
    seed: int,
    progress: Listener = ignore,
) -> list[tuple[Tensor, ...]]:
    """For each clip ``count`` contents (L, C) at 50 Hz that it may also be heard with, in half
    precision; none for those behind the first ten minutes. ``progress`` hears the fraction done."""
    random = np.random.default_rng(seed)
    found: list[tuple[Tensor, ...]] = []
    frames = 0
    for clip in clips:
        frames += clip.frames
        ratios = drawn_ratios(count if frames <= _MOST_FRAMES else 0, random)
        found.append(tuple(_as_others(clip, encoder, ratios)))
        progress(len(found) / len(clips))
    return found


def _as_others(clip: Slice, encoder: ContentEncoder, ratios: Sequence[float]) -> Iterator[Tensor]:
    if not ratios:
        return
    heard = resample(clip.wave.numpy(), clip.hop * FRAME_RATE, CONTENT_RATE)
    wave, frames = torch.from_numpy(heard), -(-clip.frames // 2)
    for ratio in ratios:
        yield disguised_content(encoder.encode, wave, ratio, frames).half().cpu()
