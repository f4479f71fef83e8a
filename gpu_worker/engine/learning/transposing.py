"""Clips at other pitches, so that a small voice follows notes that its recordings never held."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import soxr
import torch

from ..config import FRAME_RATE, TrainRecipe
from ..nets.first_weights import Embedding
from ..nets.synthesizer import Synthesizer
from .slices import Slice

SINGER: Final = 0
TRANSPOSED: Final = 1
"""Row of the speaker embedding for transposed clips: their formants are not the singer's."""


@dataclass(frozen=True, slots=True)
class Transposing:
    """A ``share`` of all clips moves by up to ``semitones`` either way, evenly drawn."""

    share: float
    semitones: float

    def draw(self, generator: torch.Generator) -> float | None:
        """The ratio of frequencies for the next clip; ``None`` leaves it as it is."""
        chance, place = torch.rand(2, generator=generator).tolist()
        if chance >= self.share:
            return None
        ratio: float = 2 ** ((2 * place - 1) * self.semitones / 12)
        return ratio


def transposing_of(recipe: TrainRecipe) -> Transposing | None:
    """What a recipe asks for, if anything."""
    if recipe.transposed == 0:
        return None
    return Transposing(recipe.transposed, recipe.transposed_semitones)


def transposed(clip: Slice, frames: int, ratio: float, generator: torch.Generator) -> Slice:
    """At most ``frames`` frames from a random place on, played ``ratio`` times as fast.

    Resampled, so that pitch, formants and tempo move together; content and F0 are read at the same
    pace, and F0 is scaled.
    """
    needed = min(clip.frames, int(frames * ratio) + 2)
    first = int(torch.randint(clip.frames - needed + 1, (), generator=generator))
    part = clip.cut(first, first + needed)
    rate = clip.hop * FRAME_RATE
    wave = soxr.resample(part.wave.numpy(), rate * ratio, rate, quality="MQ")
    count = min(frames, len(wave) // clip.hop)
    at = (torch.arange(count) * ratio).round().long().clamp(max=part.frames - 1)
    return Slice(
        torch.from_numpy(np.ascontiguousarray(wave[: count * clip.hop], np.float32)),
        part.content[at],
        part.f0[at] * ratio,
        clip.source,
    )


def only_singer(net: Synthesizer) -> Synthesizer:
    """The same network, changed in place, without the speaker of the transposed clips."""
    weight = net.emb_g.weight.detach()[SINGER : SINGER + 1].clone()
    net.emb_g = Embedding(1, weight.shape[1], _weight=weight)
    net.config = replace(net.config, speakers=1)
    return net
