"""What work costs: the one formula of the quote, the reservation and the price shown.

A credit is one second of the default card, an RTX 4090, with ``MARGIN`` on top. A GPU's seconds
were measured on an H100 (``benchmarks/results/gpu.json``) and are 3.3 times as many here, by
``benchmarks/prices.toml``. What a processor does takes its machine as long as was measured on two
cores, the slowest row counting. What nobody measured is marked as an estimate. Tests hold each
figure to its source: no quote lies below what the work takes at the measured speed.
"""

import math
from typing import Final

from gpu_worker.contract.params import Preset, TrainParams

MARGIN: Final = 1.25
"""Above the expected seconds: starting a machine, storing results, attempts that fail. Whatever
takes longer still is our cost."""

_TRAINING_S: Final = {Preset.FULL: 62.0, Preset.DRAFT: 15.0}
"""Loading and the first step. Full: gpu.json, ``first_step_s`` at batch 32. Draft: an estimate."""
_CLIP_S: Final = {Preset.FULL: 0.01914, Preset.DRAFT: 0.005}
"""A clip's passage through one training step. Full: gpu.json, step graph. Draft: an estimate; only
a processor's step was measured (training_step_draft.json, a 26th of the full one's)."""
_RECORDED_S: Final = 0.0032
"""Features of a second of recording: gpu.json, features loaded, 10 minutes."""
_CHECKPOINT_S: Final = 2.0
"""Scoring a checkpoint. Draft: docs/quality.md, one core. Full hears three times as much sound, and
renders it on the card: an estimate."""
_SONG_S: Final = 10.0
"""Loading, fetching and writing one file: an estimate; loading alone is 6 s (decision 44)."""
_CONVERTED_S: Final = 0.0224
"""A second of sound, converted: gpu.json, conversion of 12 min, slower by the second than 3 min."""
_SEPARATED_S: Final = 0.06
"""Separated: docs/models.md, Spleeter on one core. On a card, and of HT-Demucs: an estimate."""
_CLEANED_S: Final = 0.052
"""Cleaned, on the processor: engine_report.json, the slowest of the denoised."""
_EXAMINED_S: Final = 0.046
"""Examined, on the processor: engine_report.json, the slowest report card."""


def training_quote(params: TrainParams, recorded_s: float, done: int = 0) -> int:
    """Credits of a training on so many seconds of recordings.

    ``done`` steps were paid for by the training that it goes on from.
    """
    steps = params.total_steps - done
    return _credits(
        _TRAINING_S[params.preset]
        + recorded_s * _RECORDED_S
        + steps * params.batch_size * _CLIP_S[params.preset]
        + steps / params.checkpoint_every * _CHECKPOINT_S
    )


def conversion_quote(duration_s: float, voices: int = 1) -> int:
    """Credits of a conversion of ``duration_s`` seconds of audio; each voice of a blend sings."""
    return _credits(_SONG_S + duration_s * voices * _CONVERTED_S)


def separation_quote(duration_s: float) -> int:
    """Credits of taking vocals and accompaniment apart."""
    return _credits(_SONG_S + duration_s * _SEPARATED_S)


def cover_quote(duration_s: float, voices: int = 1, backing_s: float = 0.0) -> int:
    """Credits of a cover: separation and conversion; ``backing_s`` of backing converted too."""
    sung_s = (duration_s + backing_s) * voices
    return _credits(_SONG_S + duration_s * _SEPARATED_S + sung_s * _CONVERTED_S)


def preprocess_quote(duration_s: float, *, separate: bool) -> int:
    """Credits of cleaning a recording, with its vocals taken out first where asked."""
    pace = _CLEANED_S + (_SEPARATED_S if separate else 0.0)
    return _credits(_SONG_S + duration_s * pace)


def analysis_quote(duration_s: float) -> int:
    """Credits of a report card."""
    return _credits(duration_s * _EXAMINED_S)


def import_quote() -> int:
    """Credits of checking a published voice (an estimate: loading an encoder and two files)."""
    return _credits(_SONG_S)


def expected_s(quote: int) -> float:
    """Seconds of the default card that a quote stands for."""
    return quote / MARGIN


def used(quote: int, seconds: float) -> int:
    """Credits of work that took so many seconds of the default card: the formula of the quote, and
    never above it."""
    return max(1, math.ceil(min(quote, seconds * MARGIN)))


def _credits(seconds: float) -> int:
    return max(1, math.ceil(seconds * MARGIN))
