"""The automatic key: medians that octave errors don't move."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gpu_worker.contract.params import AutoKey
from gpu_worker.engine.melody.auto_key import key_shift, median_f0


def song(seed: int, low_midi: float, span: int = 12) -> NDArray[np.float64]:
    """A tune of 120 notes over ``span`` semitones, a third of it rests."""
    rng = np.random.default_rng(seed)
    notes = low_midi + rng.integers(0, span, 120) + rng.normal(0, 0.1, 120)
    f0 = np.repeat(440 * 2 ** ((notes - 69) / 12), 30)
    f0[np.repeat(rng.random(120) < 1 / 3, 30)] = 0
    return np.asarray(f0)


@pytest.mark.parametrize("ratio", [2.0, 0.5])
@pytest.mark.parametrize("seed", range(5))
def test_octave_errors_in_30_percent_of_the_frames_change_nothing(seed: int, ratio: float) -> None:
    clean = song(seed, 52)
    wrong = np.random.default_rng(seed + 100).random(len(clean)) < 0.3
    broken = np.where(wrong, clean * ratio, clean)
    assert median_f0(broken) == pytest.approx(median_f0(clean))
    for mode in AutoKey:
        assert key_shift(broken, 230.0, mode) == key_shift(clean, 230.0, mode)


def test_the_median_is_in_frequency_and_of_voiced_frames_only() -> None:
    f0 = np.concatenate([np.zeros(500), np.full(30, 200.0), np.full(40, 240.0), np.full(30, 300.0)])
    assert median_f0(f0) == pytest.approx(240)
    assert median_f0(f0[::-1]) == pytest.approx(240)
    tune = song(1, 52)
    assert median_f0(tune) == pytest.approx(np.median(tune[tune > 0]), rel=1e-4)


@pytest.mark.parametrize(
    ("song_hz", "voice_hz", "octaves", "semitones"),
    [
        (110.0, 220.0, 12, 12),
        (220.0, 110.0, -12, -12),
        (220.0, 233.08, 0, 1),
        (110.0, 261.63, 12, 15),
        (440.0, 98.0, -24, -26),
        (260.0, 92.0, -12, -18),  # 6 semitones too high or too low: it moves less
        (92.0, 260.0, 12, 18),
        (200.0, 296.0, 0, 7),  # 6.8
        (200.0, 304.0, 12, 7),  # 7.2
        (304.0, 200.0, -12, -7),
        (200.0, 201.0, 0, 0),
    ],
)
def test_moves_by_octaves_or_by_semitones(
    song_hz: float, voice_hz: float, octaves: float, semitones: float
) -> None:
    f0 = np.full(100, song_hz, np.float32)
    assert key_shift(f0, voice_hz, AutoKey.OCTAVES) == octaves
    assert key_shift(f0, voice_hz, AutoKey.SEMITONES) == semitones
    assert key_shift(f0, voice_hz, AutoKey.OFF) == 0


def test_nothing_heard_moves_nothing() -> None:
    assert median_f0(np.zeros(100)) is None
    assert median_f0(np.zeros(0)) is None
    assert key_shift(np.zeros(100), 200.0, AutoKey.SEMITONES) == 0
    assert key_shift(np.full(100, 200.0), None, AutoKey.SEMITONES) == 0
