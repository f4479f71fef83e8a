"""A plucked accompaniment for the demo song, synthesised here (Karplus and Strong, 1983)."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve, lfilter

from demo.score import BEAT_S, BEATS_A_BAR, INTRO_BEATS, hertz, song_duration_s
from demo.speech import RATE, Audio

Stereo = NDArray[np.float32]

# One bar each: bass note, then the two tones plucked on beats two and three (MIDI numbers).
BARS = (
    (41, 60, 65), (41, 60, 65), (38, 62, 65), (36, 60, 64),
    (41, 60, 65), (38, 62, 65), (36, 60, 67), (41, 60, 65),
)  # fmt: skip


def pluck(pitch: int, seconds: float, generator: np.random.Generator) -> Audio:
    """A plucked string of shape (T,): noise going round a delay line with a mild low-pass."""
    period = round(RATE / hertz(pitch))
    samples = round(seconds * RATE)
    burst = np.zeros(samples)
    burst[:period] = generator.uniform(-1, 1, period)
    loop = np.zeros(period + 2)
    loop[0], loop[period], loop[period + 1] = 1.0, -0.498, -0.498
    string = lfilter([1.0], loop, burst)
    fade = np.minimum(1.0, np.arange(samples)[::-1] / (0.05 * RATE))
    return np.asarray(string * fade, dtype=np.float32)


def accompany(seed: int) -> Stereo:
    """The accompaniment (2, T), as long as the song."""
    generator = np.random.default_rng(seed)
    out = np.zeros((2, round(song_duration_s() * RATE)), dtype=np.float32)
    for bar, chord in enumerate(BARS):
        for beat, pitch in enumerate(chord):
            at = round((INTRO_BEATS + bar * BEATS_A_BAR + beat) * BEAT_S * RATE)
            tone = pluck(pitch, 2.2 if beat == 0 else 1.4, generator)[: out.shape[1] - at]
            side = 0.5 if beat == 0 else (0.3, 0.7)[beat - 1]
            out[0, at : at + len(tone)] += (1 - side) * tone
            out[1, at : at + len(tone)] += side * tone
    return out


def hall(wave: Audio, seed: int, seconds: float = 1.1) -> Stereo:
    """A short decaying echo (2, T) of a dry voice."""
    generator = np.random.default_rng(seed)
    length = round(seconds * RATE)
    decay = np.exp(-6.9 * np.arange(length) / length)
    tails = generator.standard_normal((2, length)) * decay / np.sqrt(length)
    echoes = [fftconvolve(wave, tail)[: len(wave)] for tail in tails]
    return np.asarray(np.stack(echoes), dtype=np.float32)
