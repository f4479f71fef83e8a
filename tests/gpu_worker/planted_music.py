"""Accompaniment to plant under voices, made on the spot: (T,) from a seed."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

Floats = NDArray[np.float32]

# Chords as semitones over the root; the roots of four bars.
_CHORDS = ((0, 4, 7), (0, 3, 7), (0, 4, 7, 11), (0, 3, 7, 10))
_PROGRESSIONS = ((0, 7, 9, 5), (0, 9, 5, 7), (0, 5, 2, 7), (0, 3, 8, 10))


def hertz(midi: float) -> float:
    return float(440 * 2 ** ((midi - 69) / 12))


def plucked(seconds: float, rate: int, seed: int) -> Floats:
    """A guitar-like picking of chords (Karplus and Strong 1983), two notes a beat."""
    rng = np.random.default_rng(seed)
    beat = 60 / rng.uniform(70, 120)
    out = np.zeros(int(seconds * rate))
    roots = _PROGRESSIONS[seed % len(_PROGRESSIONS)]
    for step in range(int(seconds / beat * 2)):
        root = 45 + roots[step // 8 % 4]
        tones = _CHORDS[(seed + step // 8) % len(_CHORDS)]
        midi = root - 5 if step % 8 == 0 else root + 12 + tones[step % len(tones)]
        at = int(step * beat / 2 * rate)
        tone = _string(hertz(midi), 1.6, rate, rng)[: len(out) - at]
        out[at : at + len(tone)] += tone
    return np.asarray(0.3 * out / np.abs(out).max(), dtype=np.float32)


def band(seconds: float, rate: int, seed: int) -> Floats:
    """Held chords of a soft organ, a bass and a drum kit."""
    rng = np.random.default_rng(seed)
    beat = 60 / rng.uniform(80, 130)
    t = np.arange(int(seconds * rate)) / rate
    bar = (t / (4 * beat)).astype(int)
    roots = np.array(_PROGRESSIONS[seed % len(_PROGRESSIONS)])[bar % 4]
    out = np.zeros(len(t))
    for tone in _CHORDS[seed % len(_CHORDS)]:
        phase = 2 * np.pi * np.cumsum(440 * 2 ** ((52 + roots + tone - 69) / 12)) / rate
        out += 0.2 * sum(np.sin(k * phase + k) / k for k in (1, 2, 3, 4, 6))
    out += 0.4 * np.sin(2 * np.pi * np.cumsum(440 * 2 ** ((33 + roots - 69) / 12)) / rate)
    for hit in range(int(seconds / beat * 2)):
        at, length = int(hit * beat / 2 * rate), int(0.12 * rate)
        decay = np.exp(-np.arange(length) / rate / (0.05 if hit % 4 == 2 else 0.015))
        burst = (rng.standard_normal(length) * decay)[: len(out) - at]
        out[at : at + length] += (0.8 if hit % 4 == 2 else 0.25) * burst
    return np.asarray(0.3 * out / np.abs(out).max(), dtype=np.float32)


def _string(hz: float, seconds: float, rate: int, rng: np.random.Generator) -> NDArray[np.float64]:
    period, samples = round(rate / hz), round(seconds * rate)
    burst = np.zeros(samples)
    burst[:period] = rng.uniform(-1, 1, period)
    loop = np.zeros(period + 2)
    loop[0], loop[period], loop[period + 1] = 1.0, -0.498, -0.498
    string = lfilter([1.0], loop, burst)
    faded: NDArray[np.float64] = string * np.minimum(1.0, np.arange(samples)[::-1] / (0.05 * rate))
    return faded
