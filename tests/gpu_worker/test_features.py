"""Features of several clips in one go are those of each clip alone."""

import numpy as np
import pytest
import torch

from gpu_worker.contract.params import F0Method, PitchKnobs
from gpu_worker.engine.config import spectrogram_config
from gpu_worker.engine.learning.features import GPU_BATCH, clips_together, slices_of
from gpu_worker.engine.melody.f0 import HybridF0, NetworkEstimator, PitchChain, estimate_each
from gpu_worker.engine.melody.fcpe import Fcpe
from gpu_worker.engine.speech.content import ContentVec, ContentVecV1, WhisperContent
from gpu_worker.engine.speech.hubert import HubertModel
from gpu_worker.engine.speech.whisper import WhisperConfig, WhisperEncoder
from tests.gpu_worker.sounds import sung, vibrato
from tests.gpu_worker.training_parts import RATE, CheapEncoder, CheapF0

CONFIG = spectrogram_config(RATE)


def waves(count: int = 3, seconds: float = 0.5) -> np.ndarray:
    source = np.random.default_rng(0)
    return source.standard_normal((count, int(16_000 * seconds)), dtype=np.float32) * 0.1


def test_a_batch_through_hubert_is_its_rows() -> None:
    torch.manual_seed(0)
    network = HubertModel(projecting=True).eval().requires_grad_(False)
    for encoder in (ContentVec(network, ""), ContentVecV1(network, "")):
        together = encoder.encode_batch(torch.from_numpy(waves()))
        alone = torch.stack([encoder.encode(torch.from_numpy(wave)) for wave in waves()])
        assert together.shape == (3, 24, encoder.dim)
        assert torch.allclose(together, alone, atol=1e-4)


def test_a_batch_through_whisper_is_its_rows() -> None:
    torch.manual_seed(0)
    network = WhisperEncoder(WhisperConfig(layers=1)).eval().requires_grad_(False)
    encoder = WhisperContent(network, "")
    alone = torch.stack([encoder.encode(torch.from_numpy(wave)) for wave in waves()])
    assert torch.allclose(encoder.encode_batch(torch.from_numpy(waves())), alone, atol=1e-4)


def test_a_batch_of_pitches_is_its_rows() -> None:
    torch.manual_seed(0)
    network = Fcpe().eval().requires_grad_(False)
    network.cent_table.copy_(torch.arange(360) * 20.0 + 2000.0)
    single = NetworkEstimator(F0Method.FCPE, network)
    chain = PitchChain(HybridF0([single, CheapF0()]), PitchKnobs(octave_repair=False))
    for estimator in (single, chain):
        alone = np.stack([estimator.estimate(wave) for wave in waves()])
        assert alone.any()
        assert np.allclose(estimate_each(estimator, waves()), alone, rtol=1e-4)


def test_clips_come_back_in_order_whatever_their_lengths() -> None:
    notes = [sung(vibrato(seconds, 220, RATE), RATE) for seconds in (1.0, 0.8, 1.0)]
    notes[2] = notes[2] * np.float32(0.5)
    together = slices_of(notes, CheapEncoder(), CheapF0(), CONFIG)
    alone = [slices_of([note], CheapEncoder(), CheapF0(), CONFIG)[0] for note in notes]
    for ours, single in zip(together, alone, strict=True):
        assert torch.equal(ours.wave, single.wave)
        assert torch.equal(ours.content, single.content)
        assert torch.equal(ours.f0, single.f0)
    assert [item.frames for item in together] == [100, 80, 100]


@pytest.mark.parametrize(
    ("free", "count"), [(None, 1), (80 << 30, GPU_BATCH), (2 << 30, 6), (0, 1)]
)
def test_few_clips_go_together_on_a_small_card(free: int | None, count: int) -> None:
    """1 GiB stays free, 160 MiB are a clip's."""
    assert clips_together(free) == count
