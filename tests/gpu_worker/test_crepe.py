"""CREPE's spectral convolutions against plain ones, and what it is told to hear."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import F0Method
from gpu_worker.engine.melody import crepe
from gpu_worker.engine.melody.crepe import load_crepe
from gpu_worker.engine.melody.f0 import load_f0
from gpu_worker.pretrained import Pretrained
from tests.gpu_worker.sounds import sung, vibrato

SIZES = {"crepe-tiny": crepe.TINY, "crepe-full": crepe.FULL}


def plain(state: dict[str, Tensor], windows: Tensor) -> Tensor:
    """The published network, layer by layer as the paper draws it."""
    x = windows - windows.mean(dim=1, keepdim=True)
    x = (x / x.std(dim=1, keepdim=True))[:, None]
    for n in range(1, 7):
        weight, bias = state[f"conv{n}.weight"][..., 0], state[f"conv{n}.bias"]
        x = F.pad(x, (254, 254) if n == 1 else (31, 32))
        x = F.conv1d(x, weight, bias, stride=4 if n == 1 else 1).relu()
        parts = ("running_mean", "running_var", "weight", "bias")
        mean, variance, scale, shift = (state[f"conv{n}_BN.{part}"] for part in parts)
        x = F.max_pool1d(F.batch_norm(x, mean, variance, scale, shift, eps=0.001), 2)
    x = x.transpose(1, 2).flatten(1)
    return torch.sigmoid(F.linear(x, state["classifier.weight"], state["classifier.bias"]))


@pytest.mark.parametrize("name", SIZES)
def test_spectral_convolutions_give_the_published_numbers(name: str) -> None:
    path = Pretrained().find(name).path
    generator = torch.Generator().manual_seed(5)
    noise = torch.randn(3, 1024, generator=generator)
    note = torch.from_numpy(sung(vibrato(0.5, 196))).unfold(0, 1024, 1600)
    windows = torch.cat([noise, note])
    with torch.inference_mode():
        expected = plain(torch.load(path, weights_only=True), windows)
        ours = load_crepe(path, SIZES[name]).salience(windows)
    assert (ours - expected).norm() / expected.norm() < 1e-5


@pytest.mark.parametrize("hz", [82.4, 220.0, 880.0])
def test_full_follows_a_sung_note(hz: float) -> None:
    truth = vibrato(0.8, hz)
    f0 = load_f0(F0Method.CREPE_FULL, Pretrained()).estimate(sung(truth))
    middle = slice(15, 65)
    assert (f0[middle] > 0).all()
    assert np.median(np.abs(1200 * np.log2(f0[middle] / truth[::160][middle]))) < 10


def test_a_whisper_of_a_note_is_heard_and_silence_is_not() -> None:
    estimator = load_f0(F0Method.CREPE_TINY, Pretrained())
    note = sung(vibrato(0.6, 220))
    assert (estimator.estimate(note * 0.01)[10:50] > 0).all()
    assert (estimator.estimate(note * 1e-4) == 0).all()


def test_frames_do_not_depend_on_where_batches_end() -> None:
    estimator = load_f0(F0Method.CREPE_TINY, Pretrained())
    wave = sung(vibrato(1.5, 220))
    shifted = estimator.estimate(wave[37 * 160 :])
    whole = estimator.estimate(wave)[37:]
    assert shifted[6:] == pytest.approx(whole[6:], rel=1e-4)


def test_other_weights_are_refused(tmp_path: Path) -> None:
    tiny = Pretrained().find("crepe-tiny").path
    torn = tmp_path / "torn.pth"
    torn.write_bytes(tiny.read_bytes()[:1000])
    for path, widths in ((tiny, crepe.FULL), (torn, crepe.TINY), (tmp_path / "no", crepe.TINY)):
        with pytest.raises(JobError) as caught:
            load_crepe(path, widths)
        assert caught.value.code is Code.WEIGHTS_MISSING
