"""The starter's content encoder: ContentVec's shapes, nothing of the whole recording, its file."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import ContentEncoderName
from gpu_worker.engine.speech.content import (
    BatchEncoder,
    ContentEncoder,
    load_content_encoder,
)
from gpu_worker.engine.speech.starter import (
    CONTEXT,
    FRAME,
    WIDTH,
    StarterEncoder,
    load_starter_encoder,
)
from gpu_worker.engine.weights import WeightFiles


@pytest.fixture(scope="module")
def encoder() -> StarterEncoder:
    torch.manual_seed(0)
    return StarterEncoder().eval().requires_grad_(False)


def noise(samples: int) -> torch.Tensor:
    return 0.1 * torch.randn(1, samples, generator=torch.Generator().manual_seed(1))


def test_at_most_ten_million_parameters(encoder: StarterEncoder) -> None:
    assert sum(parameter.numel() for parameter in encoder.parameters()) <= 10_000_000


@pytest.mark.parametrize("samples", [400, 719, 720, 16_000, 48_123])
def test_as_many_frames_as_contentvec(encoder: StarterEncoder, samples: int) -> None:
    states = encoder(noise(samples))
    assert states.shape == (1, (samples - 80) // FRAME, WIDTH)
    assert states.isfinite().all()


def test_a_frame_hears_its_neighbourhood_alone(encoder: StarterEncoder) -> None:
    whole = noise(8 * 16_000)
    first, last = 2 * CONTEXT, 3 * CONTEXT
    part = whole[:, (first - CONTEXT) * FRAME : (last + CONTEXT) * FRAME]
    states, alone = encoder(whole)[0], encoder(part)[0]
    assert torch.allclose(states[first:last], alone[CONTEXT : CONTEXT + last - first], atol=1e-4)


def test_a_louder_row_beside_it_changes_nothing(encoder: StarterEncoder) -> None:
    pair = torch.cat([noise(16_000), 9 * noise(16_000)])
    assert torch.allclose(encoder(pair)[0], encoder(pair[:1])[0], atol=1e-5)


def test_weights_come_back_from_half_precision(encoder: StarterEncoder, tmp_path: Path) -> None:
    state = {
        name: each.half() if each.is_floating_point() else each
        for name, each in encoder.state_dict().items()
    }
    save_file(state, tmp_path / "encoder.safetensors")
    again = load_starter_encoder(tmp_path / "encoder.safetensors")
    wave = noise(16_000)
    assert torch.allclose(again(wave), encoder(wave), atol=0.05)
    assert next(again.parameters()).dtype is torch.float32


@pytest.mark.parametrize("content", [b"", b"nothing of the kind"])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "encoder.safetensors"
    path.write_bytes(content)
    with pytest.raises(JobError) as caught:
        load_starter_encoder(path)
    assert caught.value.code is Code.WEIGHTS_MISSING


@dataclass
class Here:
    """A source of weights that has one file."""

    path: Path

    def find(self, name: str) -> WeightFiles:
        return WeightFiles((self.path,), "b" * 64)


@pytest.fixture(scope="module")
def content(encoder: StarterEncoder, tmp_path_factory: pytest.TempPathFactory) -> ContentEncoder:
    path = tmp_path_factory.mktemp("starter") / "encoder.safetensors"
    save_file(encoder.state_dict(), path)
    return load_content_encoder(ContentEncoderName.STARTER, Here(path), dim=WIDTH)


def test_by_name_with_its_checksum(content: ContentEncoder) -> None:
    assert (content.id, content.sha256) == (ContentEncoderName.STARTER, "b" * 64)
    assert content.dim == WIDTH


def test_long_audio_in_windows_is_the_same_as_whole(
    content: ContentEncoder, encoder: StarterEncoder
) -> None:
    wave = noise(53 * 16_000 + 123)
    in_parts, whole = content.encode(wave[0]), encoder(wave)[0]
    assert in_parts.shape == whole.shape
    assert torch.allclose(in_parts, whole, atol=1e-4)


def test_many_at_once_as_alone(content: ContentEncoder) -> None:
    assert isinstance(content, BatchEncoder)
    pair = torch.cat([noise(8000), noise(8000).flip(1)])
    together = content.encode_batch(pair)
    assert torch.allclose(together[1], content.encode(pair[1]), atol=1e-5)


def test_a_width_that_it_lacks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JobError) as caught:
        load_content_encoder(ContentEncoderName.STARTER, Here(tmp_path), dim=512)
    assert caught.value.code is Code.ENCODER_MISMATCH


def test_too_short_is_a_programming_error(content: ContentEncoder) -> None:
    with pytest.raises(ValueError, match="400"):
        content.encode(torch.zeros(399))


def test_other_shapes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "encoder.safetensors"
    save_file({"stem.weight": torch.zeros(3)}, path)
    with pytest.raises(JobError) as caught:
        load_starter_encoder(path)
    assert caught.value.code is Code.WEIGHTS_MISSING
