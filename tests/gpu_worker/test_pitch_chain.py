"""An octave that an estimator misheard: mended where asked, before the range is applied."""

from dataclasses import dataclass

import numpy as np
import pytest

from gpu_worker.contract.params import F0Method, PitchKnobs
from gpu_worker.engine.melody.f0 import PitchChain
from tests.gpu_worker.sounds import Floats, sung, vibrato

HZ = 240.0
SUNG_HZ = vibrato(1.5, HZ)
WAVE = sung(SUNG_HZ)
TRUTH = np.append(SUNG_HZ[::160], HZ).astype(np.float32)
JUMP = slice(60, 68)
"""80 ms: shorter than any note."""


@dataclass(frozen=True)
class Mishears:
    """Hears what is sung, but ``JUMP`` by ``ratio``."""

    ratio: float
    name: F0Method = F0Method.FCPE

    def estimate(self, wave16k: Floats) -> Floats:
        heard = TRUTH.copy()
        heard[JUMP] *= self.ratio
        return heard[: len(wave16k) // 160 + 1]


def heard(ratio: float, **knobs: float | bool) -> Floats:
    """What the chain makes of it: the same of one wave and of several."""
    chain = PitchChain(Mishears(ratio), PitchKnobs.model_validate(knobs))
    f0 = chain.estimate(WAVE)
    assert np.array_equal(chain.estimate_batch(np.stack([WAVE, WAVE])), np.stack([f0, f0]))
    return f0


@pytest.mark.parametrize("ratio", [2.0, 0.5, 3.0])
def test_a_jump_is_mended_where_asked_and_left_otherwise(ratio: float) -> None:
    mended, left = (heard(ratio, octave_repair=on) for on in (True, False))
    assert mended == pytest.approx(TRUTH, rel=1e-6)
    assert left[JUMP] == pytest.approx(ratio * TRUTH[JUMP], rel=1e-6)
    assert np.array_equal(np.delete(left, JUMP), np.delete(TRUTH, JUMP))


@pytest.mark.parametrize(("ratio", "low", "high"), [(2.0, 100.0, 400.0), (0.5, 180.0, 1100.0)])
def test_a_jump_out_of_the_range_is_mended_not_lost(ratio: float, low: float, high: float) -> None:
    mended, left = (
        heard(ratio, octave_repair=on, f0_low_hz=low, f0_high_hz=high) for on in (True, False)
    )
    assert mended == pytest.approx(TRUTH, rel=1e-6)
    assert not left[JUMP].any()
    assert np.array_equal(np.delete(left, JUMP), np.delete(TRUTH, JUMP))
