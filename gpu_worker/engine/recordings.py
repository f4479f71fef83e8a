"""One recording as a training hears it: mono at the voice's rate, and what to warn of."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .audio import decode_stereo, probe
from .stop import StopCheck

CANCELLING_DB: Final = 6.0
"""A mean so much quieter than a channel has lost the voice: the channels cancel each other."""
FULL_BAND: Final = 0.8
"""Share of the voice's rate below which a recording's missing highs are worth a warning."""

Floats = NDArray[np.float32]
Warn = Callable[[str, str], None]
"""Hears a Korean and an English sentence."""


@dataclass(frozen=True, slots=True)
class Recording:
    """``wave`` (T,) mono in [-1, 1] at the rate asked for; ``cancelled`` where one channel was
    taken because their mean would cancel. ``source_rate`` in Hz is the file's own."""

    wave: Floats
    source_rate: int
    cancelled: bool


def read_recording(path: Path, sample_rate: int, stop: StopCheck) -> Recording:
    """Decode a file of any rate and number of channels. Raises what ``decode_stereo`` raises."""
    source_rate = probe(path).rate
    channels, _ = decode_stereo(path, sample_rate, stop)
    wave, cancelled = fold(channels)
    return Recording(wave, source_rate, cancelled)


def fold(channels: Floats) -> tuple[Floats, bool]:
    """(T, C) -> the mean (T,), or the loudest channel where the mean cancels; and which it was."""
    if channels.shape[1] == 1:
        return channels[:, 0], False
    mean = channels.mean(axis=1)
    powers = [float(np.dot(column, column)) for column in channels.T]
    loudest = int(np.argmax(powers))
    if float(np.dot(mean, mean)) < powers[loudest] * 10 ** (-CANCELLING_DB / 10):
        # A voice on one side only is 6.02 dB quieter in the mean, and better without the other.
        return np.ascontiguousarray(channels[:, loudest]), True
    return mean, False


def warnings(number: int, source_rate: int, sample_rate: int, cancelled: bool, warn: Warn) -> None:
    """Say what about a recording (numbered from 1) will be heard in the voice."""
    if source_rate < FULL_BAND * sample_rate:
        highest = f"{source_rate / 2000:g}"
        warn(
            f"{number}번째 녹음은 {source_rate} Hz라 {highest} kHz 위의 소리가 없습니다. "
            f"{sample_rate} Hz 목소리가 어둡게 들릴 수 있습니다.",
            f"Recording {number} has {source_rate} Hz and so nothing above {highest} kHz. "
            f"A voice at {sample_rate} Hz may sound dull.",
        )
    if cancelled:
        warn(
            f"{number}번째 녹음은 좌우 채널이 서로 상쇄되어 더 큰 쪽만 사용합니다.",
            f"The channels of recording {number} cancel each other: only the louder one is used.",
        )
