"""A spoken line at another pitch, by another vocal tract, or sung, by the WORLD vocoder.

Morise et al. 2016. The time of what is said is known throughout.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyworld
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from starter.facts import Item
from starter.phones import VOWELS, heard_sounds

RATE: Final = 24_000
PERIOD_S: Final = 0.005
LOWEST_HZ, HIGHEST_HZ = 80.0, 900.0
"""What is sung lies between."""
_UNVOICED_BELOW: Final = 40.0
_F0_RATE: Final = 80.0
_SCALE: Final = (0, 2, 4, 5, 7, 9, 11)

Frames = NDArray[np.float64]
Floats = NDArray[np.float32]
Knots = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Voice:
    """A line in WORLD's terms, every 5 ms: F0 (L,), envelope and aperiodicity (L, 513)."""

    f0: Frames
    envelope: Frames
    aperiodicity: Frames


@dataclass(frozen=True)
class Shaped:
    """Sound (T,) at 24 kHz with its F0 every 5 ms; ``knots`` are (its, spoken) seconds."""

    wave: Floats
    f0: Frames
    knots: Knots


def analyse(wave: Floats, item: Item) -> Voice:
    """WORLD's view of an item as spoken; F0 is what the speech model itself planned."""
    times = np.arange(int(len(wave) / RATE / PERIOD_S)) * PERIOD_S
    plan = np.array(item.f0)
    f0 = plan[np.minimum((times * _F0_RATE).astype(int), len(plan) - 1)]
    f0 = np.where(f0 < _UNVOICED_BELOW, 0.0, f0)
    sound = wave.astype(np.float64)
    envelope = pyworld.cheaptrick(sound, f0, times, RATE)
    return Voice(f0, envelope, pyworld.d4c(sound, f0, times, RATE))


def moved(voice: Voice, semitones: float, formants: float) -> Shaped:
    """At another pitch, with all resonances ``formants`` times as high, at the same pace."""
    f0 = voice.f0 * 2 ** (semitones / 12)
    wave = pyworld.synthesize(
        f0, stretched(voice.envelope, formants), voice.aperiodicity, RATE, PERIOD_S * 1000
    )
    end = len(f0) * PERIOD_S
    return Shaped(wave.astype(np.float32), f0, ((0.0, 0.0), (end, end)))


def sung(
    voice: Voice, item: Item, random: np.random.Generator, own_formants: bool = False
) -> Shaped:
    """The line on a drawn melody, its vowels held: each on a note, with glides and vibrato."""
    knots, notes = _held(item, random)
    ends = np.array(knots)
    times: Frames = np.arange(int(ends[-1, 0] / PERIOD_S), dtype=np.float64) * PERIOD_S
    spoken: Frames = np.interp(times, ends[:, 0], ends[:, 1]) / PERIOD_S
    near = np.minimum(spoken.astype(int), len(voice.f0) - 1)
    f0 = np.where(voice.f0[near] > 0, _melody(times, notes, random), 0.0)
    formants = 1.0 if own_formants else float(2 ** (random.uniform(-2, 3) / 12))
    envelope = stretched(np.exp(_between(np.log(voice.envelope + 1e-12), spoken)), formants)
    wave = pyworld.synthesize(
        f0, envelope, _between(voice.aperiodicity, spoken), RATE, PERIOD_S * 1000
    )
    return Shaped(wave.astype(np.float32), f0, knots)


def stretched(envelope: Frames, factor: float) -> Frames:
    """Spectral envelope (L, bins) with its frequencies multiplied, the uppermost ones less."""
    top = envelope.shape[1] - 1
    knee = 0.6 * top * min(1.0, 1 / factor)
    bins = np.interp(np.arange(top + 1), [0, knee * factor, top], [0, knee, top])
    return np.ascontiguousarray(np.exp(_between(np.log(envelope + 1e-12).T, bins).T))


def _held(item: Item, random: np.random.Generator) -> tuple[Knots, list[tuple[float, float]]]:
    """Knots of the time map, and (start in s, pitch in MIDI numbers) of each note."""
    low, high = (69 + 12 * np.log2(hz / 440) for hz in (LOWEST_HZ * 1.06, HIGHEST_HZ / 1.06))
    width = float(random.uniform(7, 14))
    floor = float(random.uniform(low, high - width))
    step = int(random.integers(0, 7))
    longest = float(random.uniform(1.5, 4.0))
    knots, notes = [(0.0, 0.0)], []
    at = spoken = 0.0
    for phone, length in heard_sounds(item.symbols, item.durations):
        stretch = float(random.uniform(1.0, longest)) if phone in VOWELS else 1.0
        if phone in VOWELS:
            step += int(random.integers(-2, 3))
            octave, degree = divmod(step, len(_SCALE))
            pitch = floor + (12 * octave + _SCALE[degree]) % width
            notes.append((at, pitch))
        at, spoken = at + length * stretch, spoken + length
        if length > 0:
            knots.append((at, spoken))
    return tuple(knots), notes or [(0.0, floor)]


def _melody(times: Frames, notes: list[tuple[float, float]], random: np.random.Generator) -> Frames:
    """F0 in Hz at ``times``: the notes, glided between, with vibrato and a little drift."""
    starts = np.array([start for start, _ in notes])
    pitches = np.array([pitch for _, pitch in notes])
    pitch = pitches[np.maximum(np.searchsorted(starts, times, side="right") - 1, 0)]
    pitch = gaussian_filter1d(pitch, float(random.uniform(0.015, 0.06)) / PERIOD_S)
    depth, speed = random.uniform(0.0, 0.6), random.uniform(4.5, 6.5)
    drift = gaussian_filter1d(random.standard_normal(len(times)), 0.12 / PERIOD_S)
    pitch = pitch + depth * np.sin(2 * np.pi * speed * times) + 0.08 * drift / (drift.std() + 1e-9)
    hertz = 440 * 2 ** ((pitch - 69) / 12)
    return np.asarray(np.clip(hertz, LOWEST_HZ, HIGHEST_HZ))


def _between(frames: Frames, positions: Frames) -> Frames:
    """Frames (L, bins) read at fractional ``positions`` (M,), linear between neighbours."""
    low = np.clip(positions.astype(int), 0, len(frames) - 1)
    high = np.minimum(low + 1, len(frames) - 1)
    part = (positions - low)[:, None]
    return np.asarray((1 - part) * frames[low] + part * frames[high])
