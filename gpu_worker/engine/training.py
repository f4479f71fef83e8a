"""A voice trained from recordings: features, steps, previews, checkpoints, export."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, Literal, Protocol

import torch
from torch import Tensor

from ..contract.errors import Code, JobError
from ..contract.params import AudioFormat, Preset, TrainParams
from ..contract.stage import Stage
from .audio import encode
from .batches import make_batch
from .config import (
    TrainRecipe,
    discriminator_config,
    spectrogram_config,
    synthesizer_config,
    train_recipe,
)
from .content import ContentEncoder
from .dataset import Dataset, FeatureExtractor, Slice, build_dataset
from .evaluation import mel_distance
from .f0 import F0Estimator
from .nets.discriminator import MultiPeriodDiscriminator
from .nets.synthesizer import Synthesizer, draw_segments
from .pitch import coarse_pitch
from .published import VoiceMetadata, write_published
from .retrieval import build_index, write_index
from .stop import StopCheck, check
from .train_state import Sampler, TrainState
from .train_step import StepLosses, direct_step, make_nets, train_step

FIRST_LOG_DEVIATION: Final = -4.0
"""Of the latent where weights start at random: its noise is quieter than its mean."""

FEATURES: Final = "features"
"""Folder of extracted features, below a training's own."""

# Shares of the whole work, for the progress bar: where features end and where training ends.
_FEATURES_END: Final = 0.15
_TRAIN_END: Final = 0.97
_REPORT_SECONDS: Final = 1.0


class TrainReporter(Protocol):
    """Who hears how a training goes. ``fraction`` is of the work done here, in 0..1."""

    def progress(
        self,
        stage: Stage,
        fraction: float,
        *,
        eta_s: float | None = None,
        step: int | None = None,
        total_steps: int | None = None,
        losses: Mapping[str, float] | None = None,
    ) -> None: ...

    def checkpoint(self, step: int, path: Path) -> None: ...

    def preview(self, number: int, step: int, mel_distance: float, path: Path) -> None: ...

    def log(
        self, ko: str, en: str, level: Literal["info", "warning", "error"] = "info"
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class TrainOutcome:
    """A trained voice: its published files and the facts about it. Mel distances are held out."""

    model: Path
    index: Path
    steps: int
    usable_seconds: float
    f0_low_hz: float | None
    f0_high_hz: float | None
    mel_distance_start: float
    mel_distance_end: float
    losses: dict[str, float]


def train(
    files: Sequence[Path],
    params: TrainParams,
    folder: Path,
    encoder: ContentEncoder,
    f0: F0Estimator,
    report: TrainReporter,
    stop: StopCheck,
    resume: Path | None = None,
    *,
    device: torch.device | str = "cpu",
    voice_name: str = "",
) -> TrainOutcome:
    """Train a voice on ``files``; everything written lies in ``folder``.

    ``resume`` is a checkpoint of an earlier attempt with the same params and files: training goes
    on as if it had never ended. Raises ``JobError`` and ``Stopped``.
    """
    spectrogram = spectrogram_config(params.sample_rate)
    extractor = FeatureExtractor(spectrogram, encoder, f0, folder / FEATURES)
    slices = extractor.extract(
        files, lambda done: report.progress(Stage.FEATURES, done * _FEATURES_END), stop
    )
    dataset = build_dataset(slices)
    check(stop)
    state = new_state(params, encoder, dataset, torch.device(device))
    if resume is not None:
        state.restore(resume)
        report.log(
            f"체크포인트에서 이어서 학습합니다 (스텝 {state.step})",
            f"Training goes on from the checkpoint (step {state.step})",
        )
    losses = _Run(state, dataset, params, folder, report, stop).to_end()
    check(stop)
    report.progress(Stage.INDEX, _TRAIN_END)
    return _export(state, dataset, params, folder, encoder, voice_name, losses)


def new_state(
    params: TrainParams, encoder: ContentEncoder, dataset: Dataset, device: torch.device
) -> TrainState:
    """Networks from random weights, their optimisers and random state; all from ``params.seed``."""
    recipe = train_recipe(params.preset)
    # Initialisation knows only the global generator: it is given back as it was.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(params.seed)
        synthesizer = Synthesizer(
            synthesizer_config(params.preset, params.sample_rate, encoder.dim)
        )
        discriminator = MultiPeriodDiscriminator(discriminator_config(params.preset))
    prepare_weights(synthesizer, params.preset)
    nets = make_nets(
        synthesizer.to(device),
        discriminator.to(device),
        spectrogram_config(params.sample_rate),
        params.learning_rate * recipe.learning_rate_factor,
    )
    sampler = Sampler(len(dataset.train), torch.Generator().manual_seed(params.seed))
    identity: dict[str, str | int] = {
        "preset": str(params.preset),
        "sample_rate": int(params.sample_rate),
        "encoder": encoder.sha256,
        "f0_method": str(params.f0_method),
        "clips": len(dataset.train),
        "seed": params.seed,
    }
    noise = torch.Generator(device).manual_seed(params.seed)
    return TrainState(nets, sampler, noise, identity)


@torch.no_grad()
def prepare_weights(synthesizer: Synthesizer, preset: Preset) -> None:
    """Replace random first weights by a preset's own, in place."""
    recipe = train_recipe(preset)
    if recipe.source_gain is None:
        return
    excitation = synthesizer.dec.m_source.l_linear
    excitation.weight.fill_(recipe.source_gain)
    excitation.bias.zero_()
    # Pitches that were never trained then change nothing, instead of something random.
    synthesizer.enc_p.emb_pitch.weight.zero_()
    projection, inter = synthesizer.enc_p.proj, synthesizer.enc_p.inter_channels
    projection.weight[:inter] *= recipe.content_gain
    projection.weight[inter:] = 0.0
    assert projection.bias is not None
    projection.bias[inter:] = FIRST_LOG_DEVIATION


@torch.no_grad()
def render(net: Synthesizer, clip: Slice, seed: int) -> Tensor:
    """The clip's content and F0 sung by the voice: (T,) on the CPU, the same for the same seed."""
    device = next(net.parameters()).device
    f0 = clip.f0.to(device).unsqueeze(0)
    audio = net.infer(
        clip.content.to(device).unsqueeze(0),
        torch.tensor([clip.frames], device=device),
        coarse_pitch(f0),
        f0,
        torch.zeros(1, dtype=torch.int64, device=device),
        generator=torch.Generator(device).manual_seed(seed),
    )
    return audio[0, 0].float().cpu()


def preview_steps(total_steps: int, previews: int) -> tuple[int, ...]:
    """The step of each rendered phrase, evenly spaced from before the first to after the last."""
    return tuple(round(total_steps * n / previews) for n in range(previews + 1)) if previews else ()


class _Run:
    """The steps of one training, from wherever its state stands."""

    def __init__(
        self,
        state: TrainState,
        dataset: Dataset,
        params: TrainParams,
        folder: Path,
        report: TrainReporter,
        stop: StopCheck,
    ) -> None:
        self.state = state
        self.dataset = dataset
        self.params = params
        self.recipe = train_recipe(params.preset)
        self.folder = folder
        self.report = report
        self.stop = stop
        self.device = next(state.nets.generator.parameters()).device
        longest = max(clip.frames for clip in dataset.train)
        segment = state.nets.generator.config.segment_frames
        self.frames = max(segment, min(self.recipe.clip_frames, longest))
        self.preview_steps = preview_steps(params.total_steps, params.previews)
        self.pace = _Pace(state.step, params.total_steps)

    def to_end(self) -> dict[str, float]:
        """Train until the last step; returns its losses (none where none was left to do)."""
        state, total = self.state, self.params.total_steps
        shown: dict[str, float] = {}
        if state.step == 0:
            state.mel_distance_start = self._evaluate()
        while state.step < total:
            check(self.stop)
            losses = self._step()
            state.step += 1
            last = state.step == total
            if self.pace.due() or last:
                shown = self._show(losses)
            if last or state.step in self.preview_steps:
                state.mel_distance_end = self._evaluate()
            if last or state.step % self.params.checkpoint_every == 0:
                self._save()
        return shown

    def _step(self) -> StepLosses:
        state, recipe = self.state, self.recipe
        clips = [self.dataset.train[n] for n in state.sampler.draw(self.params.batch_size)]
        config = state.nets.mel.config
        batch = make_batch(clips, self.frames, config, state.sampler.generator, self.device)
        segment = state.nets.generator.config.segment_frames
        starts = draw_segments(batch.lengths, segment, state.noise)
        self._set_learning_rate()
        if recipe.direct:
            adversarial = state.step >= recipe.adversarial_from * self.params.total_steps
            return direct_step(state.nets, batch, starts, state.noise, adversarial)
        return train_step(state.nets, batch, starts, state.noise)

    def _set_learning_rate(self) -> None:
        rate = learning_rate(
            self.recipe, self.params, self.state.step, epoch=self.state.sampler.epoch
        )
        for optimiser in (self.state.nets.optimiser_g, self.state.nets.optimiser_d):
            for group in optimiser.param_groups:
                group["lr"] = rate

    def _show(self, losses: StepLosses) -> dict[str, float]:
        """Report progress. Reading the losses waits for the device, hence not every step."""
        step, total = self.state.step, self.params.total_steps
        shown = shown_losses(losses)
        if not all(math.isfinite(value) for value in shown.values()):
            raise JobError(Code.UNEXPECTED, f"training diverged before step {step}")
        fraction = _FEATURES_END + (_TRAIN_END - _FEATURES_END) * step / total
        self.report.progress(
            Stage.TRAIN,
            fraction,
            eta_s=self.pace.eta(step),
            step=step,
            total_steps=total,
            losses=shown,
        )
        return shown

    def _evaluate(self) -> float:
        """Render the held-out clip, measure it and keep it where a preview is due."""
        net, clip = self.state.nets.generator, self.dataset.held_out
        config = self.state.nets.mel.config
        audio = render(net, clip, self.params.seed)
        distance = mel_distance(clip.wave, audio, config)
        for number, step in enumerate(self.preview_steps):
            if step == self.state.step:
                path = self.folder / f"preview-{number:02d}.flac"
                encode(path, audio.numpy(), config.sample_rate, AudioFormat.FLAC)
                self.report.preview(number, step, distance, path)
        return distance

    def _save(self) -> None:
        path = self.folder / "checkpoint.pt"
        self.state.save(path)
        self.report.checkpoint(self.state.step, path)


def shown_losses(losses: StepLosses) -> dict[str, float]:
    """The losses by short name; those that this kind of step does not have are left out."""
    values = {
        field.name.removeprefix("loss_"): float(getattr(losses, field.name))
        for field in fields(losses)
        if field.name.startswith("loss_")
    }
    return {name: value for name, value in values.items() if value != 0.0}


def learning_rate(recipe: TrainRecipe, params: TrainParams, step: int, epoch: int) -> float:
    """The rate of a step (from 0) in an epoch (from 0)."""
    base = params.learning_rate * recipe.learning_rate_factor * recipe.epoch_decay**epoch
    base *= min(1.0, (step + 1) / max(1, recipe.warm_up))
    past_half = max(0.0, 2 * step / params.total_steps - 1)
    return base * (1 - past_half * (1 - recipe.final_rate))


class _Pace:
    """When to report, and how long the rest will take."""

    def __init__(self, first_step: int, total_steps: int) -> None:
        self._first = first_step
        self._total = total_steps
        self._started = self._reported = time.monotonic()

    def due(self) -> bool:
        """Whether a second has passed since the last report."""
        now = time.monotonic()
        if now - self._reported < _REPORT_SECONDS:
            return False
        self._reported = now
        return True

    def eta(self, step: int) -> float:
        """Seconds that the remaining steps take at the mean pace so far."""
        a_step = (time.monotonic() - self._started) / max(1, step - self._first)
        return a_step * (self._total - step)


def _export(
    state: TrainState,
    dataset: Dataset,
    params: TrainParams,
    folder: Path,
    encoder: ContentEncoder,
    voice_name: str,
    losses: dict[str, float],
) -> TrainOutcome:
    """Write the voice as it is published: the model, and the index of all that it learned from."""
    model, index = folder / "model.pth", folder / "model.index"
    metadata = VoiceMetadata(
        name=voice_name,
        encoder=encoder.id,
        encoder_sha256=encoder.sha256,
        step=state.step,
        epoch=state.sampler.epoch,
    )
    write_published(model, state.nets.generator, metadata)
    # Each content frame stands twice: the index holds it once.
    features = torch.cat([clip.content[::2] for clip in dataset.train])
    write_index(index, build_index(features.numpy(), params.seed))
    f0_range = dataset.f0_range()
    return TrainOutcome(
        model=model,
        index=index,
        steps=state.step,
        usable_seconds=dataset.usable_seconds,
        f0_low_hz=f0_range[0] if f0_range else None,
        f0_high_hz=f0_range[1] if f0_range else None,
        mel_distance_start=state.mel_distance_start,
        mel_distance_end=state.mel_distance_end,
        losses=losses,
    )
