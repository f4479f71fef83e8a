"""The base model: generator and discriminator learn many voices, spoken and sung, 80 to 900 Hz.

    python -m starter.base --pack PACK --encoder FILE --out DIR [--preset draft|full]
        [--begin DIR --rate 5e-4] [--device cuda] [--minutes 12] [--scale 1.0]

The steps are the engine's own for the preset; each voice has a row of the speaker embedding. A
draft is also held to be heard by the encoder as what was said. Begins with the base of
``--begin``, which has the same voices; goes on from ``DIR/checkpoint.pt``; writes
``DIR/generator.safetensors`` and ``DIR/discriminator.safetensors``, whose singer is the mean.
"""

import argparse
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from gpu_worker.contract.params import Preset
from gpu_worker.engine.config import (
    discriminator_config,
    spectrogram_config,
    synthesizer_config,
    train_recipe,
)
from gpu_worker.engine.files import write_whole
from gpu_worker.engine.learning.bases import VOICES, Base
from gpu_worker.engine.learning.disguise import FARTHEST, disguised, disguised_content
from gpu_worker.engine.learning.fast_step import FastStep
from gpu_worker.engine.learning.first_weights import prepare_weights
from gpu_worker.engine.learning.resident import ResidentClips
from gpu_worker.engine.learning.slices import Slice
from gpu_worker.engine.learning.train_step import (
    Listen,
    Step,
    StepLosses,
    TrainBatch,
    direct_step,
    make_nets,
    set_learning_rate,
    train_step,
)
from gpu_worker.engine.nets.discriminator import MultiPeriodDiscriminator
from gpu_worker.engine.nets.synthesizer import Synthesizer, draw_segments
from gpu_worker.engine.speech.starter import WIDTH, StarterEncoder, load_starter_encoder
from starter.captured import CapturedStep
from starter.content_loss import ContentLoss
from starter.material import Heard, Pack, Ways, hear_all, read_pack
from starter.pace import to_the_end

SEED: Final = 11
RATE: Final = 40_000
WAYS: Final = Ways(moved=1, sung=2, own_formants=True, rate=RATE)
DISGUISES: Final = 2
_PEAK_RATES: Final = {Preset.DRAFT: 1e-3, Preset.FULL: 2e-4}
_LAST_RATE: Final = 0.1
_WARM_UP: Final = 200
_FULL_SPEAKERS: Final = 109
_FIRST_SPREAD: Final = 0.1


@torch.no_grad()
def clips_of(
    heard: Sequence[Heard], encoder: StarterEncoder, device: torch.device, hop: int
) -> list[Slice]:
    """Each way to hear an item as training material, with the encoder's states: its own, and those
    of ``DISGUISES`` drawn disguises, which are clips of their own."""
    encoder = encoder.to(device)
    random = np.random.default_rng(SEED)
    clips = []
    for one in heard:
        wave = torch.from_numpy(one.wave).to(device).float() / 32768
        states = encoder(wave[None])[0]
        content = states.repeat_interleave(2, dim=0).cpu()
        loud = torch.from_numpy(one.loud).float() / 32768
        frames = min(len(content), len(one.f0), len(loud) // hop)
        f0 = torch.from_numpy(one.f0[:frames])
        clips.append(Slice(loud[: frames * hop], content[:frames], f0, one.item))
        for ratio in FARTHEST ** random.uniform(-1, 1, DISGUISES):
            other = disguised_content(
                lambda played: encoder(played[None])[0], wave, float(ratio), len(states)
            )
            clips.append(disguised(clips[-1], other.cpu()))
    return clips


@dataclass(frozen=True)
class Singers:
    """Clips on the device and who is heard in each."""

    clips: ResidentClips
    count: int
    voices: tuple[int, ...]

    def batch(self, size: int, frames: int, preset_rate: int, draws: torch.Generator) -> TrainBatch:
        """``size`` clips drawn evenly, ``frames`` of each."""
        numbers = torch.randint(len(self.voices), (size,), generator=draws).tolist()
        batch = self.clips.batch(numbers, frames, spectrogram_config(preset_rate), draws)
        speaker = torch.tensor([self.voices[n] for n in numbers], device=batch.speaker.device)
        return replace(batch, speaker=speaker)


def singers(pack: Pack, clips: Sequence[Slice], device: torch.device) -> Singers:
    """Voices numbered by name; a clip's source is its item."""
    names = sorted({item.voice for item in pack.items})
    voices = tuple(names.index(pack.items[clip.source].voice) for clip in clips)
    return Singers(ResidentClips(clips, device), len(names), voices)


class BaseTraining:
    """Both networks, their optimisers, and where they stand."""

    def __init__(
        self,
        preset: Preset,
        count: int,
        steps: int,
        batch: int,
        device: torch.device,
        listen: Listen | None = None,
        rate: float | None = None,
    ) -> None:
        self.preset, self.count, self.steps = preset, count, steps
        self.batch, self.device = batch, device
        self.recipe = train_recipe(preset)
        self.peak_rate = rate or _PEAK_RATES[preset]
        full = synthesizer_config(preset, RATE, WIDTH)
        speakers = _FULL_SPEAKERS if preset is Preset.FULL else count
        torch.manual_seed(SEED)
        synthesizer = Synthesizer(replace(full, speakers=speakers))
        prepare_weights(synthesizer, preset)
        # The mean of voices that are far apart is none of them: they begin close together.
        with torch.no_grad():
            synthesizer.emb_g.weight *= _FIRST_SPREAD
        self.nets = make_nets(
            synthesizer.to(device),
            MultiPeriodDiscriminator(discriminator_config(preset)).to(device),
            spectrogram_config(RATE),
            self.peak_rate,
        )
        self.draws = torch.Generator().manual_seed(SEED)
        self.noise = torch.Generator(device).manual_seed(SEED)
        self.step = 0
        self.spent = 0.0
        """Share of the minutes, where they are limited: the rate falls by what runs out first."""
        cuda = device.type == "cuda"
        self._train_step: Step = (
            FastStep(self.nets) if cuda and not self.recipe.direct else train_step
        )
        self._direct_step: Callable[..., StepLosses] = partial(
            direct_step, self.nets, listen=listen
        )
        if cuda and self.recipe.direct:
            self._direct_step = CapturedStep(self.nets, device, listen)

    def begin(self, base: Base) -> None:
        """Take the weights of a base that has learned from the same voices.

        Raises ``JobError(WEIGHTS_MISSING)`` where it is of another size, ``ValueError`` where it
        has other voices.
        """
        config = synthesizer_config(self.preset, RATE, WIDTH)
        plain = Synthesizer(config)
        voices = base.load_into(plain, self.nets.discriminator)
        if voices is None or len(voices) != self.count:
            raise ValueError(f"the base has not the {self.count} voices of the pack")
        state = plain.state_dict() | {"emb_g.weight": voices}
        self.nets.generator.load_state_dict(state)

    def train_step(self, material: Singers) -> StepLosses:
        batch = material.batch(self.batch, self.recipe.clip_frames, RATE, self.draws)
        frames = self.nets.generator.config.segment_frames
        starts = draw_segments(batch.lengths, frames, self.noise)
        for optimiser in (self.nets.optimiser_g, self.nets.optimiser_d):
            set_learning_rate(optimiser, self._rate())
        if self.recipe.direct:
            judged = max(self.spent, self.step / self.steps) >= self.recipe.adversarial_from
            losses = self._direct_step(batch, starts, self.noise, judged)
            self.nets.generator.dec.interpolate(self.recipe.interpolating)
        else:
            losses = self._train_step(self.nets, batch, starts, self.noise)
        self.step += 1
        return losses

    def _rate(self) -> float:
        share = min(1.0, max(self.spent, self.step / max(1, self.steps)))
        fall = _LAST_RATE + (1 - _LAST_RATE) * 0.5 * (1 + math.cos(math.pi * share))
        return self.peak_rate * fall * min(1.0, (self.step + 1) / _WARM_UP)

    def save(self, folder: Path) -> None:
        """Checkpoint and both networks, each file written whole."""
        nets = self.nets
        content = {
            "step": self.step,
            "generator": nets.generator.state_dict(),
            "discriminator": nets.discriminator.state_dict(),
            "optimiser_g": nets.optimiser_g.state_dict(),
            "optimiser_d": nets.optimiser_d.state_dict(),
            "draws": self.draws.get_state(),
            "noise": self.noise.get_state(),
        }
        write_whole(folder / "checkpoint.pt", lambda aside: torch.save(content, aside))
        speakers = synthesizer_config(self.preset, RATE, WIDTH).speakers
        generator = as_base(nets.generator, speakers, self.count)
        _write(folder / "generator.safetensors", generator)
        _write(folder / "discriminator.safetensors", nets.discriminator.state_dict())

    def restore(self, path: Path) -> None:
        content = torch.load(path, map_location=self.device, weights_only=True)
        self.nets.generator.load_state_dict(content["generator"])
        self.nets.discriminator.load_state_dict(content["discriminator"])
        self.nets.optimiser_g.load_state_dict(content["optimiser_g"])
        self.nets.optimiser_d.load_state_dict(content["optimiser_d"])
        self.draws.set_state(content["draws"].cpu())
        self.noise.set_state(content["noise"].cpu())
        self.step = content["step"]


def as_base(generator: nn.Module, speakers: int, heard: int) -> dict[str, Tensor]:
    """The generator's state with ``speakers`` rows of embedding: each the mean of those ``heard``,
    which are the first, and these beside it."""
    state = dict(generator.state_dict())
    voices = state["emb_g.weight"][:heard]
    state["emb_g.weight"] = voices.mean(0, keepdim=True).repeat(speakers, 1)
    state[VOICES] = voices
    return state


def _write(path: Path, state: dict[str, Tensor]) -> None:
    half = {name: tensor.detach().half().cpu().contiguous() for name, tensor in state.items()}
    write_whole(path, lambda aside: save_file(half, aside))


def train(training: BaseTraining, material: Singers, folder: Path, minutes: float | None) -> None:
    """To the last step, or as far as the minutes allow; what was reached is saved."""
    losses: StepLosses

    def take_step() -> None:
        nonlocal losses
        losses = training.train_step(material)

    def shown() -> dict[str, float]:
        mel, adversarial = float(losses.loss_mel), float(losses.loss_gen)
        if not math.isfinite(mel):
            raise RuntimeError(f"training diverged before step {training.step}")
        return {"mel": round(mel, 3), "gen": round(adversarial, 3)}

    to_the_end(training, training.steps, take_step, shown, folder, minutes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--begin", type=Path, help="folder of the base to begin with")
    parser.add_argument("--rate", type=float, help="the highest; default: the preset's")
    parser.add_argument("--preset", type=Preset, choices=list(Preset), default=Preset.DRAFT)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--scale", type=float, default=1.0, help="of the lines, for a trial")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    device = torch.device(arguments.device)
    pack = read_pack(arguments.pack, arguments.scale, taught=False)
    heard = hear_all(pack, WAYS, SEED, arguments.jobs)
    encoder = load_starter_encoder(arguments.encoder).to(device)
    clips = clips_of(heard, encoder, device, RATE // 100)
    material = singers(pack, clips, device)
    training = BaseTraining(
        arguments.preset,
        material.count,
        arguments.steps,
        arguments.batch,
        device,
        ContentLoss(encoder, RATE),
        arguments.rate,
    )
    arguments.out.mkdir(parents=True, exist_ok=True)
    checkpoint = arguments.out / "checkpoint.pt"
    if checkpoint.is_file():
        training.restore(checkpoint)
    elif arguments.begin:
        folder = arguments.begin
        training.begin(Base(folder / "generator.safetensors", folder / "discriminator.safetensors"))
    train(training, material, arguments.out, arguments.minutes)


if __name__ == "__main__":
    main()
