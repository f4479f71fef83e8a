"""Octave jumps: short stretches where an estimator heard a harmonic, or half of the pitch.

A phrase is cut into pieces wherever F0 steps by more than a voice glides in 10 ms. Each piece may
be moved by a ratio of small whole numbers (octaves, twelfths and the next harmonics); the cheapest
moves over the whole phrase are found by dynamic programming, where steps between pieces cost their
size and moves cost by how long the piece is. A note that is held is therefore kept wherever it was
sung. Where the sound is at hand it has its say: what its harmonics contradict is moved sooner.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .octave_evidence import power_between
from .phrases import phrases

MAX_JUMP_FRAMES = 12
"""From 120 ms on a stretch between two leaps of an octave is a note and stays, unless the sound's
own harmonics say otherwise."""

_OCTAVE = 12.0
_FACTORS = (2, 3, 4, 5, 6)
_RATIOS = np.array([1.0, *(1 / k for k in _FACTORS), *_FACTORS])
_MOVES = 12 * np.log2(_RATIOS)
_GLIDE = 3.0
"""Semitones in 10 ms. A fast glide over an octave takes 50 ms and more."""
_LARGEST_STEP = 30.0
"""Semitones that a step costs at most."""
# A move costs 2 and so much a frame that the two leaps of an octave round MAX_JUMP_FRAMES cost as
# much; at a phrase's end, with one leap, half as many frames.
_MOVE_COST = 2.0
_FRAME_COST = (2 * _OCTAVE - _MOVE_COST) / MAX_JUMP_FRAMES
# Beyond this nothing is worth a move, so that nobody needs to listen.
_NEVER_FRAMES = 120
# Power between the harmonics over that at them: 0.16 and more (95 of 100 frames of singing) where
# the lower pitch is sung, 0.03 and less (99 of 100) where it is not.
_LOW_IS_SUNG = 0.1
_LOW_IS_ABSENT = 0.03
_BORNE_OUT = 0.25
_CONTRADICTED = 2.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch without jumps: its frames, their semitones, cost a frame of each of the moves."""

    frames: NDArray[np.intp]
    semitones: Floats
    frame_costs: Floats

    @property
    def costs(self) -> Floats:
        """Of each move of this piece."""
        return np.where(_MOVES == 0, 0.0, _MOVE_COST + self.frame_costs * len(self.frames))


def repair_octaves(f0: NDArray[Any], wave16k: NDArray[np.float32] | None = None) -> NDArray[Any]:
    """Hz (T,), 0 where unvoiced -> the same with short octave jumps moved back; same type.

    ``wave16k`` (T' samples, frame i at sample 160 i) is the sound that ``f0`` was heard in. Moves
    are by exact ratios of 2 to 6. Voicing, vibrato, glides and held leaps stay as they are.
    """
    repaired = f0.copy()
    for frames in phrases(f0):
        semitones = 12 * np.log2(f0[frames].astype(np.float64))
        cuts = np.flatnonzero(np.abs(np.diff(semitones)) > _GLIDE) + 1
        if len(cuts) == 0:
            continue
        pieces = [
            _Piece(at, heard, _frame_costs(at, heard, wave16k))
            for at, heard in zip(np.split(frames, cuts), np.split(semitones, cuts), strict=True)
        ]
        for piece, ratio in zip(pieces, _cheapest_ratios(pieces), strict=True):
            repaired[piece.frames] = (f0[piece.frames] * ratio).astype(f0.dtype)
    return repaired


def _cheapest_ratios(pieces: list[_Piece]) -> Floats:
    """What to multiply each piece of a phrase with."""
    costs = pieces[0].costs
    came_from = np.zeros((len(pieces), len(_MOVES)), np.intp)
    for number in range(1, len(pieces)):
        left, right = pieces[number - 1].semitones[-1], pieces[number].semitones[0]
        steps = np.abs((right + _MOVES)[:, None] - (left + _MOVES)[None, :])
        ways = costs[None, :] + np.minimum(steps, _LARGEST_STEP)
        came_from[number] = ways.argmin(axis=1)
        costs = ways.min(axis=1) + pieces[number].costs
    chosen = np.zeros(len(pieces), np.intp)
    chosen[-1] = costs.argmin()
    for number in range(len(pieces) - 1, 0, -1):
        chosen[number - 1] = came_from[number, chosen[number]]
    return _RATIOS[chosen]


def _frame_costs(
    frames: NDArray[np.intp], semitones: Floats, wave: NDArray[np.float32] | None
) -> Floats:
    """What each move of a piece costs a frame, by what the sound says of it.

    A move up is never held against the estimator: a growl has harmonics of half its pitch.
    """
    costs = np.full(len(_MOVES), _FRAME_COST)
    if wave is None or len(frames) > _NEVER_FRAMES:
        return costs
    hz = np.exp2(semitones / 12)
    for number, factor in enumerate(_FACTORS, start=1):
        down = power_between(wave, frames, hz / factor, factor)
        if down > _LOW_IS_SUNG:
            costs[number] *= _BORNE_OUT
        elif down < _LOW_IS_ABSENT:
            costs[number] *= _CONTRADICTED
        if power_between(wave, frames, hz, factor) < _LOW_IS_ABSENT:
            costs[number + len(_FACTORS)] *= _BORNE_OUT
    return costs
