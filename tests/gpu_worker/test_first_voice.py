"""A new voice begins as the singers of a base that sound most like it."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from gpu_worker.contract.params import Preset
from gpu_worker.engine.config import discriminator_config, spectrogram_config, synthesizer_config
from gpu_worker.engine.learning.first_voice import begin_as_the_nearest
from gpu_worker.engine.learning.slices import Slice
from gpu_worker.engine.learning.train_step import TrainNets, make_nets
from gpu_worker.engine.nets.discriminator import MultiPeriodDiscriminator
from gpu_worker.engine.nets.synthesizer import Synthesizer

RATE = 40_000
FRAMES = 80


@pytest.fixture
def nets() -> TrainNets:
    torch.manual_seed(0)
    config = replace(synthesizer_config(Preset.DRAFT, RATE, content_dim=8), segment_frames=16)
    return make_nets(
        Synthesizer(config),
        MultiPeriodDiscriminator(discriminator_config(Preset.DRAFT)),
        spectrogram_config(RATE),
        1e-4,
    )


def spoken(nets: TrainNets, voice: Tensor) -> list[Slice]:
    """What the networks themselves say by a voice."""
    net = nets.generator
    clips = []
    with torch.no_grad():
        net.emb_g.weight[:] = voice
        for number in range(3):
            torch.manual_seed(number)
            content, f0 = torch.randn(1, FRAMES, 8), torch.full((1, FRAMES), 150.0 + 50 * number)
            coarse = torch.full((1, FRAMES), 60 + 20 * number)
            length, speaker = torch.tensor([FRAMES]), torch.tensor([0])
            wave = net.infer(content, length, coarse, f0, speaker, generator=None)
            clips.append(Slice(wave[0, 0], content[0], f0[0], number))
    return clips


def test_the_voice_itself_is_found_among_others(nets: TrainNets) -> None:
    voices = 4 * torch.randn(9, nets.generator.config.speaker_channels)
    clips = spoken(nets, voices[5])
    loss = begin_as_the_nearest(nets, voices, clips, seed=3)
    rows = nets.generator.emb_g.weight
    assert torch.equal(rows[0], rows[1])
    distances = (voices - rows[0]).norm(dim=1)
    assert int(distances.argmin()) == 5
    others = [begin_as_the_nearest(nets, voices[n : n + 1], clips, seed=3) for n in range(5)]
    assert loss < min(others)


def test_nothing_is_closer_than_what_is_taken(nets: TrainNets) -> None:
    """Of one voice alone it is that one, and the same again from the same seed."""
    voices = torch.randn(4, nets.generator.config.speaker_channels)
    clips = spoken(nets, torch.randn(nets.generator.config.speaker_channels))
    best = begin_as_the_nearest(nets, voices, clips, seed=3)
    taken = nets.generator.emb_g.weight.detach().clone()
    alone = [begin_as_the_nearest(nets, voice[None], clips, seed=3) for voice in voices]
    assert best <= min(alone)
    assert begin_as_the_nearest(nets, voices, clips, seed=3) == best
    assert torch.equal(nets.generator.emb_g.weight, taken)
