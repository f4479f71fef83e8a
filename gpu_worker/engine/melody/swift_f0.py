"""SwiftF0: a pitch network of 0.1 MB in ONNX, fast on any CPU.

Nieradzik 2025, "SwiftF0: Fast and Accurate Monophonic Pitch Detection". The weights are the ONNX
file of the package swift-f0 0.3.0, whose inputs are ``audio`` (1, T), ``fmin`` and ``fmax`` in Hz
and whose outputs are ``pitch`` and ``confidence`` (1, T // 256).
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..onnx import open_network

SAMPLE_RATE = 16000
HOP = 256
LOW_HZ = 46.875
HIGH_HZ = 2093.75
"""All that the network knows; outside given limits it calls a frame unvoiced."""

# The network sees 2815 samples to either side of a frame; windows overlap by that much.
_CONTEXT_FRAMES = 11
_WINDOW_FRAMES = 1875
# Published meaning of the confidence.
_VOICED = 0.5
# On digital silence the network answers at random: frames below this peak are unvoiced.
_SILENT_PEAK = 1e-3

Floats = NDArray[np.float32]


class SwiftF0:
    """Mono audio at 16 kHz to F0 every 16 ms."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        """Raises ``JobError(WEIGHTS_MISSING)`` where ``path`` is not such a network."""
        self._session = open_network(path, "SwiftF0's network", threads)

    def __call__(self, wave: Floats, low_hz: float = LOW_HZ, high_hz: float = HIGH_HZ) -> Floats:
        """(T,) with T >= 256 -> Hz (T // 256,), frame i at sample 256 i, 0 where unvoiced."""
        frames = len(wave) // HOP
        starts = range(0, frames, _WINDOW_FRAMES)
        return np.concatenate([self._window(wave, i, frames, low_hz, high_hz) for i in starts])

    def _window(
        self, wave: Floats, start: int, frames: int, low_hz: float, high_hz: float
    ) -> Floats:
        end = min(start + _WINDOW_FRAMES, frames)
        left = max(0, start - _CONTEXT_FRAMES)
        stop = (end + _CONTEXT_FRAMES) * HOP if end < frames else len(wave)
        audio = wave[left * HOP : stop]
        limits = {"fmin": np.float32(low_hz), "fmax": np.float32(high_hz)}
        feed = {"audio": audio[None], **{name: np.asarray(hz) for name, hz in limits.items()}}
        pitch, confidence = self._session.run(["pitch", "confidence"], feed)
        peaks = np.abs(wave[start * HOP : end * HOP].reshape(-1, HOP)).max(axis=1)
        kept = slice(start - left, end - left)
        voiced = (confidence[0][kept] >= _VOICED) & (peaks >= _SILENT_PEAK)
        return np.where(voiced, pitch[0][kept], 0.0).astype(np.float32)
