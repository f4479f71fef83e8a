"""Whisper's encoder as content features.

Against CTranslate2 4.8.5 in float32 on the same log-mels, the states' relative error was 3.8e-6
unpadded (6 s) and 2.3e-6 padded to 30 s.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from torch import Tensor

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import ContentEncoderName
from gpu_worker.engine.speech.content import ContentEncoder, load_content_encoder
from gpu_worker.engine.speech.hubert import HubertModel
from gpu_worker.engine.speech.whisper import load_whisper_encoder
from gpu_worker.engine.weights import WeightFiles
from gpu_worker.pretrained import Pretrained
from tests.gpu_worker.sounds import sung, vibrato

WHISPER = ContentEncoderName.WHISPER_BASE


@pytest.fixture(scope="module")
def encoder() -> ContentEncoder:
    return load_content_encoder(WHISPER, Pretrained())


@pytest.fixture(scope="module")
def wave() -> Tensor:
    return torch.from_numpy(sung(vibrato(3, 220)))


@pytest.mark.parametrize("samples", [400, 3200, 16000, 48123])
def test_fifty_frames_a_second(encoder: ContentEncoder, samples: int) -> None:
    features = encoder.encode(torch.zeros(samples))
    assert features.shape == ((samples // 160 + 1) // 2, encoder.dim)
    assert features.dtype is torch.float32
    assert features.isfinite().all()


def test_deterministic(encoder: ContentEncoder, wave: Tensor) -> None:
    assert torch.equal(encoder.encode(wave), encoder.encode(wave))


def test_a_change_moves_the_frames_around_it_most(encoder: ContentEncoder, wave: Tensor) -> None:
    changed = wave.clone()
    changed[24000:25600] = 0.3 * torch.randn(1600, generator=torch.Generator().manual_seed(0))
    moved = (encoder.encode(changed) - encoder.encode(wave)).norm(dim=1)
    assert moved[74:81].mean() > 2 * moved[:50].mean()
    assert moved[74:81].mean() > 2 * moved[110:].mean()


def test_features_usable_in_training(encoder: ContentEncoder, wave: Tensor) -> None:
    linear = torch.nn.Linear(encoder.dim, 1)
    linear(encoder.encode(wave)).sum().backward()
    assert linear.weight.grad is not None


def test_long_audio_in_windows_agrees_with_whole(encoder: ContentEncoder) -> None:
    notes = torch.from_numpy(sung(vibrato(50, 180)))
    long = encoder.encode(notes)
    assert long.shape[0] == 2500
    # The second window's core starts at 24 s and sees 2 s before it.
    alone = encoder.encode(notes[22 * 16000 : 50 * 16000])
    assert torch.allclose(long[1200:2400], alone[100:1300], atol=1e-4)


def test_too_short_is_a_programming_error(encoder: ContentEncoder) -> None:
    with pytest.raises(ValueError, match="400"):
        encoder.encode(torch.zeros(399))


def test_checksum_is_the_joined_models() -> None:
    encoder = load_content_encoder(WHISPER, Pretrained())
    assert encoder.sha256.startswith("d01c3014")


def test_another_file_is_refused(tmp_path: Path) -> None:
    part = tmp_path / "model.bin"
    part.write_bytes(b"\6\0\0\0\3\0no\0" + b"\0" * 50)
    with pytest.raises(JobError) as caught:
        load_whisper_encoder([part])
    assert caught.value.code is Code.WEIGHTS_MISSING


@dataclass
class Here:
    """A source of weights that has one file."""

    path: Path

    def find(self, name: str) -> WeightFiles:
        return WeightFiles((self.path,), "a" * 64)


def test_contentvec_by_name(tmp_path: Path, wave: Tensor) -> None:
    path = tmp_path / "contentvec.pt"
    torch.save(HubertModel().state_dict(), path)
    encoder = load_content_encoder(ContentEncoderName.CONTENTVEC, Here(path))
    features = encoder.encode(wave)
    assert features.shape == ((len(wave) - 80) // 320, 768) == (149, encoder.dim)
    assert (encoder.id, encoder.sha256) == (ContentEncoderName.CONTENTVEC, "a" * 64)


def test_contentvec_of_v1_by_its_width(tmp_path: Path, wave: Tensor) -> None:
    path = tmp_path / "contentvec.pt"
    torch.save(HubertModel(projecting=True).state_dict(), path)
    encoder = load_content_encoder(ContentEncoderName.CONTENTVEC, Here(path), dim=256)
    assert encoder.encode(wave).shape == (149, encoder.dim) == (149, 256)
    assert (encoder.id, encoder.sha256) == (ContentEncoderName.CONTENTVEC, "a" * 64)
    usual = load_content_encoder(ContentEncoderName.CONTENTVEC, Here(path))
    assert usual.encode(wave).shape == (149, 768)


@pytest.mark.parametrize(
    ("name", "dim"), [(ContentEncoderName.WHISPER_BASE, 256), (ContentEncoderName.CONTENTVEC, 512)]
)
def test_features_that_an_encoder_lacks_are_refused(name: ContentEncoderName, dim: int) -> None:
    with pytest.raises(JobError) as caught:
        load_content_encoder(name, Pretrained(), dim=dim)
    assert caught.value.code is Code.ENCODER_MISMATCH


def test_contentvec_without_the_operators_weights_is_refused() -> None:
    with pytest.raises(JobError) as caught:
        load_content_encoder(ContentEncoderName.CONTENTVEC, Pretrained())
    assert caught.value.code is Code.WEIGHTS_MISSING
