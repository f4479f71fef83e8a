"""Power spectra of a recording, and which parts of a long one are looked at."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import fft

Floats = NDArray[np.float32]

PART_S = 60
PARTS = 8
"""Spectra of at most eight minutes, spread evenly, stand for a recording of any length."""
_BATCH = 512


def stretches(samples: int, rate: int) -> list[slice]:
    """The parts to look at: all of it in pieces of a minute, or eight of them far apart."""
    size = PART_S * rate
    count = -(-samples // size)
    if count <= PARTS:
        return [slice(i * size, min((i + 1) * size, samples)) for i in range(count)]
    starts = np.linspace(0, samples - size, PARTS).astype(int)
    return [slice(int(start), int(start) + size) for start in starts]


def power_spectra(wave: Floats, size: int, hop: int) -> Floats:
    """Hann-windowed power (frames, size // 2 + 1) of a wave (T,); its bins add up to mean squares.

    No frame where the wave is shorter than ``size``.
    """
    if len(wave) < size:
        return np.zeros((0, size // 2 + 1), np.float32)
    window = np.hanning(size + 1)[:size].astype(np.float32)
    scale = np.float32(2 / (size * np.square(window).sum()))
    frames = np.lib.stride_tricks.sliding_window_view(wave, size)[::hop]
    return np.concatenate([_power(part * window) * scale for part in _batches(frames)])


def _batches(frames: Floats) -> Iterator[Floats]:
    for start in range(0, len(frames), _BATCH):
        yield frames[start : start + _BATCH]


def _power(frames: Floats) -> Floats:
    spectrum = fft.rfft(frames, axis=1)
    power: Floats = np.square(spectrum.real) + np.square(spectrum.imag)
    return power


def decibels(power: NDArray[np.floating], floor: float = 1e-14) -> Floats:
    """Ten times the logarithm, not below that of ``floor``."""
    levels: Floats = (10 * np.log10(np.maximum(power, floor))).astype(np.float32)
    return levels


def ratio_db(ratio: float, floor: float = 1e-14) -> float:
    """A ratio of powers in dB."""
    return 10 * math.log10(max(ratio, floor))
