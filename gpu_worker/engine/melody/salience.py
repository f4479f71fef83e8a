"""Pitch from the 360 saliences that CREPE and RMVPE give: 20 cents apart from 32.7 to 1975.5 Hz."""

import torch
from torch import Tensor

BINS = 360
CENTS_PER_BIN = 20.0
FIRST_CENTS = 1997.3794084376191
"""Cents above 10 Hz of the first bin."""

_REACH = 4


def peak_hz(salience: Tensor) -> tuple[Tensor, Tensor]:
    """(..., 360) -> Hz and the greatest salience, both (...).

    Hz is the mean in cents over the peak's bin and 4 to either side, weighted by salience (Kim et
    al. 2018).
    """
    peak, at = salience.max(dim=-1, keepdim=True)
    bins = at + torch.arange(-_REACH, _REACH + 1, device=salience.device)
    weights = salience.gather(-1, bins.clamp(0, BINS - 1)) * ((bins >= 0) & (bins < BINS))
    cents = (weights * (FIRST_CENTS + CENTS_PER_BIN * bins)).sum(-1) / weights.sum(-1)
    return 10 * 2 ** (cents / 1200), peak.squeeze(-1)
