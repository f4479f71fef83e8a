"""One recording as a training hears it: mono at the voice's rate, and what to warn of."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..progress import Warn
from ..stop import StopCheck
from .audio import open_blocks, probe

CANCELLING_DB: Final = 6.0
"""A mean so much quieter than a channel has lost the voice: the channels cancel each other."""
FULL_BAND: Final = 0.8
"""Share of the voice's rate below which a recording's missing highs are worth a warning."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Recording:
    """``wave`` (T,) is mono in [-1, 1] at the rate asked for, ``source_rate`` the file's own in Hz;
    ``cancelled`` where one channel was taken because the mean would lose the voice.
    """

    wave: Floats
    source_rate: int
    cancelled: bool


def read_recording(path: Path, sample_rate: int, stop: StopCheck) -> Recording:
    """Decode a file of any rate and number of channels; a peak above 1 scales the whole down.

    The mean of the channels, or the loudest one where their mean cancels. Raises ``JobError`` as
    ``audio.decode`` does, and ``Stopped``.
    """
    source = probe(path)
    blocks = open_blocks(path, sample_rate, min(2, source.channels), stop)
    if source.channels == 1:
        return Recording(_joined(block[:, 0] for block in blocks), source.rate, False)
    levels = _Levels()
    wave = _joined(levels.mean(block) for block in blocks)
    loudest = levels.cancelling()
    if loudest is None:
        return Recording(wave, source.rate, False)
    # Rare: decoded again, instead of holding every channel of every file.
    blocks = open_blocks(path, sample_rate, 2, stop)
    return Recording(_joined(block[:, loudest] for block in blocks), source.rate, True)


class _Levels:
    """Adds up how loud two channels and their mean are."""

    def __init__(self) -> None:
        self._channels = np.zeros(2)
        self._mean = 0.0

    def mean(self, block: Floats) -> Floats:
        """(n, 2) -> (n,)."""
        mean: Floats = block.mean(axis=1)
        self._channels += np.square(block, dtype=np.float64).sum(axis=0)
        self._mean += float(np.square(mean, dtype=np.float64).sum())
        return mean

    def cancelling(self) -> int | None:
        """The louder channel, if the mean is more than 6 dB quieter.

        A voice on one side only is 6.02 dB quieter in the mean, and better without the other side.
        """
        loudest = int(np.argmax(self._channels))
        cancels = self._mean < self._channels[loudest] * 10 ** (-CANCELLING_DB / 10)
        return loudest if cancels else None


def _joined(blocks: Iterable[Floats]) -> Floats:
    wave = np.concatenate(list(blocks))
    peak = float(max(wave.max(), -wave.min()))
    if peak > 1.0:
        wave /= np.float32(peak)
    return wave


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
            f"{number}번째 녹음은 좌우를 합치면 목소리가 약해져 더 큰 쪽만 사용합니다.",
            f"The mean of both channels of recording {number} would lose the voice: "
            "only the louder one is used.",
        )
