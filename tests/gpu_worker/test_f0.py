"""F0 estimators on synthesised singing whose pitch is known."""

from pathlib import Path

import numpy as np
import pytest
import torch

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import F0Method
from gpu_worker.engine.f0 import F0Estimator, load_f0, resample_f0
from gpu_worker.engine.rmvpe import Rmvpe
from gpu_worker.engine.weights import WeightFiles
from gpu_worker.pretrained import Pretrained
from tests.gpu_worker.sounds import sung, vibrato

BUNDLED = (F0Method.FCPE, F0Method.SWIFT_F0)


@pytest.fixture(scope="module", params=BUNDLED)
def estimator(request: pytest.FixtureRequest) -> F0Estimator:
    return load_f0(request.param, Pretrained())


def cents(estimate: np.ndarray, truth: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs(1200 * np.log2(estimate / truth)))


@pytest.mark.parametrize("hz", [82.4, 146.8, 220.0, 440.0, 880.0])
def test_follows_a_sung_note_with_vibrato(estimator: F0Estimator, hz: float) -> None:
    truth = vibrato(1.5, hz)
    f0 = estimator.estimate(sung(truth))
    assert f0.shape == (len(truth) // 160 + 1,)
    middle = slice(20, 130)
    at_frames = truth[::160][middle]
    assert (f0[middle] > 0).all()
    assert np.median(cents(f0[middle], at_frames)) < 10
    assert cents(f0[middle], at_frames).max() < 50


def test_follows_a_glide_over_two_octaves(estimator: F0Estimator) -> None:
    truth = 110.0 * 2.0 ** np.linspace(0, 2, 48000)
    f0 = estimator.estimate(sung(truth))
    middle = slice(20, 280)
    assert np.median(cents(f0[middle], truth[::160][middle])) < 15


def test_rests_are_unvoiced(estimator: F0Estimator) -> None:
    truth = np.concatenate([vibrato(1, 220), np.zeros(16000), vibrato(1, 330)])
    f0 = estimator.estimate(sung(truth))
    assert (f0[110:190] == 0).all()
    assert (f0[20:90] > 0).all()
    assert (f0[220:280] > 0).all()


def test_noise_is_mostly_unvoiced(estimator: F0Estimator) -> None:
    noise = np.random.default_rng(3).normal(0, 0.1, 32000).astype(np.float32)
    assert (estimator.estimate(noise) == 0).mean() > 0.9


@pytest.mark.parametrize("samples", [400, 1000, 1600])
def test_short_audio_has_its_frames(estimator: F0Estimator, samples: int) -> None:
    assert estimator.estimate(np.zeros(samples, np.float32)).shape == (samples // 160 + 1,)


def test_long_audio_in_windows_keeps_every_frame_in_place(estimator: F0Estimator) -> None:
    note = np.repeat([220.0, 247.0, 262.0, 294.0], int(16.5 * 16000))
    f0 = estimator.estimate(sung(note))
    assert f0.shape == (len(note) // 160 + 1,)
    assert np.mean(cents(np.maximum(f0[:-1], 1), note[::160]) < 20) > 0.99


def test_equal_input_gives_equal_output(estimator: F0Estimator) -> None:
    wave = sung(vibrato(1, 200))
    assert np.array_equal(estimator.estimate(wave), estimator.estimate(wave))


def test_rmvpe_by_name(tmp_path: Path) -> None:
    path = tmp_path / "rmvpe.pt"
    torch.save(Rmvpe().state_dict(), path)

    class Here:
        def find(self, name: str) -> WeightFiles:
            return WeightFiles((path,), "a" * 64)

    estimator = load_f0(F0Method.RMVPE, Here())
    assert estimator.name is F0Method.RMVPE
    assert estimator.estimate(np.zeros(16000, np.float32)).shape == (101,)


def test_rmvpe_without_the_operators_weights_is_refused() -> None:
    with pytest.raises(JobError) as caught:
        load_f0(F0Method.RMVPE, Pretrained())
    assert caught.value.code is Code.WEIGHTS_MISSING


def test_resampling_never_glides_from_unvoiced_nor_over_an_octave() -> None:
    coarse = np.array([0, 0, 200, 224, 448, 0], np.float32)
    fine = resample_f0(coarse, 2.0, 11)
    assert fine[4:9:2].tolist() == [200, 224, 448]
    assert fine[5] == pytest.approx(np.sqrt(200 * 224))
    assert set(fine.tolist()) == {0.0, 200.0, float(fine[5]), 224.0, 448.0}
    assert set(np.flatnonzero(fine)) <= {3, 4, 5, 6, 7, 8, 9}
