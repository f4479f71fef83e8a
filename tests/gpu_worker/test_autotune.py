"""Autotune on contours with known notes, and on sound."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gpu_worker.contract.params import F0Method, Scale, Tonic
from gpu_worker.engine.melody.autotune import SEMITONES, autotune, scale_notes
from gpu_worker.engine.melody.f0 import load_f0
from gpu_worker.pretrained import Pretrained
from tests.gpu_worker.sounds import sung

Floats = NDArray[np.float64]
NOTE = 40
REST = 10
C4_HZ = 440 * 2 ** (-9 / 12)
DETUNED = (0.3, -0.25, 0.4, -0.4, 0.2, -0.35, 0.1, 0.35)
"""Semitones that a singer misses the notes by."""


def midi(hz: Floats) -> Floats:
    return np.asarray(69 + 12 * np.log2(hz / 440))


def hz(midi_note: float) -> float:
    return float(440 * 2 ** ((midi_note - 69) / 12))


def detuned_scale(tonic: Tonic, scale: Scale, vibrato: float = 0.3) -> Floats:
    """The scale from about C4 upwards over an octave, off by ``DETUNED``, rests after every 2."""
    low = 60 + list(Tonic).index(tonic)
    at = np.arange(NOTE) / 100
    parts = []
    for number, step in enumerate((*SEMITONES[scale], 12)):
        wave = vibrato * np.sin(2 * np.pi * 5.5 * at)
        parts.append(hz(low + step + DETUNED[number % len(DETUNED)]) * 2 ** (wave / 12))
        if number % 2:
            parts.append(np.zeros(REST))
    return np.concatenate(parts)


def medians(f0: Floats, count: int) -> list[float]:
    """MIDI median of each note of ``detuned_scale``."""
    starts = [number * NOTE + number // 2 * REST for number in range(count)]
    return [float(np.median(midi(f0[s : s + NOTE]))) for s in starts]


@pytest.mark.parametrize("tonic", [Tonic.C, Tonic.F_SHARP, Tonic.A])
@pytest.mark.parametrize("scale", Scale)
def test_full_strength_lands_on_the_scale(scale: Scale, tonic: Tonic) -> None:
    sung_f0 = detuned_scale(tonic, scale)
    tuned = autotune(sung_f0, 1.0, tonic, scale)
    expected = [60 + list(Tonic).index(tonic) + step for step in (*SEMITONES[scale], 12)]
    assert medians(tuned, len(expected)) == pytest.approx(expected, abs=0.1)
    assert np.array_equal(tuned == 0, sung_f0 == 0)


def test_strength_0_changes_nothing_and_half_goes_half_way() -> None:
    sung_f0 = detuned_scale(Tonic.C, Scale.MAJOR)
    assert np.array_equal(autotune(sung_f0, 0.0, Tonic.C, Scale.MAJOR), sung_f0)
    whole = midi(autotune(sung_f0, 1.0, Tonic.C, Scale.MAJOR)[sung_f0 > 0])
    half = midi(autotune(sung_f0, 0.5, Tonic.C, Scale.MAJOR)[sung_f0 > 0])
    assert half == pytest.approx((whole + midi(sung_f0[sung_f0 > 0])) / 2, abs=1e-6)


def test_the_users_shift_stays() -> None:
    shifted = detuned_scale(Tonic.C, Scale.MAJOR) * 2 ** (7 / 12)
    tuned = autotune(shifted, 1.0, Tonic.G, Scale.MAJOR)
    expected = [67 + step for step in (0, 2, 4, 5, 7, 9, 11, 12)]
    assert medians(tuned, 8) == pytest.approx(expected, abs=0.1)


def test_vibrato_stays_as_wide_as_it_was_sung() -> None:
    at = np.arange(200) / 100
    wave = 0.6 * np.sin(2 * np.pi * 5.5 * at)
    tuned = midi(autotune(hz(69.4) * 2 ** (wave / 12), 1.0, Tonic.C, Scale.CHROMATIC))
    assert np.median(tuned) == pytest.approx(69, abs=0.05)
    inner = slice(30, 170)
    assert tuned[inner] - 69 == pytest.approx(wave[inner], abs=0.06)


def test_a_note_that_sinks_is_held() -> None:
    sinking = 440 * 2 ** (np.linspace(0.3, -0.4, 200) / 12)
    tuned = midi(autotune(sinking, 1.0, Tonic.A, Scale.MINOR))
    assert np.abs(tuned - 69).max() < 0.1


def test_nothing_steps_within_a_phrase() -> None:
    bent = np.concatenate([np.full(40, 60.4), np.linspace(60.4, 64.3, 10), np.full(40, 64.3)])
    tuned = midi(autotune(440 * 2 ** ((bent - 69) / 12), 1.0, Tonic.C, Scale.MAJOR))
    assert np.median(tuned[:40]) == pytest.approx(60, abs=0.1)
    assert np.median(tuned[50:]) == pytest.approx(64, abs=0.1)
    assert np.abs(np.diff(tuned)).max() < 0.75


def test_a_detuned_song_is_heard_on_its_scale() -> None:
    estimator = load_f0(F0Method.SWIFT_F0, Pretrained())
    heard = estimator.estimate(sung(np.repeat(detuned_scale(Tonic.D, Scale.MINOR), 160)))
    rendered = autotune(heard, 1.0, Tonic.D, Scale.MINOR)
    assert rendered.dtype == np.float32
    again = estimator.estimate(sung(np.repeat(rendered.astype(np.float64), 160)))
    for number, step in enumerate((*SEMITONES[Scale.MINOR], 12)):
        start = number * NOTE + number // 2 * REST
        voiced = again[start + 5 : start + NOTE - 5].astype(np.float64)
        assert np.median(midi(voiced[voiced > 0])) == pytest.approx(62 + step, abs=0.1)


def test_scales_are_the_theorys() -> None:
    assert scale_notes(Tonic.A, Scale.MINOR)[:8].tolist() == [0, 2, 4, 5, 7, 9, 11, 12]
    e_flat = scale_notes(Tonic.D_SHARP, Scale.MAJOR_PENTATONIC)
    assert [n for n in e_flat if 60 <= n < 72] == [60, 63, 65, 67, 70]
    assert len(scale_notes(Tonic.B, Scale.CHROMATIC)) == 128


def test_silence_and_single_frames_pass() -> None:
    for f0 in (np.zeros(50), np.zeros(0), np.array([0, 441.0, 0])):
        tuned = autotune(f0, 1.0, Tonic.C, Scale.CHROMATIC)
        assert tuned == pytest.approx(np.where(f0 > 0, 440.0, 0.0))
