"""Networks have the published names and shapes, and keep their promises on lengths and noise."""

import json
from pathlib import Path

import pytest
import torch
from torch import nn

from gpu_worker.contract.params import Preset, SampleRate
from gpu_worker.engine.config import (
    DiscriminatorConfig,
    SynthesizerConfig,
    discriminator_config,
    spectrogram_config,
    synthesizer_config,
)
from gpu_worker.engine.melody.rmvpe import Rmvpe
from gpu_worker.engine.nets.discriminator import MultiPeriodDiscriminator
from gpu_worker.engine.nets.generator import CONTEXT_FRAMES, Generator
from gpu_worker.engine.nets.synthesizer import Synthesizer, draw_segments, slice_frames
from gpu_worker.engine.nets.weight_norm import fold_weight_norm

PUBLISHED = json.loads((Path(__file__).parent / "golden" / "state_dict.json").read_text())
DRAFT = synthesizer_config(Preset.DRAFT, 40_000, content_dim=16)


def shapes(module: nn.Module) -> dict[str, list[int]]:
    return {name: list(tensor.shape) for name, tensor in module.state_dict().items()}


@pytest.mark.parametrize("rate", list(SampleRate))
def test_full_synthesizer_is_the_published_one(rate: SampleRate) -> None:
    with torch.device("meta"):
        net = Synthesizer(synthesizer_config(Preset.FULL, rate))
    assert shapes(net) == PUBLISHED[f"synthesizer_v2_{rate}"]


def test_full_discriminator_is_the_published_one() -> None:
    with torch.device("meta"):
        net = MultiPeriodDiscriminator(DiscriminatorConfig())
    assert shapes(net) == PUBLISHED["multi_period_discriminator_v2"]


def test_rmvpe_is_the_published_one() -> None:
    with torch.device("meta"):
        net = Rmvpe()
    assert shapes(net) == PUBLISHED["rmvpe"]


@pytest.mark.parametrize("rate", list(SampleRate))
def test_upsampling_and_spectrogram_agree_on_the_frame(rate: SampleRate) -> None:
    for preset in Preset:
        config = synthesizer_config(preset, rate)
        assert torch.tensor(config.upsample_rates).prod() == config.hop == rate // 100
        assert config.spec_channels == spectrogram_config(rate).channels


def test_unpublished_rates_are_refused() -> None:
    with pytest.raises(ValueError, match="44100"):
        synthesizer_config(Preset.FULL, 44_100)
    with pytest.raises(ValueError, match="44100"):
        spectrogram_config(44_100)


def _infer(net: Synthesizer, seed: int | None) -> torch.Tensor:
    content = torch.randn(1, 20, 16, generator=torch.Generator().manual_seed(0))
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    f0 = torch.full((1, 20), 220.0)
    lengths, pitch = torch.tensor([20]), torch.full((1, 20), 90)
    with torch.no_grad():
        return net.infer(content, lengths, pitch, f0, torch.tensor([0]), generator=generator)


def test_noise_comes_from_the_generator_alone() -> None:
    net = Synthesizer(DRAFT).eval()
    state = torch.get_rng_state()
    first = _infer(net, 1)
    assert first.shape == (1, 1, 20 * DRAFT.hop)
    assert torch.equal(first, _infer(net, 1))
    assert not torch.equal(first, _infer(net, 2))
    assert torch.equal(_infer(net, None), _infer(net, None))
    assert torch.equal(state, torch.get_rng_state())


def test_folding_changes_nothing() -> None:
    net = Synthesizer(DRAFT).eval()
    before = _infer(net, None)
    fold_weight_norm(net)
    assert torch.allclose(before, _infer(net, None), atol=1e-6)


@pytest.mark.parametrize("config", [DRAFT, synthesizer_config(Preset.FULL, 48_000)])
def test_decoding_in_pieces_equals_decoding_at_once(config: SynthesizerConfig) -> None:
    net = Generator(config).double().eval()
    generator = torch.Generator().manual_seed(0)
    frames, first, last = 44, 18, 26
    z = torch.randn(1, config.inter_channels, frames, generator=generator, dtype=torch.float64)
    g = torch.randn(1, config.speaker_channels, 1, generator=generator, dtype=torch.float64)
    source = torch.rand(1, 1, frames * config.hop, generator=generator, dtype=torch.float64)
    a, b = first - CONTEXT_FRAMES, last + CONTEXT_FRAMES
    with torch.no_grad():
        whole = net.decode(z, source, g)[..., first * config.hop : last * config.hop]
        piece = net.decode(z[:, :, a:b], source[:, :, a * config.hop : b * config.hop], g)
    inner = piece[..., CONTEXT_FRAMES * config.hop : -CONTEXT_FRAMES * config.hop]
    assert torch.allclose(whole, inner, atol=1e-12)


def test_training_pass_returns_the_segment_that_it_decoded() -> None:
    net = Synthesizer(DRAFT)
    frames = DRAFT.segment_frames + 8
    lengths = torch.tensor([frames, frames - 8])
    out = net(
        torch.randn(2, frames, 16),
        lengths,
        torch.full((2, frames), 100),
        torch.full((2, frames), 200.0),
        torch.rand(2, DRAFT.spec_channels, frames),
        lengths,
        torch.zeros(2, dtype=torch.long),
        generator=torch.Generator().manual_seed(3),
    )
    assert out.audio.shape == (2, 1, DRAFT.segment_samples)
    assert out.segment_starts[1] == 0
    assert 0 <= int(out.segment_starts[0]) <= 8
    assert out.z_p.shape == out.m_p.shape == (2, DRAFT.inter_channels, frames)


def test_segments_fit_into_each_row() -> None:
    lengths = torch.tensor([32, 40, 100] * 200)
    starts = draw_segments(lengths, 32, torch.Generator().manual_seed(0))
    assert bool(((starts >= 0) & (starts + 32 <= lengths)).all())
    assert int(starts[2::3].max()) > 60
    rows = torch.arange(100.0).expand(len(lengths), 1, 100)
    assert torch.equal(slice_frames(rows, starts, 32)[:, 0, 0], starts.float())


@pytest.mark.parametrize("rate", list(SampleRate))
def test_an_interpolating_layer_prints_no_pattern_on_its_frames(rate: SampleRate) -> None:
    net = Generator(synthesizer_config(Preset.DRAFT, rate))
    up = net.ups[0]
    still = torch.ones(1, net.conv_pre.out_channels, 12)

    def ripple() -> float:
        inside = up(still)[:, :, 40:-40]
        return float((inside - inside.mean(2, keepdim=True)).abs().max() / inside.abs().max())

    with torch.no_grad():
        assert ripple() > 0.1
        net.interpolate(1)
        assert ripple() < 1e-5
        once = up(still)
        net.interpolate(1)
        torch.testing.assert_close(up(still), once)


def test_draft_discriminator_judges_any_length() -> None:
    config = discriminator_config(Preset.DRAFT)
    logits, maps = MultiPeriodDiscriminator(config)(torch.randn(2, 1, 4801))
    assert len(logits) == len(maps) == 1 + len(config.periods)
    assert all(each.shape[0] == 2 and each.dim() == 2 for each in logits)
