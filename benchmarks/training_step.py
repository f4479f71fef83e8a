"""One training step: ours against the same mathematics written plainly.

    python -m benchmarks.training_step [--preset draft|full] [--batch-size 4] [--repeats 5]

The plain step lets autograd follow the real branch and collect the discriminators' gradients in
the generator's turn, as common training code does. Both give the same losses.
"""

import argparse
from dataclasses import dataclass

import torch

from benchmarks.measure import best_device, seconds, write
from gpu_worker.contract.params import Preset
from gpu_worker.engine.config import (
    discriminator_config,
    spectrogram_config,
    synthesizer_config,
    train_recipe,
)
from gpu_worker.engine.learning.batches import make_batch
from gpu_worker.engine.learning.losses import (
    adversarial_loss,
    discriminator_loss,
    feature_loss,
    kl_loss,
)
from gpu_worker.engine.learning.slices import Slice
from gpu_worker.engine.learning.train_step import (
    TrainBatch,
    TrainNets,
    direct_step,
    gather_segments,
    make_nets,
    mel_loss,
    train_step,
)
from gpu_worker.engine.nets.discriminator import MultiPeriodDiscriminator
from gpu_worker.engine.nets.synthesizer import Synthesizer, draw_segments

RATE = 40_000
CONTENT_DIM = 512
CLIP_FRAMES = 300


@dataclass(frozen=True)
class Setting:
    """What every step of a run gets."""

    nets: TrainNets
    batch: TrainBatch
    starts: torch.Tensor
    noise: torch.Generator


def setting(preset: Preset, batch_size: int, frames: int, device: torch.device) -> Setting:
    """Fresh networks from one seed and a batch of white noise."""
    torch.manual_seed(0)
    config = spectrogram_config(RATE)
    synthesizer = Synthesizer(synthesizer_config(preset, RATE, CONTENT_DIM)).to(device)
    discriminator = MultiPeriodDiscriminator(discriminator_config(preset)).to(device)
    source = torch.Generator().manual_seed(0)
    clips = [
        Slice(
            torch.randn(CLIP_FRAMES * config.hop, generator=source) * 0.1,
            torch.randn(CLIP_FRAMES, CONTENT_DIM, generator=source),
            torch.full((CLIP_FRAMES,), 220.0),
        )
        for _ in range(batch_size)
    ]
    batch = make_batch(clips, frames, config, source, device)
    starts = draw_segments(
        batch.lengths,
        synthesizer.config.segment_frames,
        torch.Generator(device).manual_seed(0),
    )
    nets = make_nets(synthesizer, discriminator, config, 1e-4)
    return Setting(nets, batch, starts, torch.Generator(device).manual_seed(0))


def plain_step(at: Setting) -> float:
    """The published step, eager float32, without any care for what is thrown away."""
    nets, batch = at.nets, at.batch
    out = nets.generator(
        batch.content,
        batch.lengths,
        batch.coarse_pitch,
        batch.f0,
        batch.spec,
        batch.lengths,
        batch.speaker,
        at.starts,
        generator=at.noise,
    )
    real = gather_segments(batch.wave, at.starts * nets.hop, out.audio.shape[-1]).unsqueeze(1)
    real_logits, _ = nets.discriminator(real)
    fake_logits, _ = nets.discriminator(out.audio.detach())
    loss_d = discriminator_loss(real_logits, fake_logits)
    nets.optimiser_d.zero_grad()
    loss_d.backward()  # type: ignore[no-untyped-call]
    nets.optimiser_d.step()

    _, real_maps = nets.discriminator(real)
    logits, maps = nets.discriminator(out.audio)
    total = (
        adversarial_loss(logits)
        + feature_loss(real_maps, maps)
        + mel_loss(nets.mel, real, out.audio)
        + kl_loss(out.z_p, out.logs_q, out.m_p, out.logs_p, out.mask)
    )
    nets.optimiser_g.zero_grad()
    total.backward()  # type: ignore[no-untyped-call]
    nets.optimiser_g.step()
    return float(total.detach())


def our_step(at: Setting) -> float:
    return float(train_step(at.nets, at.batch, at.starts, at.noise).loss_total)


def run(preset: Preset, batch_size: int, repeats: int) -> dict[str, object]:
    """Seconds a step of each path on the same batch, and their ratio."""
    device = best_device()
    first = [
        step(setting(preset, batch_size, CLIP_FRAMES, device)) for step in (plain_step, our_step)
    ]
    plain, ours = (setting(preset, batch_size, CLIP_FRAMES, device) for _ in range(2))
    plain_s = seconds(lambda: plain_step(plain), repeats)
    ours_s = seconds(lambda: our_step(ours), repeats)
    figures: dict[str, object] = {
        "configuration": {
            "preset": str(preset),
            "batch": batch_size,
            "clip_frames": CLIP_FRAMES,
            "repeats": repeats,
        },
        "plain_s": round(plain_s, 4),
        "ours_s": round(ours_s, 4),
        "ratio": round(plain_s / ours_s, 3),
        "relative_difference_of_first_loss": abs(first[1] / first[0] - 1),
    }
    recipe = train_recipe(preset)
    if recipe.direct:
        direct = setting(preset, batch_size, recipe.clip_frames, device)
        for adversarial in (False, True):
            name = "direct_adversarial_s" if adversarial else "direct_s"
            figures[name] = round(seconds(lambda: _direct(direct, adversarial), repeats), 4)  # noqa: B023
    return figures


def _direct(at: Setting, adversarial: bool) -> object:
    return direct_step(at.nets, at.batch, at.starts, at.noise, adversarial)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", type=Preset, choices=list(Preset), default=Preset.DRAFT)
    parser.add_argument("--batch-size", type=int, default=4)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    figures = run(arguments.preset, arguments.batch_size, arguments.repeats)
    for name, value in figures.items():
        print(f"{name:>36}  {value}")
    print(write(f"training_step_{arguments.preset}", figures))


if __name__ == "__main__":
    main()
