"""The fast ways to decode and to attend give what the reference gives."""

import pytest
import torch
from torch import Tensor

from gpu_worker.contract.params import Preset, SampleRate
from gpu_worker.engine.config import SynthesizerConfig, synthesizer_config
from gpu_worker.engine.nets.attention import QUERY_BLOCK, WINDOW, RelativeAttention
from gpu_worker.engine.nets.fast_generator import FastGenerator
from gpu_worker.engine.nets.generator import Generator
from gpu_worker.engine.nets.inference import Precision, default_precision, prepare_for_inference
from gpu_worker.engine.nets.synthesizer import Synthesizer

DRAFT = synthesizer_config(Preset.DRAFT, 40_000, content_dim=16)
FRAMES = 40


def inputs(config: SynthesizerConfig, dtype: torch.dtype) -> tuple[Tensor, Tensor, Tensor]:
    """Latent, excitation and speakers of two rows."""
    random = torch.Generator().manual_seed(0)
    z = torch.randn(2, config.inter_channels, FRAMES, generator=random, dtype=dtype)
    source = torch.rand(2, 1, FRAMES * config.hop, generator=random, dtype=dtype)
    return z, source, torch.randn(2, config.speaker_channels, 1, generator=random, dtype=dtype)


def snr_db(heard: Tensor, true: Tensor) -> float:
    """Of what varies: a constant offset is no signal."""
    power = (true - true.mean(dim=-1, keepdim=True)).square().mean()
    return float(10 * torch.log10(power / (heard - true).square().mean()))


@pytest.mark.parametrize("rate", list(SampleRate))
@pytest.mark.parametrize("window", [(0, FRAMES), (0, 12), (25, FRAMES), (17, 24)])
def test_fast_decoding_is_the_same_function(rate: SampleRate, window: tuple[int, int]) -> None:
    first, last = window
    config = synthesizer_config(Preset.DRAFT, rate)
    net = Generator(config).double().eval()
    z, source, speaker = inputs(config, torch.float64)
    with torch.no_grad():
        whole = net.decode(z, source, speaker)
    frames = FastGenerator(net, torch.float64).frames(z, source, speaker, first, last)
    wanted = whole[..., first * config.hop : last * config.hop]
    assert frames.shape == wanted.shape
    assert torch.allclose(frames, wanted, rtol=0, atol=1e-12)


def test_fast_decoding_sees_as_far_as_the_widest_kernels() -> None:
    config = synthesizer_config(Preset.FULL, SampleRate.HZ_40000)
    torch.manual_seed(0)
    net = Generator(config).eval()
    z, source, speaker = (x[:1] for x in inputs(config, torch.float32))
    with torch.no_grad():
        whole = net.decode(z, source, speaker)[..., 17 * config.hop : 22 * config.hop]
    frames = FastGenerator(net, torch.float32).frames(z, source, speaker, 17, 22)
    assert torch.allclose(frames, whole, rtol=0, atol=1e-5)


def test_each_precision_keeps_its_promise() -> None:
    torch.manual_seed(0)
    net = Synthesizer(DRAFT).eval()
    z, source, speaker = inputs(DRAFT, torch.float32)
    with torch.no_grad():
        true = net.dec.decode(z, source, speaker)[..., 5 * DRAFT.hop : 30 * DRAFT.hop]
    snr = {
        precision: snr_db(
            prepare_for_inference(net, precision).frames(z, source, speaker, 5, 30), true
        )
        for precision in (Precision.EXACT, Precision.FLOAT32, Precision.BFLOAT16)
    }
    assert snr[Precision.EXACT] > 110
    assert snr[Precision.FLOAT32] > 110
    # one rounding to 8 bits is 59 dB below what is rounded
    assert 45 < snr[Precision.BFLOAT16] < 100


def test_bfloat16_is_for_hardware_that_has_it_and_for_wide_networks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cpu = torch.device("cpu")
    full, draft = (synthesizer_config(preset, 40_000).upsample_initial for preset in Preset)
    for flags, widest, precision in (
        ({"avx512_bf16": True}, full, Precision.BFLOAT16),
        ({"avx512_bf16": True}, draft, Precision.FLOAT32),
        ({"avx512_bf16": False}, full, Precision.FLOAT32),
        ({}, full, Precision.FLOAT32),
    ):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda flags=flags: flags)
        assert default_precision(cpu, widest) is precision


def attended(net: RelativeAttention, x: Tensor, length: int) -> Tensor:
    """The first row by the definition, query by query (Shaw et al. 2018, eq. 3 and 4)."""
    query, key, value = (
        project(x)[0, :, :length].view(net.heads, net.width, length).transpose(1, 2)
        for project in (net.conv_q, net.conv_k, net.conv_v)
    )
    mixed = torch.zeros(net.heads, length, net.width, dtype=x.dtype)
    for i in range(length):
        distance = torch.arange(length) - i
        near = (distance.abs() <= WINDOW)[:, None]
        at = distance.clamp(-WINDOW, WINDOW) + WINDOW
        keys = key + net.emb_rel_k[0, at] * near
        weights = (keys @ query[:, i, :, None] / net.width**0.5).softmax(dim=1)
        mixed[:, i] = (weights * (value + net.emb_rel_v[0, at] * near)).sum(dim=1)
    joined: Tensor = net.conv_o(mixed.transpose(1, 2).reshape(1, -1, length))
    return joined


@pytest.mark.parametrize("length", [1, 5, 2 * WINDOW + 3, QUERY_BLOCK, QUERY_BLOCK + WINDOW + 5])
@pytest.mark.parametrize("padding", [0, 7])
def test_attention_in_blocks_is_attention(length: int, padding: int) -> None:
    torch.manual_seed(0)
    net = RelativeAttention(8, 2).double()
    x = torch.randn(1, 8, length + padding, dtype=torch.float64)
    mask = (torch.arange(length + padding) < length).double()[None, None]
    trained = net(x, mask)
    with torch.no_grad():
        true = attended(net, x, length)
        converted = net(x, mask)
    for output in (trained, converted):
        assert torch.allclose(output[..., :length], true, rtol=0, atol=1e-12)
