"""Silence where the singer is silent, and breaths as loud as they are wanted.

A converted voice fills pauses with noise, since its excitation never rests. What the source says
decides: gains every 10 ms from the source's levels and F0, applied to the result.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from ..runs import runs
from .levels import loudest_second_db

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

# Frames of 10 ms. Closures of stops last up to 120 ms: what is shorter than 150 ms is no gap.
SHORTEST_GAP = 15
AFTER_SOUND = 6
BEFORE_SOUND = 4
# A note that fades away below the threshold is still a note as long as it has pitch.
LONGEST_FADE = 50
DIGITAL_SILENCE_DB = -120.0
"""What is quieter is a gap also in a song that is hardly louder."""

SHORTEST_BREATH = 12
"""A longer unvoiced sound is a breath if it is quiet enough; consonants are shorter."""
CONSONANT = 6
"""Frames next to a note that are never taken for breath: its consonant or its end."""
BREATH_BELOW_DB = 15.0
"""Below the song's loudest second."""
MOST_HISS = 0.7
"""Share above 4.5 kHz from which a sound is an s and no breath."""


def gap_frames(levels_db: Floats, f0: Floats, threshold_db: float) -> Flags:
    """Where a song rests: frames quieter than ``threshold_db`` below its loudest second.

    ``levels_db`` and ``f0`` (frames,), 0 where unvoiced. Pauses below 150 ms count as sung, and
    so do 60 ms after and 40 ms before every sound, and up to 0.5 s of a note that fades.
    """
    loud = levels_db > max(loudest_second_db(levels_db) + threshold_db, DIGITAL_SILENCE_DB)
    if not loud.any():
        return np.ones(len(loud), np.bool_)
    gaps = np.zeros(len(loud), np.bool_)
    for first, last in runs(~_with_fades(loud, f0[: len(loud)] > 0)).tolist():
        if last - first >= SHORTEST_GAP:
            start = first + AFTER_SOUND if first > 0 else first
            gaps[start : last - BEFORE_SOUND if last < len(loud) else last] = True
    return gaps


def breath_frames(levels_db: Floats, hiss: Floats, f0: Floats, threshold_db: float) -> Flags:
    """Where a singer breathes: longer than 120 ms, without pitch, quiet, but no gap and no s.

    ``hiss`` (frames,) is the share of a frame's power above 4.5 kHz.
    """
    loudest = loudest_second_db(levels_db)
    audible = (levels_db > loudest + threshold_db) & (levels_db < loudest - BREATH_BELOW_DB)
    voiced = f0[: len(levels_db)] > 0
    near_note = _widened(voiced, CONSONANT)
    breaths = np.zeros(len(levels_db), np.bool_)
    for first, last in runs(audible & ~near_note & (hiss < MOST_HISS)).tolist():
        breaths[first:last] = last - first >= SHORTEST_BREATH
    return breaths


def gains_of(gaps: Flags, breaths: Flags, breath: float) -> Floats:
    """A gain for each frame: 0 in gaps, ``breath`` in breaths, else 1."""
    return np.where(gaps, 0.0, np.where(breaths, breath, 1.0)).astype(np.float32)


def apply_gains(blocks: Iterable[Floats], gains: Floats, hop: int) -> Iterator[Floats]:
    """Audio (T,) in blocks, frame i at sample ``i * hop`` multiplied by ``gains[i]``.

    Between frames the gain moves by half a cosine, within 10 ms. The last gain holds on.
    """
    if np.all(gains == 1):
        yield from blocks
        return
    start = 0
    for block in blocks:
        at = np.arange(start, start + len(block))
        frame = np.minimum(at // hop, len(gains) - 1)
        here, there = gains[frame], gains[np.minimum(frame + 1, len(gains) - 1)]
        share = (1 - np.cos(np.pi * (at % hop) / hop)) / 2
        yield (block * (here + share * (there - here))).astype(np.float32)
        start += len(block)


def _with_fades(loud: Flags, voiced: Flags) -> Flags:
    """``loud``, and what is still voiced directly after it."""
    kept = loud.copy()
    for _, last in runs(loud).tolist():
        fade = voiced[last : last + LONGEST_FADE]
        kept[last : last + (int(np.argmin(fade)) if not fade.all() else len(fade))] = True
    return kept


def _widened(flags: Flags, frames: int) -> Flags:
    """True also within ``frames`` of a true one."""
    near = np.convolve(flags, np.ones(2 * frames + 1), mode="same") > 0.5
    return np.asarray(near)
