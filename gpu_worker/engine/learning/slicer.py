"""Cuts recordings into training clips: at silences first, then into windows of 3 s."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..sound.filters import Wave, high_pass

SILENCE_DB = -42.0
HOP_MS = 15
MIN_SILENCE_MS = 400
MIN_CLIP_MS = 1500
MAX_KEPT_MS = 500
WINDOW_HOPS = 4

CLIP_S = 3.0
CLIP_STEP_S = 2.7
PEAK = 0.9
PEAK_SHARE = 0.75
MAX_PEAK = 2.5

_BLOCK_HOPS = 4096


@dataclass(frozen=True, slots=True)
class _Grid:
    """The slicer's lengths at one sample rate: ``hop`` and ``window`` in samples, else in hops."""

    hop: int
    window: int
    min_silence: int
    min_clip: int
    max_kept: int

    @classmethod
    def at(cls, sample_rate: int) -> "_Grid":
        hop = round(sample_rate * HOP_MS / 1000)
        silence = sample_rate * MIN_SILENCE_MS / 1000
        return cls(
            hop=hop,
            window=min(round(silence), WINDOW_HOPS * hop),
            min_silence=round(silence / hop),
            min_clip=round(sample_rate * MIN_CLIP_MS / 1000 / hop),
            max_kept=round(sample_rate * MAX_KEPT_MS / 1000 / hop),
        )


def slice_audio(wave: Wave, sample_rate: int) -> list[Wave]:
    """High-passed, levelled clips of at most 3.3 s from a recording (T,); silence is left out."""
    clips = (levelled(clip) for clip in cut_audio(wave, sample_rate))
    return [clip for clip in clips if clip is not None]


def cut_audio(wave: Wave, sample_rate: int) -> list[Wave]:
    """The clips before they are levelled: views into one high-passed recording (T,)."""
    if len(wave) == 0:
        return []
    voiced = split_at_silence(high_pass(wave, sample_rate), sample_rate)
    return [clip for piece in voiced for clip in _windows(piece, sample_rate)]


def split_at_silence(wave: Wave, sample_rate: int) -> list[Wave]:
    """The parts of a recording (T,) between its silences, in order."""
    grid = _Grid.at(sample_rate)
    if len(wave) <= grid.window:
        return [wave]
    rms = _rms(wave, grid)
    pieces = []
    start = 0
    for cut_from, cut_to in _cuts(rms, grid):
        if cut_from > start:
            pieces.append(wave[start * grid.hop : cut_from * grid.hop])
        start = cut_to
    if start < len(rms):
        pieces.append(wave[start * grid.hop :])
    return [piece for piece in pieces if len(piece)]


def _rms(wave: Wave, grid: _Grid) -> NDArray[np.float64]:
    """Root mean square of each window, centred on its hop, zeros beyond the ends."""
    margin = grid.window // 2
    hops = (len(wave) + 2 * margin - grid.window) // grid.hop + 1
    rms = np.empty(hops)
    for first in range(0, hops, _BLOCK_HOPS):
        last = min(first + _BLOCK_HOPS, hops)
        start = first * grid.hop - margin
        end = (last - 1) * grid.hop - margin + grid.window
        part = wave[max(0, start) : end].astype(np.float64)
        part = np.pad(part, (max(0, -start), max(0, end - len(wave))))
        windows = np.lib.stride_tricks.sliding_window_view(np.square(part), grid.window)
        rms[first:last] = np.sqrt(windows[:: grid.hop].mean(axis=1))
    return rms


def _cuts(rms: NDArray[np.float64], grid: _Grid) -> Iterator[tuple[int, int]]:
    """Hops to leave out, as (from, to); a cut at one point has both equal."""
    clip_start = 0
    for start, end in _silences(rms):
        if end == len(rms):
            if end - start >= grid.min_silence:
                yield _quietest(rms, start, min(end, start + grid.max_kept)), end
        elif _counts(start, end, clip_start, grid):
            cut_from, clip_start = _cut(rms, start, end, grid)
            # What comes before a leading silence's cut is the silence itself.
            yield (0 if start == 0 else cut_from), clip_start


def _silences(rms: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Runs of silent hops as (first, one past the last)."""
    silent = np.concatenate([[False], rms < 10 ** (SILENCE_DB / 20), [False]])
    edges = np.flatnonzero(silent[1:] != silent[:-1])
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _counts(start: int, end: int, clip_start: int, grid: _Grid) -> bool:
    if start == 0 and end > grid.max_kept:
        return True
    return end - start >= grid.min_silence and end - clip_start >= grid.min_clip


def _cut(rms: NDArray[np.float64], start: int, end: int, grid: _Grid) -> tuple[int, int]:
    """Where a silence is cut: the quietest hops of its first and of its last half second."""
    kept = grid.max_kept
    if end - start <= kept:
        point = _quietest(rms, start, end)
        return point, point
    left = _quietest(rms, start, start + kept)
    right = _quietest(rms, end - kept, end)
    if end - start <= 2 * kept:
        shared = _quietest(rms, end - kept, start + kept)
        return min(left, shared), max(right, shared) if start else right
    return left, right


def _quietest(rms: NDArray[np.float64], first: int, last: int) -> int:
    """The quietest hop from ``first`` to ``last``, both included."""
    return first + int(np.argmin(rms[first : last + 1]))


def _windows(piece: Wave, sample_rate: int) -> Iterator[Wave]:
    """Windows of 3 s every 2.7 s; the last one takes the rest."""
    overlap = CLIP_S - CLIP_STEP_S
    number = 0
    while True:
        start = int(sample_rate * CLIP_STEP_S * number)
        if len(piece) - start <= (CLIP_S + overlap) * sample_rate:
            yield piece[start:]
            return
        yield piece[start : start + int(CLIP_S * sample_rate)]
        number += 1


def levelled(clip: Wave) -> Wave | None:
    """Mostly at one peak, with a rest of its own loudness; ``None`` for broken or silent clips."""
    peak = float(np.abs(clip).max(initial=0.0))
    if peak == 0.0 or peak > MAX_PEAK:
        return None
    levelled: Wave = (clip * (PEAK * PEAK_SHARE / peak + 1 - PEAK_SHARE)).astype(np.float32)
    return levelled
