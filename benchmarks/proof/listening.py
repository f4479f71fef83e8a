"""Measurements that the engine does not make itself: melody followed, silence kept, envelopes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gpu_worker.engine.config import CONTENT_RATE
from gpu_worker.engine.sound.lufs import Hops, KWeighting

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

HOP = 160
"""Samples at 16 kHz: 10 ms, as all F0 comes."""
CLOSE_CENTS = 50.0
_QUIET_DB = -60.0
_SHORTEST_PAUSE = 25
_PAUSE_MARGIN = 8
_SHORTEST_NOTE = 15
_STEADY = 0.4
_LOW_HZ, _HIGH_HZ, _POINTS = 300.0, 5000.0, 400


@dataclass(frozen=True, slots=True)
class Followed:
    """How one melody follows another: Pearson correlation of log F0, the share of frames within
    50 cents and of those an octave off, both of frames voiced in both; ``kept`` is the share of
    the first one's voiced frames that are voiced in the second, ``cents`` the median difference.
    """

    correlation: float
    close: float
    octave: float
    kept: float
    cents: float


def sdr(reference: NDArray[np.floating], estimate: NDArray[np.floating]) -> float:
    """Signal-to-distortion ratio in dB over all samples, no gain or filter forgiven; the
    shorter length counts."""
    length = min(len(reference), len(estimate))
    reference = np.asarray(reference[:length], np.float64)
    error = reference - estimate[:length]
    return _db(float(np.square(reference).sum()) / max(1e-20, float(np.square(error).sum())))


def follow(wanted: NDArray[np.floating], heard: NDArray[np.floating]) -> Followed:
    """Two melodies (frames,) in Hz, 0 where unvoiced; all NaN with hardly anything voiced."""
    length = min(len(wanted), len(heard))
    wanted, heard = wanted[:length].astype(np.float64), heard[:length].astype(np.float64)
    both = (wanted > 0) & (heard > 0)
    if both.sum() < 10:
        return Followed(*[np.nan] * 5)
    first, second = np.log2(wanted[both]), np.log2(heard[both])
    cents = 1200 * (second - first)
    octaves = np.abs(cents) / 1200
    correlation = np.corrcoef(first, second)[0, 1] if min(first.std(), second.std()) > 0 else 0.0
    return Followed(
        float(correlation),
        float((np.abs(cents) < CLOSE_CENTS).mean()),
        float(((octaves > 0.5) & (np.abs(octaves - np.rint(octaves)) < 0.1)).mean()),
        float(both.sum() / (wanted > 0).sum()),
        float(np.median(cents)),
    )


def level_db(wave: NDArray[np.floating]) -> float:
    """RMS in dBFS, -120 for digital silence."""
    if not wave.size:
        return -120.0
    return max(-120.0, _db(float(np.square(wave, dtype=np.float64).mean())))


def momentary_loudness(wave16k: Floats) -> Doubles:
    """LUFS of 400 ms every 100 ms (EBU Tech 3341)."""
    meter, steps = KWeighting(CONTENT_RATE, 1), Hops(10 * HOP, np.mean)
    steps.add(meter(wave16k[:, None]))
    power = np.convolve(steps.all(), np.full(4, 0.25), mode="valid")
    loudness: Doubles = 10 * np.log10(np.maximum(power, 1e-12)) - 0.691
    return loudness


def curve_off(source16k: Floats, result16k: Floats) -> float | None:
    """How far one loudness curve is from the other: the median over all moments within 30 LU of
    the loudest, in LU, one level for both; ``None`` below 0.4 s.
    """
    wanted, heard = momentary_loudness(source16k), momentary_loudness(result16k)
    length = min(len(wanted), len(heard))
    if length == 0:
        return None
    loud = wanted[:length] > wanted[:length].max() - 30
    apart = (heard[:length] - wanted[:length])[loud]
    return float(np.median(np.abs(apart - np.median(apart))))


def pause_level(source16k: Floats, result16k: Floats) -> float | None:
    """RMS in dBFS of ``result16k`` where the source rests for 0.25 s or more; ``None`` if never.

    80 ms at either end of a rest are left to what decays and to what begins.
    """
    frames = min(len(source16k), len(result16k)) // HOP
    levels = frame_levels(source16k)[:frames]
    quiet = np.concatenate([[False], levels < levels.max(initial=-120.0) + _QUIET_DB, [False]])
    edges = np.flatnonzero(np.diff(quiet.astype(np.int8))).reshape(-1, 2)
    rests = [
        result16k[(first + _PAUSE_MARGIN) * HOP : (last - _PAUSE_MARGIN) * HOP]
        for first, last in edges
        if last - first >= _SHORTEST_PAUSE
    ]
    return level_db(np.concatenate(rests)) if rests else None


def frame_levels(wave16k: Floats) -> Doubles:
    """dBFS of every 10 ms."""
    frames = wave16k[: len(wave16k) // HOP * HOP].reshape(-1, HOP).astype(np.float64)
    levels: Doubles = 10 * np.log10(np.maximum(1e-12, np.square(frames).mean(axis=1)))
    return levels


def note_cents(f0: NDArray[np.floating]) -> Doubles:
    """By how many cents each held note's median is off the nearest semitone (A4 is 440 Hz).

    A note is 0.15 s or more, voiced throughout, no frame 0.4 semitones or more from its median.
    """
    voiced = f0 > 0
    midi = 69 + 12 * np.log2(np.where(voiced, f0, 440.0) / 440.0)
    away: list[float] = []
    start = 0
    while start + _SHORTEST_NOTE <= len(f0):
        end = start + _SHORTEST_NOTE
        if not _is_note(midi[start:end], voiced[start:end]):
            start += 1
            continue
        while end < len(f0) and _is_note(midi[start : end + 1], voiced[start : end + 1]):
            end += 1
        note = float(np.median(midi[start:end]))
        away.append(100 * (note - round(note)))
        start = end
    return np.array(away)


def envelope_shift(before16k: Floats, after16k: Floats, f0: NDArray[np.floating]) -> float:
    """Semitones by which the spectral envelope of voiced frames has moved, from -8 to 8.

    Both long-term envelopes (300 to 5000 Hz, harmonics smoothed away) are laid over each other on
    a logarithmic axis; the best correlation tells.
    """
    first, second = _envelope(before16k, f0), _envelope(after16k, f0)
    per_semitone = _POINTS / (12 * np.log2(_HIGH_HZ / _LOW_HZ))
    best, shift = -np.inf, 0.0
    for steps in range(-round(8 * per_semitone), round(8 * per_semitone) + 1):
        a, b = first[max(0, -steps) :], second[max(0, steps) :]
        length = min(len(a), len(b))
        likeness = float(np.corrcoef(a[:length], b[:length])[0, 1])
        if likeness > best:
            best, shift = likeness, steps / per_semitone
    return shift


def _is_note(midi: Doubles, voiced: NDArray[np.bool_]) -> bool:
    return bool(voiced.all() and np.abs(midi - np.median(midi)).max() <= _STEADY)


def _envelope(wave: Floats, f0: NDArray[np.floating]) -> Doubles:
    """dB (points,) on a logarithmic axis, each frame smoothed over one F0 and levelled."""
    size = 1024
    frames = min(len(f0), (len(wave) - size) // HOP)
    hz = np.fft.rfftfreq(size, 1 / 16000)
    axis = np.geomspace(_LOW_HZ, _HIGH_HZ, _POINTS)
    total = np.zeros(_POINTS)
    for frame in np.flatnonzero(f0[:frames] > 0):
        spectrum = np.abs(np.fft.rfft(wave[frame * HOP :][:size] * np.hanning(size))) ** 2
        width = max(1, round(float(f0[frame]) / (hz[1] - hz[0])))
        smooth = np.convolve(spectrum, np.ones(width) / width, mode="same")
        curve = 10 * np.log10(np.interp(axis, hz, smooth) + 1e-12)
        total += curve - curve.mean()
    return total


def _db(ratio: float) -> float:
    return float(10 * np.log10(max(1e-30, ratio)))
