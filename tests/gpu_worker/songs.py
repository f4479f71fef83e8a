"""Songs whose stems are known: a sung vocal over a band that is synthesised here."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gpu_worker.engine.sound.audio import decode

Floats = NDArray[np.float32]

RATE = 44100
VOCAL = Path(__file__).parents[2] / "demo/material/arirang-vocal.flac"
_BEAT_S = 0.5
# Am, F, C, G as MIDI numbers.
_CHORDS = ((57, 60, 64), (53, 57, 60), (48, 52, 55), (55, 59, 62))


def sdr(reference: NDArray[np.floating], estimate: NDArray[np.floating]) -> float:
    """Signal-to-distortion ratio in dB over all samples and channels, without any projection.

    Stricter than BSS-eval: a wrong gain or a filtered stem counts as distortion.
    """
    error = np.asarray(reference, np.float64) - estimate
    return float(
        10 * np.log10(np.square(reference, dtype=np.float64).sum() / np.square(error).sum())
    )


def sung_vocal() -> Floats:
    """The demo's dry vocal (T, 2) at 44.1 kHz, in the middle."""
    wave, _ = decode(VOCAL, RATE)
    return np.repeat(wave[:, None], 2, axis=1)


def band(samples: int, seed: int = 0) -> Floats:
    """Struck chords, a bass, kick, snare and hi-hat (T, 2) at 120 beats a minute."""
    noise = np.random.default_rng(seed)
    out = np.zeros((samples, 2), np.float32)
    beat = round(_BEAT_S * RATE)
    for number, at in enumerate(range(0, samples, beat)):
        chord = _CHORDS[number // 4 % 4]
        if number % 2 == 0:
            for place, note in enumerate(chord):
                _add(out, at, 0.25 * _string(note, 1.2, 2.0, 1.3), 0.3 + 0.2 * place)
            _add(out, at, 0.9 * _kick(), 0.5)
        else:
            _add(out, at, 0.35 * noise.standard_normal(8820) * _decay(8820, 25), 0.5)
        _add(out, at, 0.6 * _string(chord[0] - 24, 0.5, 3.0, 1.6), 0.5)
        for hat in (at, at + beat // 2):
            _add(out, hat, 0.12 * np.diff(noise.standard_normal(2206)) * _decay(2205, 90), 0.6)
    return out


def mixed(vocal: Floats, instrumental: Floats, ratio_db: float) -> tuple[Floats, Floats]:
    """Both stems scaled so that the vocal is that much louder, their mix peaking at 0.7."""
    power = float(np.square(vocal).mean() / np.square(instrumental).mean())
    instrumental = instrumental * np.float32(np.sqrt(power) * 10 ** (-ratio_db / 20))
    gain = np.float32(0.7 / np.abs(vocal + instrumental).max())
    return vocal * gain, instrumental * gain


def _string(note: int, seconds: float, decay: float, fall: float) -> NDArray[np.float64]:
    samples = round(seconds * RATE)
    t = np.arange(samples) / RATE
    hz = 440 * 2 ** ((note - 69) / 12)
    partials = range(1, min(12, int(20000 / hz)))
    wave = sum(
        np.sin(2 * np.pi * hz * k * t + k * k) * k**-fall * np.exp(-t * decay * (1 + 0.3 * k))
        for k in partials
    )
    fade = np.minimum(1, np.minimum(t / 0.004, t[::-1] / 0.02))
    return np.asarray(wave * fade)


def _kick() -> NDArray[np.float64]:
    t = np.arange(8820) / RATE
    return np.asarray(np.sin(2 * np.pi * (50 * t + 2 * (1 - np.exp(-30 * t)))) * _decay(8820, 18))


def _decay(samples: int, rate: float) -> NDArray[np.float64]:
    return np.asarray(np.exp(-rate * np.arange(samples) / RATE))


def _add(out: Floats, at: int, wave: NDArray[np.float64], side: float) -> None:
    wave = wave[: max(0, len(out) - at)]
    out[at : at + len(wave)] += np.stack([(1 - side) * wave, side * wave], axis=1).astype(
        np.float32
    )
