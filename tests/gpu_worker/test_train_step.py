"""One optimiser step on made-up noise with small networks; parity.py holds the exact numbers."""

from dataclasses import replace

import pytest
import torch

from gpu_worker.contract.params import Preset
from gpu_worker.engine.config import discriminator_config, spectrogram_config, synthesizer_config
from gpu_worker.engine.learning.batches import make_batch
from gpu_worker.engine.learning.train_step import (
    StepLosses,
    TrainBatch,
    TrainNets,
    direct_step,
    gather_segments,
    make_nets,
    train_step,
)
from gpu_worker.engine.nets.discriminator import MultiPeriodDiscriminator
from gpu_worker.engine.nets.synthesizer import Synthesizer
from tests.gpu_worker.training_parts import RATE, noise_dataset

SPECTROGRAM = spectrogram_config(RATE)


@pytest.fixture
def nets() -> TrainNets:
    config = replace(synthesizer_config(Preset.DRAFT, RATE, content_dim=8), segment_frames=8)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return make_nets(
            Synthesizer(config),
            MultiPeriodDiscriminator(discriminator_config(Preset.DRAFT)),
            SPECTROGRAM,
            1e-3,
        )


@pytest.fixture
def batch() -> TrainBatch:
    clips = noise_dataset().train[:2]
    generator = torch.Generator().manual_seed(0)
    return make_batch(clips, 40, SPECTROGRAM, generator, torch.device("cpu"))


def changed(nets: TrainNets, before: dict[str, torch.Tensor]) -> set[str]:
    """First parts of the names of all weights that are no longer what they were."""
    after = nets.generator.state_dict()
    return {name.split(".")[0] for name in after if not torch.equal(after[name], before[name])}


def copied(nets: TrainNets) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in nets.generator.state_dict().items()}


def all_finite(losses: StepLosses) -> bool:
    return all(bool(torch.isfinite(getattr(losses, name))) for name in losses.__annotations__)


def test_the_published_step_trains_every_part(nets: TrainNets, batch: TrainBatch) -> None:
    before = copied(nets)
    losses = train_step(nets, batch, torch.tensor([0, 9]), torch.Generator().manual_seed(1))
    assert all_finite(losses)
    assert changed(nets, before) == {"enc_p", "enc_q", "flow", "dec", "emb_g"}
    total = losses.loss_gen + losses.loss_fm + losses.loss_mel + losses.loss_kl
    assert torch.allclose(losses.loss_total, total)


def test_the_direct_step_trains_what_converts(nets: TrainNets, batch: TrainBatch) -> None:
    before = copied(nets)
    starts = torch.tensor([0, 9])
    losses = direct_step(nets, batch, starts, torch.Generator().manual_seed(1), adversarial=False)
    assert all_finite(losses)
    assert losses.loss_d == losses.loss_kl == 0
    assert changed(nets, before) == {"enc_p", "flow", "dec", "emb_g"}


def test_the_direct_step_learns(nets: TrainNets, batch: TrainBatch) -> None:
    starts, noise = torch.tensor([0, 9]), torch.Generator().manual_seed(1)
    steps = [direct_step(nets, batch, starts, noise, adversarial=True) for _ in range(6)]
    assert all(all_finite(losses) for losses in steps)
    assert steps[-1].loss_mel < 0.9 * steps[0].loss_mel
    assert steps[-1].loss_d < steps[0].loss_d


def test_the_direct_step_keeps_the_waveform_centred(nets: TrainNets, batch: TrainBatch) -> None:
    """An offset costs: no mel band would notice it."""
    total = direct_step(nets, batch, torch.tensor([0, 9]), None, adversarial=False)
    assert total.loss_total > total.loss_mel


def test_discriminators_are_trainable_after_a_step(nets: TrainNets, batch: TrainBatch) -> None:
    direct_step(nets, batch, torch.tensor([0, 0]), None, adversarial=True)
    assert all(parameter.requires_grad for parameter in nets.discriminator.parameters())


def test_without_a_generator_a_step_has_no_noise(batch: TrainBatch) -> None:
    def once() -> torch.Tensor:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            config = synthesizer_config(Preset.DRAFT, RATE, content_dim=8)
            net = Synthesizer(replace(config, segment_frames=8))
        discriminator = MultiPeriodDiscriminator(discriminator_config(Preset.DRAFT))
        small = make_nets(net, discriminator, SPECTROGRAM, 1e-3)
        return direct_step(small, batch, torch.tensor([0, 9]), None, adversarial=False).loss_mel

    assert once() == once()


def test_segments_are_cut_where_asked() -> None:
    wave = torch.arange(20.0).view(2, 10)
    cut = gather_segments(wave, torch.tensor([1, 4]), 3)
    assert cut.tolist() == [[1.0, 2.0, 3.0], [14.0, 15.0, 16.0]]


def test_short_clips_are_padded_and_long_ones_cropped() -> None:
    short, long = noise_dataset(frames=30, clips=36).train[0], noise_dataset().train[0]
    batch = make_batch(
        [short, long], 50, SPECTROGRAM, torch.Generator().manual_seed(0), torch.device("cpu")
    )
    assert batch.lengths.tolist() == [30, 50]
    assert batch.wave.shape == (2, 50 * SPECTROGRAM.hop)
    assert batch.spec.shape == (2, SPECTROGRAM.channels, 50)
    assert batch.wave[0, 30 * SPECTROGRAM.hop :].abs().max() == 0
