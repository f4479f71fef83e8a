"""What work costs. One credit is about one second of a rented GPU."""

import math
from typing import Final

from gpu_worker.contract.params import Preset, TrainParams

WELCOME_CREDITS: Final = 1000
"""What a new workspace gets to try the studio with."""

TRAINING_BASE: Final = 20
CONVERSION_BASE: Final = 2
_SAMPLES_PER_CREDIT: Final = {Preset.DRAFT: 50, Preset.FULL: 12}
_CONVERTED_SECONDS_PER_CREDIT: Final = 10.0


def training_quote(params: TrainParams) -> int:
    """Credits of a training: its base and the segments that pass through the networks."""
    samples = params.total_steps * params.batch_size
    return TRAINING_BASE + math.ceil(samples / _SAMPLES_PER_CREDIT[params.preset])


def conversion_quote(duration_s: float) -> int:
    """Credits of a conversion of ``duration_s`` seconds of audio."""
    return CONVERSION_BASE + math.ceil(max(0.0, duration_s) / _CONVERTED_SECONDS_PER_CREDIT)
