"""Where somebody is heard, and how loud."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_closing, binary_opening

from .frames import decibels, ratio_db

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

RATE = 16000
HOP = 160
FRAMES_A_S = RATE // HOP
_BLOCK = 6000 * HOP

# The voice's level is that of its loudest twentieth; what lies far below is a gap.
_VOICE_QUANTILE, _FLOOR_QUANTILE = 0.95, 0.05
_GAP_DB, _SUNG_GAP_DB = 40.0, 35.0
_OVER_FLOOR = 0.3
# Gaps shorter than this belong to singing; what is shorter than a consonant does not.
_BRIDGED_S, _SHORTEST_S = 0.3, 0.06
_SILENT_DB = -70.0


@dataclass(frozen=True, slots=True)
class Activity:
    """Every 10 ms: level in dBFS and whether the voice is there. ``voice_db`` is its mean level."""

    level_db: Floats
    active: Mask
    voice_db: float

    @property
    def usable_s(self) -> float:
        return float(self.active.sum()) / FRAMES_A_S


def find_activity(wave16k: Floats, f0: Floats) -> Activity:
    """Gaps of a recording (T,) at 16 kHz by level, and by F0 (Hz every 10 ms) where it is noisy."""
    level = frame_levels(wave16k)
    f0 = np.resize(f0, len(level)) if len(f0) < len(level) else f0[: len(level)]
    top, floor = np.quantile(level, [_VOICE_QUANTILE, _FLOOR_QUANTILE])
    limit = max(top - _GAP_DB, floor + _OVER_FLOOR * (top - floor), _SILENT_DB)
    heard = (level > limit) | ((f0 > 0) & (level > max(top - _SUNG_GAP_DB, _SILENT_DB)))
    heard = binary_closing(np.pad(heard, FRAMES_A_S), np.ones(int(_BRIDGED_S * FRAMES_A_S)))
    heard = binary_opening(heard, np.ones(int(_SHORTEST_S * FRAMES_A_S)))
    active: Mask = heard[FRAMES_A_S:-FRAMES_A_S]
    power = np.mean(10 ** (level[active].astype(np.float64) / 10)) if active.any() else 0.0
    return Activity(level, active, ratio_db(float(power)))


def frame_levels(wave16k: Floats) -> Floats:
    """dBFS of every whole 10 ms of a wave (T,) at 16 kHz: (T // 160,)."""
    parts = []
    for start in range(0, len(wave16k), _BLOCK):
        block = wave16k[start : start + _BLOCK]
        frames = block[: len(block) // HOP * HOP].reshape(-1, HOP)
        parts.append(decibels(np.square(frames).mean(axis=1)))
    return np.concatenate(parts)
