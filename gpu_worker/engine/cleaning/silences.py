"""Long silences cut out of a recording, joined by cross-fades."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gpu_worker.contract.errors import Code, JobError

from ..progress import Listener, ignore
from ..runs import runs
from ..stop import StopCheck, check, never
from .blocks import (
    FRAMES_A_SECOND,
    AudioLine,
    Decibels,
    frame_levels,
)

LONGEST_S = 1.0
KEPT_S = 0.3
_FADE_S = 0.02
# Silence is what lies this far below the level at which the recording has its energy.
_BELOW_LOUD_DB = 45.0
# Below it nothing in the recording counts as sound.
_LOWEST_LOUD_DB = -80.0
_PIECE_S = 30


def cut_silences(
    wave: AudioLine,
    rate: int,
    into: AudioLine,
    progress: Listener = ignore,
    stop: StopCheck = never,
) -> int:
    """Silences above 1 s become 0.3 s: (T,) -> the number of samples written to ``into``.

    ``into`` may be ``wave``. Raises ``Stopped``, and ``JobError(AUDIO_SILENT)`` where there is
    nothing but silence.
    """
    kept = kept_spans(frame_levels(wave, rate, stop), wave.shape[0], rate)
    fade = round(_FADE_S * rate)
    rise = ((np.arange(fade) + 0.5) / fade).astype(np.float32)
    written = 0
    tail = np.zeros(0, np.float32)
    for number, (start, end) in enumerate(kept):
        # Written is never ahead of read, as only cuts lie between them.
        for first in range(start, end, _PIECE_S * rate):
            check(stop)
            piece = np.array(wave[first : min(end, first + _PIECE_S * rate)], np.float32)
            if first == start and len(tail):
                piece[:fade] = piece[:fade] * rise + tail * (1 - rise)
            into[written : written + len(piece)] = piece
            written += len(piece)
        if number + 1 < len(kept):
            tail = np.array(into[written - fade : written], np.float32)
            written -= fade
        progress(end / wave.shape[0])
    return written


def kept_spans(levels: Decibels, total: int, rate: int) -> list[tuple[int, int]]:
    """What stays of ``total`` samples as (first, one past the last).

    Neighbours each reach half a cross-fade further than the 0.3 s that are left of their silence.
    """
    loud = _loud(levels)
    if loud <= _LOWEST_LOUD_DB:
        raise JobError(Code.AUDIO_SILENT, f"{loud:.0f} dBFS at the loudest")
    side = (KEPT_S + _FADE_S) / 2
    bounds = [0]
    for first, last in _silences(levels < loud - _BELOW_LOUD_DB):
        start, end = (frame * rate // FRAMES_A_SECOND for frame in (first, last))
        if first == 0:
            bounds = [end - round(KEPT_S * rate)]
        elif last == len(levels):
            return _pairs([*bounds, start + round(KEPT_S * rate)])
        else:
            bounds += [start + round(side * rate), end - round(side * rate)]
    return _pairs([*bounds, total])


def _loud(levels: Decibels) -> float:
    """The mean power in dBFS, weighted by power: pauses of whatever length do not count."""
    power = 10 ** (levels / 10)
    return float(10 * np.log10(np.square(power).sum() / power.sum())) if len(levels) else -np.inf


def _silences(silent: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Runs of more than a second of silent frames as (first, one past the last)."""
    return [(a, b) for a, b in runs(silent).tolist() if b - a > LONGEST_S * FRAMES_A_SECOND]


def _pairs(bounds: list[int]) -> list[tuple[int, int]]:
    return list(pairwise(bounds))[::2]
