"""Disguised content: the same frames at the same time, heard as if another said them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from gpu_worker.contract.params import ContentEncoderName, Preset
from gpu_worker.engine.config import train_recipe
from gpu_worker.engine.learning import train_run
from gpu_worker.engine.learning.disguise import (
    disguised,
    disguised_content,
    disguises_of,
    drawn_ratios,
)
from gpu_worker.engine.learning.slices import Slice
from gpu_worker.engine.voice.retrieval import read_index
from tests.gpu_worker.training_parts import CheapEncoder, recording, train_cheaply

RATE = 40_000
RECIPE = replace(train_recipe(Preset.DRAFT), disguises=3)


class Loudness:
    """Content of two numbers: how loud a frame is, and how many samples were heard in all."""

    id = ContentEncoderName.STARTER
    sha256 = "0" * 64
    dim = 2

    def encode(self, wave16k: Tensor) -> Tensor:
        frames = (len(wave16k) - 80) // 320
        loud = wave16k[: 320 * frames].view(frames, 320).abs().mean(1)
        return torch.stack([loud, torch.full_like(loud, len(wave16k))], dim=1)


def burst(at: float, seconds: float = 2.0, rate: int = 16_000) -> Tensor:
    """Silence with 60 ms of noise around ``at`` seconds."""
    wave = torch.zeros(round(seconds * rate))
    first = round((at - 0.03) * rate)
    wave[first : first + round(0.06 * rate)] = 0.5
    return wave


def clip(frames: int = 200) -> Slice:
    wave = burst(0.7, frames / 100, RATE)
    return Slice(wave, torch.zeros(frames, 2), torch.full((frames,), 200.0), source=3)


@pytest.mark.parametrize("ratio", [0.72, 1.0, 1.38])
def test_what_is_said_stays_where_it_is(ratio: float) -> None:
    found = disguised_content(Loudness().encode, burst(0.7), ratio, 99)
    assert found.shape == (99, 2)
    assert float(found[0, 1]) == round(32_000 / ratio)
    centre = (found[:, 0] * torch.arange(99)).sum() / found[:, 0].sum()
    assert float(centre) == pytest.approx(0.7 * 50 - 0.5, abs=1.0)


def test_at_its_own_pace_it_is_what_the_encoder_hears() -> None:
    wave = torch.randn(16_000, generator=torch.Generator().manual_seed(1))
    plain = Loudness().encode(wave)
    torch.testing.assert_close(disguised_content(Loudness().encode, wave, 1.0, 49), plain)


def test_ratios_are_drawn_from_low_to_high() -> None:
    for seed in range(20):
        ratios = drawn_ratios(4, np.random.default_rng(seed))
        borders = 1.38 ** np.linspace(-1, 1, 5)
        assert all(
            low <= ratio <= high
            for low, ratio, high in zip(borders, ratios, borders[1:], strict=False)
        )
    assert drawn_ratios(0, np.random.default_rng(0)) == []


def test_a_disguise_changes_the_content_alone() -> None:
    parts: list[float] = []
    (others,) = disguises_of([clip()], Loudness(), 3, seed=1, progress=parts.append)
    assert parts == [1.0]
    assert len({float(other[0, 1]) for other in others}) == len(others) == 3
    for content in others:
        assert (content.shape, content.dtype) == ((100, 2), torch.float16)
        other = disguised(clip(), content)
        assert other.source == 3
        assert torch.equal(other.wave, clip().wave)
        assert torch.equal(other.f0, clip().f0)
        assert (other.content.shape, other.content.dtype) == ((200, 2), torch.float32)
        assert 0.6 < float(other.content[:, 0].argmax()) / 100 < 0.8
    (again,) = disguises_of([clip()], Loudness(), 3, seed=1)
    assert all(torch.equal(one, other) for one, other in zip(others, again, strict=True))


def test_ten_minutes_are_disguised_and_no_more() -> None:
    clips = [clip(20_000)] * 4
    assert [len(one) for one in disguises_of(clips, Loudness(), 3, 1)] == [3, 3, 3, 0]


def test_only_a_draft_with_a_base_is_disguised() -> None:
    assert train_recipe(Preset.DRAFT).disguises == train_recipe(Preset.FULL).disguises == 0
    assert train_recipe(Preset.FULL, has_base=True).disguises == 0
    assert train_recipe(Preset.DRAFT, has_base=True).disguises == 4
    assert disguises_of([clip()], Loudness(), train_recipe(Preset.FULL).disguises, 1) == [()]


def test_a_training_draws_from_the_disguises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = recording(tmp_path)
    plain, heard = CheapEncoder(), CheapEncoder()
    first = train_cheaply([file], tmp_path / "plain", encoder=plain)
    monkeypatch.setattr(train_run, "train_recipe", lambda *_, **__: RECIPE)
    second = train_cheaply([file], tmp_path / "disguised", encoder=heard)
    # Each clip that is learned from is heard three times more, and one at least is.
    assert heard.calls - plain.calls in range(3, 3 * plain.calls, 3)
    assert first.losses != second.losses
    # What is looked up at conversion is the singer's own.
    indexes = [read_index(one.index, CheapEncoder.dim).vectors for one in (first, second)]
    assert torch.equal(*indexes)
