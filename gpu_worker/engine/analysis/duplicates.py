"""The same performance in two files: trimmed, louder or compressed, but not sung again.

Fingerprints after Haitsma and Kalker 2002, "A highly robust audio fingerprinting system": 32 bits
every 16 ms, the signs of how energy changes over time and bands. A copy agrees in most bits at one
offset over seconds; another take of the same song in half of them, as chance has it.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from .activity import HOP, RATE, Activity
from .frames import PART_S, power_spectra

Floats = NDArray[np.float32]
Codes = NDArray[np.uint32]

_SIZE, _HOP = 4096, 256
FPS = RATE / _HOP
_BANDS = 33
_LOW_HZ, _HIGH_HZ = 300.0, 3000.0
# A code that is everywhere says nothing.
_MOST_EQUAL = 12
_FEWEST_VOTES = 5
_BLOCK = int(FPS)
_SAME_ERROR = 0.25
_LEAST_S = 3.0
_MOST_OFFSETS = 3


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """``codes`` (frames,) every 16 ms and whether somebody is heard in each."""

    codes: Codes
    heard: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Copy:
    """Files by number that hold ``seconds`` of the same performance."""

    first: int
    second: int
    seconds: float


def fingerprint(wave16k: Floats, activity: Activity) -> Fingerprint:
    """Of a whole recording (T,) at 16 kHz, minute by minute."""
    size = PART_S * RATE // _HOP * _HOP
    energies = [
        _band_energies(wave16k[start : start + size + _SIZE - _HOP])
        for start in range(0, len(wave16k), size)
    ]
    bands = np.concatenate(energies)
    if len(bands) < 2:
        return Fingerprint(np.zeros(0, np.uint32), np.zeros(0, np.bool_))
    differences = np.diff(np.diff(bands, axis=1), axis=0) > 0
    codes = differences @ (np.uint32(1) << np.arange(_BANDS - 1, dtype=np.uint32))
    centres = (np.arange(1, len(bands)) * _HOP + _SIZE // 2) // HOP
    heard = activity.active[np.minimum(centres, len(activity.active) - 1)]
    return Fingerprint(codes.astype(np.uint32), heard)


def find_copies(prints: list[Fingerprint]) -> list[Copy]:
    """Every pair of files that share three seconds or more."""
    if len(prints) < 2:
        return []
    votes = _votes(prints)
    copies = []
    for first, second in combinations(range(len(prints)), 2):
        offsets = votes.get((first, second), [])
        seconds = [_agreement(prints[first], prints[second], offset) for offset in offsets]
        if seconds and max(seconds) >= _LEAST_S:
            copies.append(Copy(first, second, max(seconds)))
    return copies


def _band_energies(wave16k: Floats) -> Floats:
    power = power_spectra(wave16k, _SIZE, _HOP)
    edges = np.rint(np.geomspace(_LOW_HZ, _HIGH_HZ, _BANDS + 1) / (RATE / _SIZE)).astype(int)
    return np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1)


def _votes(prints: list[Fingerprint]) -> dict[tuple[int, int], list[int]]:
    """Offsets (frames of the second minus the first) at which pairs of files share most codes."""
    codes = np.concatenate([p.codes[p.heard] for p in prints])
    files = np.concatenate([np.full(int(p.heard.sum()), i) for i, p in enumerate(prints)])
    times = np.concatenate([np.flatnonzero(p.heard) for p in prints])
    order = np.argsort(codes, kind="stable")
    codes, files, times = codes[order], files[order], times[order]
    found = [np.zeros((0, 3), np.int64)]
    # Equal codes lie side by side: compare each with its next few neighbours.
    for lag in range(1, min(_MOST_EQUAL, len(codes))):
        same = (codes[lag:] == codes[:-lag]) & (files[lag:] != files[:-lag])
        pairs = np.stack([files[:-lag], files[lag:], times[lag:] - times[:-lag]], 1)[same]
        found.append(pairs)
    offsets, counts = np.unique(np.concatenate(found), axis=0, return_counts=True)
    best: dict[tuple[int, int], list[int]] = {}
    for row in np.argsort(-counts):
        if counts[row] < _FEWEST_VOTES:
            break
        first, second, offset = (int(value) for value in offsets[row])
        tried = best.setdefault((first, second), [])
        if len(tried) < _MOST_OFFSETS:
            tried.append(offset)
    return best


def _agreement(first: Fingerprint, second: Fingerprint, offset: int) -> float:
    """Seconds over which two files agree when the second lies ``offset`` frames later."""
    start, end = max(0, -offset), min(len(first.codes), len(second.codes) - offset)
    if end - start < _BLOCK:
        return 0.0
    here, there = slice(start, end), slice(start + offset, end + offset)
    wrong = np.bitwise_count(first.codes[here] ^ second.codes[there])
    heard = first.heard[here] & second.heard[there]
    errors = np.convolve(wrong * heard, np.ones(_BLOCK), "same")
    frames = np.convolve(heard.astype(np.float64), np.ones(_BLOCK), "same")
    same = heard & (errors < _SAME_ERROR * (_BANDS - 1) * np.maximum(frames, 1))
    same &= frames >= _BLOCK / 2
    return float(same.sum() / FPS)
