"""Formants move by the ratio asked for, and pitch stays, on vowels made of known resonances."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gpu_worker.engine.rendering.formant import shift_formants, smoothed
from tests.gpu_worker.small_voice import RATE, Floats, bare, converter, rms_db, tone

Spectrum = tuple[NDArray[np.floating], NDArray[np.float64]]

FORMANTS = ((600, 90, 1.0), (1300, 110, 0.6), (2600, 150, 0.3), (3500, 200, 0.2))


def vowel(hz: float, rate: int = 40_000, seconds: float = 1.0) -> Floats:
    """A steady note through resonances: (centre, half width, gain)."""
    phase = 2 * np.pi * hz * np.arange(int(seconds * rate)) / rate
    wave = np.zeros(len(phase))
    for k in range(1, int(0.4 * rate / hz)):
        level = sum(gain / (1 + ((k * hz - c) / width) ** 2) for c, width, gain in FORMANTS)
        wave += level * np.sin(k * phase)
    return np.asarray(0.5 * wave / np.abs(wave).max(), dtype=np.float32)


def shifted(wave: Floats, hz: float, semitones: float, rate: int, block: int = 7777) -> Floats:
    f0 = np.full(len(wave) * 100 // rate + 1, hz, np.float32)
    blocks = [wave[first : first + block] for first in range(0, len(wave), block)]
    return np.concatenate(list(shift_formants(blocks, f0, rate, semitones)))


def envelope_db(wave: Floats, hz: float, rate: int) -> Spectrum:
    """Frequencies, and the mean spectrum smoothed over one F0."""
    frames = np.lib.stride_tricks.sliding_window_view(wave, 8192)[2000:-2000:1000] * np.hanning(
        8192
    )
    power = np.square(np.abs(np.fft.rfft(frames))).mean(axis=0)
    axis = np.fft.rfftfreq(8192, 1 / rate)
    return axis, 10 * np.log10(smoothed(power[None], np.array([hz / axis[1]]))[0] + 1e-12)


def stretch(before: Floats, after: Floats, hz: float, rate: int) -> float:
    """The ratio by which the envelope of ``before`` has to be stretched to be that of ``after``."""
    axis, old = envelope_db(before, hz, rate)
    _, new = envelope_db(after, hz, rate)
    near = (axis > 300) & (axis < 4500)
    ratios = np.exp(np.linspace(-0.5, 0.5, 501))
    misfits = [np.std(new[near] - np.interp(axis[near] / ratio, axis, old)) for ratio in ratios]
    return float(ratios[np.argmin(misfits)])


def pitch_hz(wave: Floats, rate: int, near: float) -> float:
    """Of a steady note: its strongest partial's frequency over that partial's number."""
    size = 1 << 19
    middle = wave[len(wave) // 4 : -len(wave) // 4]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), size))
    spectrum[: int(0.6 * near * size / rate)] = 0
    strongest = float(np.argmax(spectrum)) * rate / size
    return strongest / round(strongest / near)


@pytest.mark.parametrize("hz", [110.0, 220.0])
@pytest.mark.parametrize("semitones", [-6.0, -2.5, 3.0, 6.0])
@pytest.mark.parametrize("rate", [32_000, 48_000])
def test_the_envelope_moves_and_pitch_and_level_stay(
    hz: float, semitones: float, rate: int
) -> None:
    wave = vowel(hz, rate)
    moved = shifted(wave, hz, semitones, rate)
    assert len(moved) == len(wave)
    assert stretch(wave, moved, hz, rate) == pytest.approx(2 ** (semitones / 12), rel=0.03)
    before, after = pitch_hz(wave, rate, hz), pitch_hz(moved, rate, hz)
    assert abs(1200 * np.log2(after / before)) < 1
    assert rms_db(moved) == pytest.approx(rms_db(wave), abs=0.5)


def test_blocks_leave_no_trace() -> None:
    wave = vowel(220.0)
    whole = shifted(wave, 220.0, 4.0, 40_000, block=len(wave))
    assert np.allclose(whole, shifted(wave, 220.0, 4.0, 40_000, block=123), atol=1e-6)


def test_no_shift_changes_nothing_and_a_tiny_one_hardly_anything() -> None:
    wave = vowel(220.0)
    assert np.array_equal(shifted(wave, 220.0, 0.0, 40_000), wave)
    assert rms_db(shifted(wave, 220.0, 1e-6, 40_000) - wave) < -90


def test_noise_and_silence_pass() -> None:
    rng = np.random.default_rng(0)
    noise = (0.1 * rng.standard_normal(40_000)).astype(np.float32)
    moved = shifted(noise, 0.0, 5.0, 40_000)
    assert rms_db(moved) == pytest.approx(-20, abs=0.3)
    assert np.array_equal(shifted(np.zeros(5000, np.float32), 0.0, 5.0, 40_000), np.zeros(5000))


@pytest.mark.parametrize("semitones", [-4.0, 4.0])
def test_a_converted_voice_takes_it(semitones: float) -> None:
    plain, moved = (
        converter(hz=110.0).convert(tone(1, 110.0), 16_000, bare(formant_shift=shift))[0]
        for shift in (0.0, semitones)
    )
    assert stretch(plain, moved, 110.0, RATE) == pytest.approx(2 ** (semitones / 12), rel=0.05)
    assert abs(1200 * np.log2(pitch_hz(moved, RATE, 110) / pitch_hz(plain, RATE, 110))) < 1
