"""A voice of RVC v1, 256 numbers a frame, from its files to its singing."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from torch import Tensor

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import ContentEncoderName
from gpu_worker.engine.rendering.conversion import Converter
from gpu_worker.engine.voice.indexing import build_index, write_index
from gpu_worker.engine.voice.published import VoiceMetadata, read_published, write_published
from gpu_worker.engine.voice.retrieval import read_index
from tests.gpu_worker.small_voice import (
    QUIET,
    RATE,
    SHA256,
    Encoder,
    Floats,
    Sung,
    bare,
    voice,
)
from tests.gpu_worker.test_conversion_knobs import cents, pitch_hz

V1_DIM = 256


class Narrow(Encoder):
    """ContentVec as v1 takes it."""

    dim = V1_DIM

    def encode(self, wave16k: Tensor) -> Tensor:
        return super().encode(wave16k)[:, :V1_DIM]


@dataclass(frozen=True)
class Files:
    model: Path
    index: Path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("v1")
    of = Files(folder / "v1.pth", folder / "v1.index")
    facts = VoiceMetadata("v1", ContentEncoderName.CONTENTVEC, SHA256, step=0)
    write_published(of.model, voice(dim=V1_DIM).build(), facts)
    stored = np.random.default_rng(0).standard_normal((100, V1_DIM)).astype(np.float32)
    write_index(of.index, build_index(stored))
    return of


@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_a_voice_of_v1_sings_with_its_index(files: Files, rate: int) -> None:
    of = read_published(files.model)
    assert of.metadata["version"] == "v1"
    index = read_index(files.index, of.config.content_dim)
    converter = Converter(of, Narrow(), Sung(220.0), index, rendering=QUIET)
    wave = (0.4 * np.sin(2 * np.pi * 220 * np.arange(rate + 7) / rate)).astype(np.float32)

    def by(index_rate: float) -> Floats:
        audio, out_rate = converter.convert(wave, rate, bare(index_rate=index_rate, pitch_shift=5))
        assert out_rate == RATE
        assert audio.shape == (round(len(wave) * RATE / rate),)
        assert bool(np.isfinite(audio).all())
        return audio

    song, half, stored = by(0.0), by(0.5), by(1.0)
    assert abs(cents(pitch_hz(stored[len(stored) // 4 :]), 220.0) - 500) < 3
    assert 0 < np.abs(half - song).mean() < np.abs(stored - song).mean()


def test_what_fits_v2_is_refused(files: Files) -> None:
    of = read_published(files.model)
    with pytest.raises(JobError) as caught:
        Converter(of, Encoder(), Sung(), None)
    assert caught.value.code is Code.ENCODER_MISMATCH
    with pytest.raises(JobError) as caught:
        read_index(files.index, 768)
    assert caught.value.code is Code.MODEL_UNREADABLE
