"""What a conversion knows of a song before it renders anything: a few numbers for each 10 ms."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gpu_worker.contract.params import ConvertParams

from ..config import CONTENT_RATE, FRAME_RATE, PITCH_HOP
from ..melody.auto_key import key_shift
from ..melody.f0 import F0Estimator
from ..melody.melody import melody_for_voice
from ..nets.inference import Precision
from ..stop import StopCheck
from .chunks import Bounds, chunk_bounds, without_short_rest
from .gaps import breath_frames, gains_of, gap_frames
from .hearing import hear
from .levels import frame_levels, weighted_powers
from .song import Song

PAD = CONTENT_RATE
"""Samples at 16 kHz of mirrored context before and after a chunk."""
PAD_FRAMES = PAD // PITCH_HOP
TAIL = 5 * PITCH_HOP
"""More context after a chunk, as content features end up to 20 ms before their audio."""
STEP = CONTENT_RATE
"""Chunks with their context have lengths of whole seconds: for every other length that it sees, the
library below torch builds and keeps new kernels, which costs time and memory."""
OVERLAP = 4
"""Frames that a chunk is rendered beyond a cut, on either side, to be cross-faded."""

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rendering:
    """How exactly to render: ``tail`` in samples at 16 kHz; without ``noise`` all is determined.

    ``as_published`` is the core that reference outputs were made with: chunks abut and restart the
    phase of the excitation; no formants, gaps or breaths. ``AS_PUBLISHED`` also ends up to 20 ms
    early. ``precision`` is the generator's.
    """

    tail: int = TAIL
    noise: bool = True
    as_published: bool = False
    precision: Precision = Precision.AUTO

    @property
    def overlap(self) -> int:
        """Frames rendered beyond a cut."""
        return 0 if self.as_published else OVERLAP

    def context_behind(self, samples: int) -> int:
        """Samples of context that a chunk of ``samples`` is heard with behind its end."""
        behind = PAD + self.tail
        return behind if self.as_published else behind + -(PAD + samples + behind) % STEP


AS_PUBLISHED = Rendering(tail=0, noise=False, as_published=True, precision=Precision.EXACT)


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a song is cut, what is sung, how loud.

    ``f0`` every 10 ms in Hz from 1 s before the song to 2 s behind it, 0 where unvoiced; ``phase``
    the excitation's phase at the start of each, in cycles. ``key_shift`` in semitones is already in
    ``f0``. ``gains`` (T // 160 + 1,) and ``loudness`` (the source's K-weighted power every 10 ms)
    belong to the song alone.
    """

    song: Song
    params: ConvertParams
    bounds: Bounds
    f0: Doubles
    phase: Doubles
    key_shift: float
    gains: Floats
    loudness: Doubles

    @property
    def song_f0(self) -> Floats:
        """``f0`` of the song alone."""
        return self.f0[PAD_FRAMES:].astype(np.float32)


def make_plan(
    song: Song,
    estimator: F0Estimator,
    params: ConvertParams,
    voice_median_hz: float | None,
    rendering: Rendering,
    progress: Callable[[float], None],
    stop: StopCheck,
) -> Plan:
    """Listen to the whole song once. Raises ``Stopped``."""
    bounds = chunk_bounds(song)
    if not rendering.as_published:
        bounds = without_short_rest(bounds)
    first, last = bounds[-1]
    behind = rendering.context_behind(last - first)
    heard = hear(song, estimator, PAD, behind, progress, stop)
    added = key_shift(heard[PAD_FRAMES:], voice_median_hz, params.auto_key)
    f0 = melody_for_voice(heard, params, added)
    return Plan(
        song=song,
        params=params,
        bounds=bounds,
        f0=f0,
        phase=np.concatenate([[0.0], np.cumsum(f0 / FRAME_RATE) % 1.0])[:-1],
        key_shift=added,
        gains=_gains(song, heard[PAD_FRAMES:].astype(np.float32), params, stop),
        loudness=weighted_powers(song, stop),
    )


def _gains(song: Song, f0: Floats, params: ConvertParams, stop: StopCheck) -> Floats:
    """Silence in gaps and softer breaths, where asked."""
    frames = len(song) // PITCH_HOP + 1
    if not params.clean_gaps and params.breath == 1:
        return np.ones(frames, np.float32)
    levels, hiss = frame_levels(song, stop)
    none = np.zeros(frames, np.bool_)
    threshold = params.gap_threshold_db
    gaps = gap_frames(levels, f0, threshold) if params.clean_gaps else none
    breaths = breath_frames(levels, hiss, f0, threshold) if params.breath < 1 else none
    return gains_of(gaps, breaths, params.breath)
