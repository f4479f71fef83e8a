"""What work costs. One credit is about one second of a rented GPU."""

import math
from typing import Final

from gpu_worker.contract.params import Preset, TrainParams

WELCOME_CREDITS: Final = 1000
"""What a new workspace gets to try the studio with."""

TRAINING_BASE: Final = 20
CONVERSION_BASE: Final = 2
SEPARATION_BASE: Final = 1
PREPROCESS_BASE: Final = 1
_SAMPLES_PER_CREDIT: Final = {Preset.DRAFT: 50, Preset.FULL: 12}
_CONVERTED_SECONDS_PER_CREDIT: Final = 10.0
_SEPARATED_SECONDS_PER_CREDIT: Final = 30.0
_CLEANED_SECONDS_PER_CREDIT: Final = 60.0
_EXAMINED_SECONDS_PER_CREDIT: Final = 600.0


def training_quote(params: TrainParams, done: int = 0) -> int:
    """Credits of a training: its base and the segments that pass through the networks.

    ``done`` steps were paid for by the training that it goes on from.
    """
    samples = (params.total_steps - done) * params.batch_size
    return TRAINING_BASE + math.ceil(samples / _SAMPLES_PER_CREDIT[params.preset])


def conversion_quote(duration_s: float, voices: int = 1) -> int:
    """Credits of a conversion of ``duration_s`` seconds of audio; each voice of a blend sings."""
    return CONVERSION_BASE + _started(duration_s * voices, _CONVERTED_SECONDS_PER_CREDIT)


def separation_quote(duration_s: float) -> int:
    """Credits of taking vocals and accompaniment apart."""
    return SEPARATION_BASE + _started(duration_s, _SEPARATED_SECONDS_PER_CREDIT)


def cover_quote(duration_s: float, voices: int = 1, backing_s: float = 0.0) -> int:
    """Credits of a cover: separation and conversion; ``backing_s`` of backing converted too."""
    return separation_quote(duration_s) + conversion_quote(duration_s + backing_s, voices)


def preprocess_quote(duration_s: float, *, separate: bool) -> int:
    """Credits of cleaning a recording, with its vocals taken out first where asked."""
    cleaning = PREPROCESS_BASE + _started(duration_s, _CLEANED_SECONDS_PER_CREDIT)
    return cleaning + (separation_quote(duration_s) if separate else 0)


def analysis_quote(duration_s: float) -> int:
    """Credits of a report card: one for each ten minutes begun."""
    return max(1, _started(duration_s, _EXAMINED_SECONDS_PER_CREDIT))


def _started(amount: float, unit: float) -> int:
    return math.ceil(max(0.0, amount) / unit)
