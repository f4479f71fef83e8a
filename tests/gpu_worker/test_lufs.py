"""Loudness and true peak, against the recommendation's figures and against pyloudnorm."""

import numpy as np
import pyloudnorm
import pytest

from gpu_worker.engine.sound.lufs import KWeighting, LoudnessMeter, integrated_lufs, true_peak_db
from tests.gpu_worker.sounds import Floats, sung, vibrato

TABLE = [
    [1.53512485958697, -2.69169618940638, 1.19839281085285, 1, -1.69065929318241, 0.73248077421585],
    [1.0, -2.0, 1.0, 1, -1.99004745483398, 0.99007225036621],
]
"""BS.1770-4, tables 1 and 2, at 48 kHz."""


def sine(hz: float, decibels: float, seconds: float, rate: int = 48000) -> Floats:
    t = np.arange(round(seconds * rate)) / rate
    return (10 ** (decibels / 20) * np.sin(2 * np.pi * hz * t)).astype(np.float32)


def speechlike(rate: int, seconds: float = 6.0) -> Floats:
    """Syllables with pauses, and hiss between: (T, 2), the sides unlike."""
    t = np.arange(int(seconds * rate)) / rate
    voiced = np.clip(np.sin(2 * np.pi * 2.3 * t) + 0.2, 0, 1) * (np.sin(2 * np.pi * 0.3 * t) > -0.7)
    hiss = np.random.default_rng(5).normal(0, 0.02, len(t)) * (voiced == 0)
    voice = sung(vibrato(seconds, 180.0, rate), rate, gain=0.6) * voiced + hiss
    return np.stack([voice, 0.6 * voice], axis=1).astype(np.float32)


def test_the_filters_are_the_recommendations() -> None:
    assert np.allclose(KWeighting(48000, 1).sections, TABLE, atol=1e-8)


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_a_full_scale_tone_of_997_hz_has_minus_3_01_lufs(rate: int) -> None:
    assert integrated_lufs(sine(997, 0.0, 5, rate), rate) == pytest.approx(-3.01, abs=0.01)


def test_both_sides_add_up() -> None:
    """EBU Tech 3341, case 1: 1 kHz of -23 dBFS on both sides is -23 LUFS."""
    both = np.repeat(sine(1000, -23.0, 20)[:, None], 2, axis=1)
    assert integrated_lufs(both, 48000) == pytest.approx(-23.0, abs=0.1)


def test_quiet_parts_are_gated() -> None:
    """EBU Tech 3341, case 3: -36, -23, -36 dBFS for 10, 60, 10 s is -23 LUFS."""
    mono = np.concatenate([sine(1000, level, s) for level, s in ((-36, 10), (-23, 60), (-36, 10))])
    assert integrated_lufs(np.repeat(mono[:, None], 2, axis=1), 48000) == pytest.approx(
        -23, abs=0.1
    )


@pytest.mark.parametrize("rate", [16000, 32000, 44100, 48000])
def test_pyloudnorm_says_the_same(rate: int) -> None:
    wave = speechlike(rate)
    reference = pyloudnorm.Meter(rate, filter_class="DeMan").integrated_loudness(wave)
    # Its high-pass passes a little more at low rates: 0.09 dB at 16 kHz.
    assert integrated_lufs(wave, rate) == pytest.approx(reference, abs=0.1)
    if rate == 48000:
        assert integrated_lufs(wave, rate) == pytest.approx(reference, abs=0.001)


def test_blocks_of_any_size_give_the_same() -> None:
    wave = speechlike(16000)
    meter = LoudnessMeter(16000, 2)
    for part in np.array_split(wave, [1, 700, 701, 5000, 60000]):
        meter.add(part)
    assert meter.lufs() == pytest.approx(integrated_lufs(wave, 16000), abs=1e-9)


def test_silence_and_moments_have_no_loudness() -> None:
    assert integrated_lufs(np.zeros(48000, np.float32), 48000) is None
    assert integrated_lufs(sine(1000, -6.0, 0.3), 48000) is None
    assert true_peak_db(np.zeros(48000, np.float32), 48000) is None


def test_peaks_between_the_samples_are_found() -> None:
    """A quarter of the rate, 45 degrees off: no sample lies above -3 dB of the crest."""
    t = np.arange(48000)
    wave = (0.5 * np.sin(np.pi / 2 * t + np.pi / 4) * np.hanning(48000)).astype(np.float32)
    assert 20 * np.log10(np.abs(wave).max()) == pytest.approx(-9.03, abs=0.01)
    assert true_peak_db(wave, 48000) == pytest.approx(-6.02, abs=0.05)
