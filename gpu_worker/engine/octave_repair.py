"""Octave jumps: short stretches where an estimator heard a harmonic, or half of the pitch.

A phrase is cut into pieces wherever F0 steps by more than a voice glides in 10 ms. Each piece may
be moved by one or two octaves or by a twelfth; the cheapest set of moves over the whole phrase is
found by dynamic programming, where steps between pieces cost their size and moves cost by how long
the piece is. A note that is held is therefore kept wherever it was sung.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .phrases import phrases

MAX_JUMP_FRAMES = 12
"""From 120 ms on a stretch between two leaps of an octave is a note and stays."""

_OCTAVE = 12.0
_TWELFTH = 12.0 * np.log2(3.0)
_MOVES = np.array([0.0, -_OCTAVE, _OCTAVE, -_TWELFTH, _TWELFTH, -2 * _OCTAVE, 2 * _OCTAVE])
_GLIDE = 3.0
"""Semitones in 10 ms. A fast glide over an octave takes 50 ms and more."""
# A step costs its semitones up to an octave, a move 2 and so much a frame that the two leaps of an
# octave round MAX_JUMP_FRAMES cost as much; at a phrase's end, with one leap, half as many frames.
_MOVE_COST = 2.0
_FRAME_COST = (2 * _OCTAVE - _MOVE_COST) / MAX_JUMP_FRAMES

Floats = NDArray[np.float64]


def repair_octaves(f0: NDArray[Any]) -> NDArray[Any]:
    """Hz (T,), 0 where unvoiced -> the same with short octave jumps moved back; same type.

    Moves are by exact ratios of 2, 3 and 4. Voicing, vibrato, glides, and leaps to notes of 120 ms
    and more stay as they are.
    """
    repaired = f0.copy()
    for frames in phrases(f0):
        semitones = 12 * np.log2(f0[frames].astype(np.float64))
        cuts = np.flatnonzero(np.abs(np.diff(semitones)) > _GLIDE) + 1
        if len(cuts) == 0:
            continue
        starts = np.concatenate([[0], cuts])
        ends = np.concatenate([cuts, [len(frames)]])
        moves = _cheapest_moves(semitones[starts], semitones[ends - 1], ends - starts)
        ratio = np.exp2(np.repeat(moves, ends - starts) / 12)
        repaired[frames] = (f0[frames] * ratio).astype(f0.dtype)
    return repaired


def _cheapest_moves(first: Floats, last: Floats, frames: NDArray[np.intp]) -> Floats:
    """Semitones to move each piece by; pieces by first and last pitch, and length."""
    moving = np.where(_MOVES == 0, 0.0, 1.0)
    costs = moving * (_MOVE_COST + _FRAME_COST * frames[0])
    came_from = np.zeros((len(frames), len(_MOVES)), np.intp)
    for piece in range(1, len(frames)):
        step = (first[piece] + _MOVES)[:, None] - (last[piece - 1] + _MOVES)[None, :]
        ways = costs[None, :] + np.minimum(np.abs(step), _OCTAVE)
        came_from[piece] = ways.argmin(axis=1)
        costs = ways.min(axis=1) + moving * (_MOVE_COST + _FRAME_COST * frames[piece])
    chosen = np.zeros(len(frames), np.intp)
    chosen[-1] = costs.argmin()
    for piece in range(len(frames) - 1, 0, -1):
        chosen[piece - 1] = came_from[piece, chosen[piece]]
    return _MOVES[chosen]
