"""The user's shift, the automatic key and autotune, one after the other."""

import numpy as np
import pytest

from gpu_worker.contract.params import AutoKey, ConvertParams, Scale, Tonic
from gpu_worker.engine.melody.auto_key import key_shift
from gpu_worker.engine.melody.melody import melody_for_voice


def heard() -> np.ndarray:
    """A4 a third of a semitone too high for 1 s, a rest, then C5 as much too low."""
    high, low = 440 * 2 ** (0.33 / 12), 440 * 2 ** (2.67 / 12)
    return np.concatenate([np.full(100, high), np.zeros(30), np.full(100, low)]).astype(np.float32)


def semitones_over_a4(f0: np.ndarray) -> tuple[float, float]:
    at = 12 * np.log2(f0[[50, 180]] / 440)
    return float(at[0]), float(at[1])


def test_without_any_knob_nothing_moves() -> None:
    assert np.array_equal(melody_for_voice(heard(), ConvertParams()), heard().astype(np.float64))


def test_a_fraction_of_a_semitone_counts() -> None:
    moved = melody_for_voice(heard(), ConvertParams(pitch_shift=-2.5))
    assert semitones_over_a4(moved) == pytest.approx((-2.17, 0.17), abs=1e-4)
    assert (moved[100:130] == 0).all()


def test_autotune_keeps_the_shift() -> None:
    params = ConvertParams(
        pitch_shift=7, autotune=1, autotune_key=Tonic.E, autotune_scale=Scale.MINOR
    )
    assert semitones_over_a4(melody_for_voice(heard(), params)) == pytest.approx((7, 10), abs=0.1)


def test_the_automatic_key_adds_to_the_users() -> None:
    params = ConvertParams(pitch_shift=-1, auto_key=AutoKey.OCTAVES)
    down = melody_for_voice(heard(), params, key_shift(heard(), 120.0, params.auto_key))
    assert semitones_over_a4(down) == pytest.approx((-24.67, -22.33), abs=1e-4)
    nobody_knows = melody_for_voice(heard(), params, key_shift(heard(), None, params.auto_key))
    assert semitones_over_a4(nobody_knows) == pytest.approx((-0.67, 1.67), abs=1e-4)
