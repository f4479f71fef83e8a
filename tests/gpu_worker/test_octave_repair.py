"""Octave jumps planted in contours and in sound; leaps that were really sung."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gpu_worker.engine.melody.octave_repair import repair_octaves
from tests.gpu_worker.sounds import sung

Floats = NDArray[np.float64]


def note(frames: int, hz: float, cents: float = 50) -> Floats:
    """A note with vibrato, a value every 10 ms."""
    at = np.arange(frames) / 100
    return np.asarray(hz * 2 ** (cents / 1200 * np.sin(2 * np.pi * 5.5 * at)))


def melody() -> Floats:
    """Four notes in two phrases, with a glide."""
    rise = 220 * 2 ** (np.linspace(0, 7, 12) / 12)
    first = np.concatenate([note(60, 220), rise, note(50, 329.6)])
    return np.concatenate([first, np.zeros(20), note(45, 261.6), note(40, 196)])


def sound_of(f0: Floats) -> NDArray[np.float32]:
    return sung(np.repeat(f0, 160))


def cents(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.abs(1200 * np.log2(a / b)))


@pytest.mark.parametrize("ratio", [2.0, 0.5, 3.0, 1 / 3, 4.0])
@pytest.mark.parametrize(("start", "length"), [(20, 1), (30, 4), (25, 10), (0, 4), (118, 4)])
def test_planted_jumps_are_mended(ratio: float, start: int, length: int) -> None:
    truth = melody()
    jumped = truth.copy()
    jumped[start : start + length] *= ratio
    voiced = truth > 0
    mended = repair_octaves(jumped)
    assert np.array_equal(mended > 0, voiced)
    assert cents(mended[voiced], truth[voiced]).max() < 5


def test_many_jumps_in_one_phrase_are_mended_together() -> None:
    truth = note(200, 180)
    jumped = truth.copy()
    for start, ratio in ((0, 2), (20, 0.5), (30, 2), (36, 3), (60, 2), (90, 4), (110, 0.5)):
        jumped[start : start + 6 if start else 3] *= ratio
    assert cents(repair_octaves(jumped), truth).max() < 5


@pytest.mark.parametrize("frames", [13, 20, 60])
@pytest.mark.parametrize("ratio", [2.0, 0.5])
def test_an_octave_that_was_sung_stays(frames: int, ratio: float) -> None:
    leap = np.concatenate([note(50, 220), note(frames, 220 * ratio), note(50, 220)])
    assert np.array_equal(repair_octaves(leap), leap)
    assert np.array_equal(repair_octaves(leap, sound_of(leap)), leap)


def test_melody_vibrato_and_glides_stay() -> None:
    slide = 110 * 2 ** np.linspace(0, 2, 20)
    wide = note(100, 300, cents=200)
    scale = np.concatenate([note(8, 220 * 2 ** (k / 12)) for k in (0, 4, 7, 12, 16, 12, 7, 0)])
    for sung_as_is in (melody(), slide, wide, scale, np.zeros(30), np.zeros(0)):
        assert np.array_equal(repair_octaves(sung_as_is), sung_as_is)


def test_the_sound_tells_a_short_leap_from_a_jump() -> None:
    held = note(120, 220)
    leap = held.copy()
    leap[50:58] *= 2
    assert np.array_equal(repair_octaves(leap, sound_of(leap)), leap)
    assert cents(repair_octaves(leap, sound_of(held)), held).max() < 5


@pytest.mark.parametrize("ratio", [2.0, 0.5])
def test_the_sound_mends_jumps_longer_than_a_note(ratio: float) -> None:
    truth = note(200, 240)
    jumped = truth.copy()
    jumped[60:90] *= ratio
    assert cents(repair_octaves(jumped, sound_of(truth)), truth).max() < 5


def test_keeps_the_type_and_leaves_its_input_alone() -> None:
    f0 = note(60, 220).astype(np.float32)
    f0[20:24] *= 2
    before = f0.copy()
    assert repair_octaves(f0).dtype == np.float32
    assert np.array_equal(f0, before)
