"""DNSMOS as published, and what it hears."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.engine.learning.dnsmos import SAMPLE_RATE, WINDOW, DnsMos
from gpu_worker.engine.sound.audio import decode
from gpu_worker.pretrained import Pretrained

SPOKEN = Path(__file__).parent / "material" / "third-speaker.opus"

Floats = NDArray[np.float32]


@pytest.fixture(scope="module")
def dnsmos() -> DnsMos:
    return DnsMos(Pretrained().find("dnsmos").path)


@pytest.fixture(scope="module")
def speech() -> Floats:
    """Exactly one window, so that padding plays no part."""
    wave, _ = decode(SPOKEN, SAMPLE_RATE)
    return np.resize(wave, WINDOW)


def noise(level: float) -> Floats:
    return (level * np.random.default_rng(0).standard_normal(WINDOW)).astype(np.float32)


def test_clean_speech_is_good_and_noise_the_worst(dnsmos: DnsMos, speech: Floats) -> None:
    """The network's authors report about 1 for noise alone, and above 3 for clean speech."""
    assert dnsmos.overall(speech) > 3.0
    assert dnsmos.overall(noise(0.1)) < 1.3


def test_noise_lowers_the_rating_step_by_step(dnsmos: DnsMos, speech: Floats) -> None:
    ratings = [dnsmos.overall(speech + noise(level)) for level in (0.0, 0.003, 0.02, 0.1)]
    assert ratings == sorted(ratings, reverse=True)
    assert ratings[0] - ratings[-1] > 1.0


def test_short_audio_is_doubled_as_published(dnsmos: DnsMos, speech: Floats) -> None:
    part = speech[: WINDOW // 3]
    assert dnsmos.overall(part) == dnsmos.overall(np.tile(part, 4))


def test_long_audio_is_the_mean_of_its_windows(dnsmos: DnsMos, speech: Floats) -> None:
    long = np.concatenate([speech, speech[: 3 * SAMPLE_RATE]])
    starts = (0, SAMPLE_RATE, 2 * SAMPLE_RATE)
    windows = [dnsmos.overall(long[start : start + WINDOW]) for start in starts]
    assert dnsmos.overall(long) == pytest.approx(np.mean(windows), abs=1e-6)


def test_audio_above_full_scale_is_scaled_down(dnsmos: DnsMos, speech: Floats) -> None:
    unit = speech / np.abs(speech).max()
    assert dnsmos.overall(3 * unit) == pytest.approx(dnsmos.overall(unit), abs=1e-3)


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"no network")
    with pytest.raises(JobError) as raised:
        DnsMos(path)
    assert raised.value.code is Code.WEIGHTS_MISSING
