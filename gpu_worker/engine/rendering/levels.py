"""How loud a song is, every 10 ms, measured piece by piece."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..config import CONTENT_RATE, FRAME_RATE, PITCH_HOP
from ..sound.lufs import Hops, KWeighting
from ..stop import StopCheck, check
from .song import Song

Floats = NDArray[np.float32]

SIBILANT_HZ = 4500.0
"""Hiss of s and sh lies above, breath mostly below."""
FLOOR_DB = -140.0
_WINDOW = 2 * PITCH_HOP
_PIECE = 10 * FRAME_RATE


def frame_levels(song: Song, stop: StopCheck) -> tuple[Floats, Floats]:
    """Level in dBFS of 20 ms round each frame, and the share of it above 4.5 kHz.

    Both (T // 160 + 1,), frame i at sample 160 i.
    """
    levels, shares = zip(*(_levels(piece) for piece in _pieces(song, stop)), strict=True)
    return np.concatenate(levels), np.concatenate(shares)


def loudest_second_db(levels_db: Floats) -> float:
    """The level of the loudest second, in dBFS, of frames every 10 ms."""
    power = np.cumsum(np.concatenate([[0.0], 10 ** (levels_db.astype(np.float64) / 10)]))
    width = min(FRAME_RATE, len(levels_db))
    loudest = float((power[width:] - power[:-width]).max()) / width
    return 10 * float(np.log10(max(loudest, 10 ** (FLOOR_DB / 10))))


def weighted_powers(song: Song, stop: StopCheck) -> NDArray[np.float64]:
    """K-weighted mean power of each 10 ms: (ceil(T / 160),), the last one with what is left."""
    weigh = KWeighting(CONTENT_RATE, 1)
    powers = Hops(PITCH_HOP, np.mean)
    for first in range(0, len(song), _PIECE * PITCH_HOP):
        check(stop)
        powers.add(weigh(song[first : first + _PIECE * PITCH_HOP][:, None]))
    return powers.all(rest=True)


def _pieces(song: Song, stop: StopCheck) -> Iterator[Floats]:
    """Windows (n, 320) of up to ten seconds of frames, with zeros beyond the song's ends."""
    frames = len(song) // PITCH_HOP + 1
    for first in range(0, frames, _PIECE):
        check(stop)
        count = min(_PIECE, frames - first)
        start, end = (first - 1) * PITCH_HOP, (first + count) * PITCH_HOP
        inside = song[max(0, start) : min(len(song), end)]
        wave = np.pad(inside, (max(0, -start), max(0, end - len(song))))
        yield np.lib.stride_tricks.sliding_window_view(wave, _WINDOW)[::PITCH_HOP]


def _levels(windows: Floats) -> tuple[Floats, Floats]:
    spectrum = np.fft.rfft(windows * np.hanning(_WINDOW + 1)[:-1].astype(np.float32))
    power = np.square(np.abs(spectrum)).astype(np.float64)
    above = int(SIBILANT_HZ * _WINDOW / CONTENT_RATE)
    share = power[:, above:].sum(axis=1) / np.maximum(power.sum(axis=1), 1e-30)
    mean = np.square(windows, dtype=np.float64).mean(axis=1)
    level = 10 * np.log10(np.maximum(mean, 10 ** (FLOOR_DB / 10)))
    return level.astype(np.float32), share.astype(np.float32)
