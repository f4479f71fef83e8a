"""What a preset's networks begin with."""

from typing import Final

import torch

from ...contract.params import Preset
from ..config import train_recipe
from ..nets.synthesizer import Synthesizer

FIRST_LOG_DEVIATION: Final = -4.0
"""Of the latent where weights start at random: its noise is quieter than its mean."""


@torch.no_grad()
def prepare_weights(synthesizer: Synthesizer, preset: Preset) -> None:
    """Replace random first weights by a preset's own, in place."""
    recipe = train_recipe(preset)
    if recipe.source_gain is None:
        return
    excitation = synthesizer.dec.m_source.l_linear
    excitation.weight.fill_(recipe.source_gain)
    excitation.bias.zero_()
    # Pitches that were never trained then change nothing, instead of something random.
    synthesizer.enc_p.emb_pitch.weight.zero_()
    projection, inter = synthesizer.enc_p.proj, synthesizer.enc_p.inter_channels
    projection.weight[:inter] *= recipe.content_gain
    projection.weight[inter:] = 0.0
    assert projection.bias is not None
    projection.bias[inter:] = FIRST_LOG_DEVIATION
    synthesizer.dec.interpolate(recipe.interpolating)
