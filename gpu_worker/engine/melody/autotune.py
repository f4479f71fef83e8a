"""Autotune: draws sung notes to the notes of a key, by a strength from 0 to 1.

The contour is read as a sequence of notes of the scale (a Viterbi path, in which changing the note
costs something, so that vibrato and scoops don't). Each note is then moved by one slow correction:
from its centre, smoothed over more than two periods of vibrato, to the note. Vibrato, scoops and
glides lie on top of the centre and stay as they were sung at any strength; drift within a note is
taken out with its error. A4 is 440 Hz, equal temperament.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from gpu_worker.contract.params import Scale, Tonic

from .phrases import phrases

SEMITONES: dict[Scale, tuple[int, ...]] = {
    Scale.CHROMATIC: tuple(range(12)),
    Scale.MAJOR: (0, 2, 4, 5, 7, 9, 11),
    Scale.MINOR: (0, 2, 3, 5, 7, 8, 10),
    Scale.HARMONIC_MINOR: (0, 2, 3, 5, 7, 8, 11),
    Scale.MAJOR_PENTATONIC: (0, 2, 4, 7, 9),
    Scale.MINOR_PENTATONIC: (0, 3, 5, 7, 10),
    Scale.BLUES: (0, 3, 5, 6, 7, 10),
}
"""Notes of each scale in semitones above its tonic."""

_A4_HZ = 440.0
_A4_MIDI = 69
# Semitones times frames: a step of a semitone is heard as a new note from 80 ms on.
_CHANGE_COST = 4.0
_VIBRATO_SIGMA = 4.0
# Frames of 10 ms. Vibrato has 4 Hz and more: a Gaussian of 120 ms leaves below 1 % of it.
_CENTRE_SIGMA = 12.0
# Further from its note a frame belongs to a scoop or a glide and says nothing of the centre.
_SCOOP = 1.0
_JOIN = np.hanning(7)[1:-1] / np.hanning(7).sum()

Floats = NDArray[np.float64]


def autotune(f0: NDArray[Any], strength: float, tonic: Tonic, scale: Scale) -> NDArray[Any]:
    """Hz (T,) at 100 frames a second, 0 where unvoiced -> the same, drawn to the scale; same type.

    Applied after every shift of pitch. ``strength`` 0 changes nothing, 1 puts the centre of each
    note on the scale.
    """
    if strength == 0:
        return f0
    tuned = f0.copy()
    for frames in phrases(f0):
        midi = _A4_MIDI + 12 * np.log2(f0[frames].astype(np.float64) / _A4_HZ)
        ratio = np.exp2(strength * _correction(midi, _notes(midi, tonic, scale)) / 12)
        tuned[frames] = (f0[frames] * ratio).astype(f0.dtype)
    return tuned


def scale_notes(tonic: Tonic, scale: Scale) -> NDArray[np.intp]:
    """The key's notes as MIDI numbers 0..127, rising."""
    every = np.arange(128)
    return every[np.isin((every - list(Tonic).index(tonic)) % 12, SEMITONES[scale])]


def _notes(midi: Floats, tonic: Tonic, scale: Scale) -> Floats:
    """The note of the scale that each frame of a phrase belongs to.

    Frames are judged by their neighbourhood, in which most of a vibrato evens out; at a phrase's
    end half a period of a wide one would otherwise pass for a note.
    """
    heard = ndimage.gaussian_filter1d(midi, _VIBRATO_SIGMA, mode="nearest")
    scale_ = scale_notes(tonic, scale)
    near = slice(*np.searchsorted(scale_, (midi.min() - 3, midi.max() + 3)))
    notes = scale_[near].astype(np.float64)
    stayed = np.zeros((len(midi), len(notes)), bool)
    best = np.zeros(len(midi), np.intp)
    costs = np.abs(heard[0] - notes)
    for frame in range(1, len(midi)):
        best[frame] = costs.argmin()
        changed = costs[best[frame]] + _CHANGE_COST
        stayed[frame] = costs <= changed
        costs = np.minimum(costs, changed) + np.abs(heard[frame] - notes)
    path = np.zeros(len(midi), np.intp)
    path[-1] = costs.argmin()
    for frame in range(len(midi) - 1, 0, -1):
        path[frame - 1] = path[frame] if stayed[frame, path[frame]] else best[frame]
    return notes[path]


def _correction(midi: Floats, notes: Floats) -> Floats:
    """Semitones that bring each note's centre to ``notes``, joined smoothly between notes."""
    cuts = np.flatnonzero(np.diff(notes)) + 1
    correction = np.concatenate(
        [
            _centring(sung, note)
            for sung, note in zip(np.split(midi, cuts), np.split(notes, cuts), strict=True)
        ]
    )
    return np.asarray(ndimage.convolve1d(correction, _JOIN, mode="nearest"))


def _centring(sung: Floats, note: Floats) -> Floats:
    """Of one note: less its smooth centre, then so that its median is exact."""
    away = sung - note
    middle = float(np.median(away))
    steady = np.clip(away, middle - _SCOOP, middle + _SCOOP)
    weight = ndimage.gaussian_filter1d(np.ones(len(steady)), _CENTRE_SIGMA, mode="constant")
    centre = ndimage.gaussian_filter1d(steady, _CENTRE_SIGMA, mode="constant") / weight
    return np.asarray(-centre - np.median(away - centre))
