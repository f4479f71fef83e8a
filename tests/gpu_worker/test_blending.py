"""Several voices as one: it lies between them, whatever their order, and strangers don't mix."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import ContentEncoderName
from gpu_worker.engine.nets.weight_norm import NormConv1d, NormConvTranspose1d
from gpu_worker.engine.rendering.blending import Share, blend
from gpu_worker.engine.voice.published import PublishedVoice
from tests.gpu_worker.small_voice import DIM, Floats, bare, converter, index, tone, voice


def sung(shares: list[Share]) -> Floats:
    mixed = blend(shares)
    return converter(mixed.voice, retrieval=mixed.index).convert(tone(0.5), 16_000, bare())[0]


def test_one_voice_is_itself() -> None:
    only = Share(voice(0), 0.3, index(0), 200.0)
    mixed = blend([only])
    assert mixed.voice is only.voice
    assert mixed.index is only.index
    assert mixed.f0_median_hz == 200.0


def test_nearly_all_of_one_voice_is_that_voice() -> None:
    alone = sung([Share(voice(0), 1.0, index(0))])
    nearly = sung([Share(voice(0), 1 - 1e-6, index(0)), Share(voice(1), 1e-6, index(1))])
    assert np.abs(nearly - alone).max() < 1e-4 * np.abs(alone).max()


def test_half_and_half_is_neither_and_the_order_does_not_matter() -> None:
    first, second = Share(voice(0), 0.5, index(0)), Share(voice(1), 0.5, index(1))
    mixed = sung([first, second])
    for single in (first, second):
        assert np.abs(mixed - sung([single])).max() > 0.1 * np.abs(mixed).max()
    assert np.allclose(mixed, sung([second, first]), atol=1e-6)
    four = [Share(voice(seed), seed + 0.5, index(seed)) for seed in range(4)]
    assert np.allclose(sung(four), sung(four[::-1]), atol=1e-6)
    twice = [replace(share, weight=2 * share.weight) for share in four]
    assert np.allclose(sung(four), sung(twice), atol=1e-6)


def _layer(of: PublishedVoice, name: str) -> NormConv1d | NormConvTranspose1d:
    layer = of.build().get_submodule(name)
    assert isinstance(layer, NormConv1d | NormConvTranspose1d)
    return layer


def test_folded_weights_are_averaged_not_norms_and_directions() -> None:
    shares = [(voice(0), 0.25), (voice(1), 0.75)]
    mixed = blend([Share(of, weight) for of, weight in shares]).voice.build()
    layers = 0
    for name, layer in mixed.named_modules():
        if isinstance(layer, NormConv1d | NormConvTranspose1d):
            first, second = (_layer(of, name).normed() for of, _ in shares)
            expected = 0.25 * first + 0.75 * second
            assert torch.allclose(layer.normed(), expected, atol=1e-5, rtol=1e-4)
            layers += 1
    assert layers > 10


def test_opposite_weights_become_zero() -> None:
    of = voice(0)
    name = "dec.ups.0.weight_v"
    negated = replace(of, weights={**of.weights, name: -of.weights[name]})
    mixed = blend([Share(of, 0.5), Share(negated, 0.5)]).voice.build()
    layer = mixed.dec.ups[0]
    assert isinstance(layer, NormConvTranspose1d)
    assert bool((layer.normed() == 0).all())


def test_indices_are_searched_alone_and_blended() -> None:
    query = torch.randn(5, DIM, generator=torch.Generator().manual_seed(9))
    shares = [Share(voice(0), 1.0, index(0)), Share(voice(1), 2.0, index(1)), Share(voice(2), 1.0)]
    mixed = blend(shares).index
    assert mixed is not None
    found = (index(0).blend(query, 0.5) + 2 * index(1).blend(query, 0.5) + query) / 4
    assert torch.allclose(mixed.to("cpu").blend(query, 0.5), found, atol=1e-6)
    assert blend([Share(voice(0), 1.0), Share(voice(1), 1.0)]).index is None


def test_the_median_lies_between_in_semitones() -> None:
    of = voice(0)
    known = [Share(of, 1.0, None, 100.0), Share(of, 1.0, None, 400.0), Share(of, 2.0)]
    assert blend(known).f0_median_hz == pytest.approx(200.0)
    assert blend([Share(of, 1.0), Share(of, 1.0)]).f0_median_hz is None


def test_only_common_speakers_stay() -> None:
    mixed = blend([Share(voice(0, speakers=5), 0.5), Share(voice(1, speakers=3), 0.5)]).voice
    assert mixed.config.speakers == 3
    assert mixed.build().emb_g.weight.shape[0] == 3


def named(of: PublishedVoice, sha256: str) -> PublishedVoice:
    return replace(of, encoder_sha256=sha256)


def test_the_encoder_that_is_known_counts() -> None:
    mixed = blend([Share(voice(0), 0.5), Share(named(voice(1), "ab" * 32), 0.5)]).voice
    assert mixed.encoder_sha256 == "ab" * 32
    assert mixed.encoder_id is ContentEncoderName.CONTENTVEC


@pytest.mark.parametrize(
    "other",
    [
        voice(1, rate=40_000),
        voice(1, dim=256),
        named(voice(1), "cd" * 32),
        replace(voice(1), encoder_id=ContentEncoderName.WHISPER_BASE),
    ],
)
def test_voices_that_differ_in_kind_do_not_blend(other: PublishedVoice) -> None:
    with pytest.raises(JobError) as caught:
        blend([Share(named(voice(0), "ab" * 32), 0.5), Share(other, 0.5)])
    assert caught.value.code is Code.VOICES_DO_NOT_BLEND
