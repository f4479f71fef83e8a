"""The loss of words: nothing where nothing changed, and it teaches the generated samples alone."""

import pytest
import torch

from gpu_worker.engine.speech.starter import StarterConfig, StarterEncoder
from starter.content_loss import ContentLoss

RATE = 40_000
SEGMENT = 4_000


@pytest.fixture
def loss() -> ContentLoss:
    torch.manual_seed(3)
    return ContentLoss(StarterEncoder(StarterConfig(channels=16, dilations=(1,))), RATE)


def clips() -> torch.Tensor:
    return 0.1 * torch.randn(2, 25_600, generator=torch.Generator().manual_seed(1))


def cut(wave: torch.Tensor, starts: torch.Tensor) -> torch.Tensor:
    index = starts.unsqueeze(1) + torch.arange(SEGMENT)
    return wave.gather(1, index).unsqueeze(1)


def test_what_is_said_as_it_was_costs_nothing(loss: ContentLoss) -> None:
    starts = torch.tensor([0, 12_000])
    assert float(loss(clips(), starts, cut(clips(), starts))) == 0.0


def test_only_what_was_generated_learns(loss: ContentLoss) -> None:
    wave = clips().requires_grad_()
    audio = (0.1 * torch.randn(2, 1, SEGMENT)).requires_grad_()
    found = loss(wave.detach(), torch.tensor([0, 12_000]), audio)
    assert float(found.detach()) > 0.1
    found.backward()  # type: ignore[no-untyped-call]
    assert audio.grad is not None
    assert bool(torch.isfinite(audio.grad).all())
    assert (audio.grad.abs().sum(dim=(1, 2)) > 0).tolist() == [True, True]
    assert all(weight.grad is None for weight in loss._encoder.parameters())


def test_it_hears_up_to_8_khz_at_16_khz(loss: ContentLoss) -> None:
    t = torch.arange(25_600) / RATE
    tones = torch.stack([torch.sin(2 * torch.pi * hz * t) for hz in (500.0, 12_000.0)])
    heard = loss._resampled(tones)
    assert heard.shape == (2, 10_240)
    expected = torch.sin(2 * torch.pi * 500 * torch.arange(10_240) / 16_000)
    torch.testing.assert_close(heard[0], expected, atol=1e-3, rtol=0)
    assert float(heard[1].abs().max()) < 5e-3
