"""Sounds with a known truth, made on the spot."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def sung(f0_hz: NDArray[np.float64], sample_rate: int = 16000, gain: float = 0.3) -> Floats:
    """A voice-like harmonic tone: F0 in Hz per sample (0 is silence) -> (T,), soft formants.

    Harmonics up to Nyquist fall by 1/k and pass two resonances near 700 and 1200 Hz.
    """
    phase = 2 * np.pi * np.cumsum(f0_hz / sample_rate)
    wave = np.zeros(len(f0_hz))
    for k in range(1, 25):
        hz = k * f0_hz
        vowel = 1 / (1 + ((hz - 700) / 300) ** 2) + 0.7 / (1 + ((hz - 1200) / 300) ** 2) + 0.1
        wave += np.where(hz < 0.45 * sample_rate, vowel / k, 0.0) * np.sin(k * phase)
    wave *= gain / max(1e-9, np.abs(wave).max())
    return np.where(f0_hz > 0, wave, 0.0).astype(np.float32)


def vibrato(seconds: float, hz: float, sample_rate: int = 16000) -> NDArray[np.float64]:
    """F0 per sample of a note with a vibrato of half a semitone at 5.5 Hz."""
    t = np.arange(int(seconds * sample_rate)) / sample_rate
    return np.asarray(hz * 2.0 ** (0.5 / 12 * np.sin(2 * np.pi * 5.5 * t)))
