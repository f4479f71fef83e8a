"""DNSMOS P.835: how clean speech sounds, as people would rate it from 1 to 5.

Reddy et al. 2022, "DNSMOS P.835: A Non-Intrusive Perceptual Objective Speech Quality Metric". The
weights are ``sig_bak_ovr.onnx`` of Microsoft's DNS Challenge, as the package speechmos carries
them: input ``input_1`` (1, 144160) at 16 kHz, output raw ratings of signal, background and overall,
which published polynomials bring to the scale of the listening test. Singing is rated low.
"""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..onnx import open_network

SAMPLE_RATE: Final = 16000
WINDOW: Final = int(9.01 * SAMPLE_RATE)
_OVERALL: Final = (-0.06766283, 1.11546468, 0.04602535)

Floats = NDArray[np.float32]


class DnsMos:
    """The published network on one CPU thread."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        """Raises ``JobError(WEIGHTS_MISSING)`` where ``path`` is not such a network."""
        self._session = open_network(path, "the DNSMOS network", threads)

    def overall(self, wave: Floats) -> float:
        """Overall rating 1..5 of mono audio (T,) at 16 kHz, T > 0: the mean over its windows.

        Windows of 9.01 s begin every second; shorter audio is doubled until it fills one, and a
        peak above 1 is scaled down.
        """
        wave = wave / max(1.0, float(np.abs(wave).max()))
        while len(wave) < WINDOW:
            wave = np.concatenate([wave, wave])
        windows = int(len(wave) // SAMPLE_RATE - WINDOW / SAMPLE_RATE) + 1
        starts = [n * SAMPLE_RATE for n in range(windows)]
        raw = [self._raw_overall(wave[s : s + WINDOW]) for s in starts if s + WINDOW <= len(wave)]
        return float(np.mean(np.polyval(_OVERALL, raw)))

    def _raw_overall(self, window: Floats) -> float:
        (ratings,) = self._session.run(None, {"input_1": window[None].astype(np.float32)})
        return float(ratings[0][2])
