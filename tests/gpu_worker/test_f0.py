"""F0 estimators on synthesised singing whose pitch is known."""

from pathlib import Path

import numpy as np
import pytest
import torch

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import F0Method, PitchKnobs
from gpu_worker.engine.melody.f0 import (
    F0Estimator,
    Floats,
    NetworkEstimator,
    load_f0,
    load_pitch,
    resample_f0,
)
from gpu_worker.engine.melody.f0_median import median_of
from gpu_worker.engine.melody.fcpe import load_fcpe
from gpu_worker.engine.melody.rmvpe import Rmvpe
from gpu_worker.engine.melody.windows import side_by_side
from gpu_worker.engine.sound.audio import decode
from gpu_worker.engine.weights import WeightFiles
from gpu_worker.pretrained import Pretrained
from tests.gpu_worker.sounds import sung, vibrato

SONG = Path(__file__).parents[2] / "demo/material/arirang-vocal.flac"
BUNDLED = (F0Method.FCPE, F0Method.SWIFT_F0, F0Method.CREPE_TINY, F0Method.HYBRID)


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
    # CREPE's bins lie 20 cents apart; its tiny size can do no better than that on low notes.
    limit = 20 if estimator.name is F0Method.CREPE_TINY else 10
    assert np.median(cents(f0[middle], at_frames)) < limit
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


@pytest.mark.parametrize("name", [F0Method.FCPE, F0Method.SWIFT_F0])
def test_long_audio_in_windows_keeps_every_frame_in_place(name: F0Method) -> None:
    estimator = load_f0(name, Pretrained())
    note = np.repeat([220.0, 247.0, 262.0, 294.0], int(16.5 * 16000))
    f0 = estimator.estimate(sung(note))
    assert f0.shape == (len(note) // 160 + 1,)
    assert np.mean(cents(np.maximum(f0[:-1], 1), note[::160]) < 20) > 0.99


@pytest.mark.parametrize("seconds", [0.03, 3, 14, 14.007, 40.3, 127])
def test_windows_side_by_side_keep_every_frame_in_place(seconds: float) -> None:
    frames = int(seconds * 100) + 1
    wave = np.repeat(np.arange(frames, dtype=np.float32), 160)[: int(seconds * 16000)]
    rows: list[int] = []

    def numbers(waves: Floats) -> Floats:
        rows.append(len(waves))
        return np.pad(waves[:, ::160], ((0, 0), (0, 3)), mode="edge")

    found = side_by_side(wave, numbers)
    assert found.shape == (len(wave) // 160 + 1,)
    assert np.array_equal(found[:-1], np.arange(len(found) - 1))
    assert rows == {127: [8, 5], 40.3: [5], 14.007: [2]}.get(seconds, [1])


def test_a_network_hears_the_same_side_by_side() -> None:
    network = NetworkEstimator(F0Method.FCPE, load_fcpe(Pretrained().find("fcpe").path))
    wave = sung(vibrato(15, 220))
    whole, rows = network.estimate(wave), side_by_side(wave, network.estimate_batch)
    assert rows.shape == whole.shape
    assert np.array_equal(rows > 0, whole > 0)
    assert cents(rows[whole > 0], whole[whole > 0]).max() < 5


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


def test_hybrid_without_one_of_its_parts_names_it() -> None:
    knobs = PitchKnobs(f0_method=F0Method.HYBRID, f0_hybrid=(F0Method.SWIFT_F0, F0Method.RMVPE))
    with pytest.raises(JobError, match="rmvpe") as caught:
        load_pitch(knobs, Pretrained())
    assert caught.value.code is Code.WEIGHTS_MISSING


def test_every_single_method_and_the_hybrid_say_their_name() -> None:
    for name in set(F0Method) - {F0Method.RMVPE}:
        assert load_f0(name, Pretrained()).name is name


@pytest.mark.parametrize("name", [F0Method.FCPE, F0Method.SWIFT_F0, F0Method.CREPE_TINY])
def test_what_lies_outside_the_range_is_unvoiced(name: F0Method) -> None:
    wave = sung(np.concatenate([vibrato(0.5, 110), vibrato(0.5, 330), vibrato(0.5, 990)]))
    knobs = PitchKnobs(f0_method=name, f0_low_hz=200, f0_high_hz=600)
    f0 = load_pitch(knobs, Pretrained()).estimate(wave)
    assert (f0[5:45] == 0).all()
    assert (f0[55:95] > 0).all()
    assert (f0[105:145] == 0).all()


def test_a_wider_range_hears_what_the_usual_one_leaves_out() -> None:
    wave = sung(vibrato(1, 1400))
    wide = PitchKnobs(f0_method=F0Method.SWIFT_F0, f0_high_hz=2000)
    assert np.median(load_pitch(wide, Pretrained()).estimate(wave)) == pytest.approx(1400, rel=0.02)
    usual = PitchKnobs(f0_method=F0Method.SWIFT_F0)
    assert (load_pitch(usual, Pretrained()).estimate(wave) == 0).all()


def test_median_of_three_outvotes_one_and_needs_two_voiced() -> None:
    contours = np.array(
        [[220, 220, 220, 0, 0], [221, 440, 0, 0, 330], [222, 222, 222, 222, 0]], np.float32
    )
    expected = [221, 222, np.sqrt(220 * 222), 0, 0]
    assert median_of(contours) == pytest.approx(expected, rel=1e-5)


def test_two_that_disagree_by_an_octave_are_never_averaged() -> None:
    contours = np.array([[220, 440, 200, 200], [440, 220, 204, 0]], np.float32)
    expected = [220, 440, np.sqrt(200 * 204), 0]
    assert median_of(contours) == pytest.approx(expected, rel=1e-5)


def test_all_agree_on_real_material() -> None:
    wave, _ = decode(SONG, 16000)
    wave = wave[4 * 16000 : 9 * 16000]
    heard = [
        load_pitch(PitchKnobs(f0_method=name), Pretrained()).estimate(wave)
        for name in (*BUNDLED, F0Method.CREPE_FULL)
    ]
    for other in heard[1:]:
        both = (heard[0] > 0) & (other > 0)
        assert both.mean() > 0.6
        apart = cents(other[both], heard[0][both])
        assert np.median(apart) < 20
        assert (apart > 300).mean() < 0.03


def test_resampling_never_glides_from_unvoiced_nor_over_an_octave() -> None:
    coarse = np.array([0, 0, 200, 224, 448, 0], np.float32)
    fine = resample_f0(coarse, 2.0, 11)
    assert fine[4:9:2].tolist() == [200, 224, 448]
    assert fine[5] == pytest.approx(np.sqrt(200 * 224))
    assert set(fine.tolist()) == {0.0, 200.0, float(fine[5]), 224.0, 448.0}
    assert set(np.flatnonzero(fine)) <= {3, 4, 5, 6, 7, 8, 9}
