"""The steps of one training, from wherever its state stands to its end."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from ...contract.errors import Code, JobError
from ...contract.params import AudioFormat, TrainBase, TrainParams
from ...contract.stage import Stage
from ..config import TrainRecipe, train_recipe
from ..memory import free_bytes
from ..nets.synthesizer import draw_segments
from ..sound.audio import encode
from ..stop import StopCheck, check
from .batches import make_batch
from .dataset import Dataset
from .disguise import disguised
from .early_stop import counting_from, out_of_patience
from .fast_step import FastStep, StepPath, batch_that_fits
from .reporting import TrainReporter
from .resident import SHARE, ResidentClips, resident_bytes
from .save_pace import SavePace
from .schedule import adversarial_now, learning_rate, preview_steps
from .scoring import Judge, Phrase
from .slices import Slice
from .train_state import Ending, TrainState
from .train_step import (
    Step,
    StepLosses,
    TrainBatch,
    direct_step,
    set_learning_rate,
    train_step,
)
from .transposing import transposing_of

# Shares of the whole work, for the progress bar: where features end, disguises too, and training.
HEARD_END: Final = 0.12
FEATURES_END: Final = 0.15
TRAIN_END: Final = 0.97
_REPORT_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody else may ask of a running training: end at once, or end well."""

    stop: StopCheck
    finish: StopCheck


class Run:
    """Trains ``state`` in place, scores its checkpoints and keeps the best."""

    def __init__(
        self,
        state: TrainState,
        dataset: Dataset,
        judge: Judge,
        params: TrainParams,
        folder: Path,
        report: TrainReporter,
        wishes: Wishes,
        disguises: Sequence[tuple[Tensor, ...]],
        step: StepPath = StepPath.AUTO,
    ) -> None:
        """``disguises``: for each clip of ``dataset.train`` other content that it may have."""
        self.state = state
        self.dataset = dataset
        self.disguises = disguises
        self.judge = judge
        self.params = params
        self.recipe = recipe_of(state, params)
        if self.recipe.frozen_content:
            state.nets.generator.enc_p.requires_grad_(False)
        self.folder = folder
        self.report = report
        self.wishes = wishes
        self.device = next(state.nets.generator.parameters()).device
        longest = max(clip.frames for clip in dataset.train)
        segment = state.nets.generator.config.segment_frames
        self.frames = max(segment, min(self.recipe.clip_frames, longest))
        self.preview_steps = preview_steps(params.total_steps, params.previews)
        self.pace = _Pace(state.step, params.total_steps)
        self.saving = SavePace()
        self.batch_size = batch_that_fits(
            params.batch_size, state.nets.generator.config, self.device
        )
        if self.batch_size < params.batch_size:
            self.report.log(
                f"GPU 메모리에 맞춰 배치 크기를 {self.batch_size}(으)로 줄였습니다",
                f"The batch size is {self.batch_size}, which fits the GPU's memory",
                "warning",
            )
        self.resident = _resident(dataset, self.recipe, self.device)
        self.train_step: Step = train_step
        # Only the published objective has a fast step: a draft's networks are small.
        if not self.recipe.direct and step.on(self.device) is StepPath.FAST:
            self.train_step = FastStep(state.nets)

    def to_end(self) -> Ending:
        """Train until the last step, until no checkpoint gets better, or until asked to finish."""
        state = self.state
        if state.step == 0:
            self._first_score()
        while state.ending is None:
            check(self.wishes.stop)
            losses = self._step()
            state.step += 1
            ending = self._asked_to_end()
            if self.pace.due() or ending:
                self._show(losses)
            if ending or state.step % self.params.checkpoint_every == 0:
                self._score()
                state.ending = ending or self._patience()
            elif state.step in self.preview_steps:
                self._preview(self.judge.phrase(state.nets.generator))
            scored = state.step % self.params.checkpoint_every == 0
            if state.ending or self.saving.due(scored):
                self._save()
        return state.ending

    def _step(self) -> StepLosses:
        state, recipe = self.state, self.recipe
        batch = self._batch(state.sampler.draw(self.batch_size))
        segment = state.nets.generator.config.segment_frames
        starts = draw_segments(batch.lengths, segment, state.noise)
        self._set_learning_rate()
        state.adversarial |= adversarial_now(recipe, self.params.total_steps, state.step)
        if recipe.direct:
            losses = direct_step(state.nets, batch, starts, state.noise, state.adversarial)
            state.nets.generator.dec.interpolate(recipe.interpolating)
            return losses
        return self.train_step(state.nets, batch, starts, state.noise)

    def _batch(self, numbers: list[int]) -> TrainBatch:
        config, draws = self.state.nets.mel.config, self.state.sampler.generator
        if self.resident is not None:
            return self.resident.batch(numbers, self.frames, config, draws)
        clips = [self._clip(n, draws) for n in numbers]
        moves = transposing_of(self.recipe)
        return make_batch(clips, self.frames, config, draws, self.device, moves)

    def _clip(self, number: int, draws: torch.Generator) -> Slice:
        """A clip with its own content, or with another, each as likely."""
        own = self.dataset.train[number]
        others = self.disguises[number]
        if not others:
            return own
        drawn = int(torch.randint(1 + len(others), (), generator=draws))
        return own if drawn == 0 else disguised(own, others[drawn - 1])

    def _set_learning_rate(self) -> None:
        state = self.state
        rate = learning_rate(
            self.recipe, self.params, state.step, state.sampler.epoch, state.first_step
        )
        for optimiser in (state.nets.optimiser_g, state.nets.optimiser_d):
            set_learning_rate(optimiser, rate)

    def _asked_to_end(self) -> Ending | None:
        if self.state.step >= self.params.total_steps:
            return Ending.STEPS
        return Ending.FINISH if self.wishes.finish() else None

    def _patience(self) -> Ending | None:
        first = counting_from(self.recipe, self.state.first_step, self.params.total_steps)
        spent = out_of_patience(self.state.ranking.scored, first, self.params.patience)
        return Ending.PATIENCE if spent else None

    def _show(self, losses: StepLosses) -> None:
        """Report progress. Reading the losses waits for the device, hence not every step."""
        step, total = self.state.step, self.params.total_steps
        self.state.losses = shown_losses(losses)
        if not all(math.isfinite(value) for value in self.state.losses.values()):
            raise JobError(Code.UNEXPECTED, f"training diverged before step {step}")
        self.report.progress(
            Stage.TRAIN,
            FEATURES_END + (TRAIN_END - FEATURES_END) * step / total,
            eta_s=self.pace.eta(step),
            step=step,
            total_steps=total,
            losses=self.state.losses,
        )

    def _first_score(self) -> None:
        """What training begins with; never chosen, since nothing of it was learned here."""
        scores, phrase = self.judge.score(self.state.nets.generator)
        self.state.mel_distance_start = phrase.mel_distance
        self.report.evaluated(0, scores, best=False)
        self._preview(phrase)

    def _score(self) -> None:
        state = self.state
        scores, phrase = self.judge.score(state.nets.generator)
        size = max(1, self.params.keep_checkpoints)
        best = state.ranking.add(
            state.nets.generator, state.step, state.sampler.epoch, scores, size
        )
        self.report.evaluated(state.step, scores, best)
        self._preview(phrase)

    def _preview(self, phrase: Phrase) -> None:
        """Keep a rendered phrase where one is due; the last one is left to the exported voice."""
        step = self.state.step
        for number, due in enumerate(self.preview_steps[:-1]):
            if due == step:
                rate = self.state.nets.mel.config.sample_rate
                write_preview(self.folder, self.report, number, step, phrase, rate)

    def _save(self) -> None:
        path = self.folder / "checkpoint.pt"
        with self.saving.measured():
            self.state.save(path)
            self.report.checkpoint(self.state.step, path)


def recipe_of(state: TrainState, params: TrainParams) -> TrainRecipe:
    """The preset's, with or without a base as the training began."""
    return train_recipe(params.preset, has_base=state.base is not TrainBase.SCRATCH)


def _resident(dataset: Dataset, recipe: TrainRecipe, device: torch.device) -> ResidentClips | None:
    """The clips on a GPU, unless they are many or have to be transposed on the way."""
    free = free_bytes(device)
    if (
        free is None
        or recipe.transposed
        or recipe.disguises
        or resident_bytes(dataset.train) > SHARE * free
    ):
        return None
    return ResidentClips(dataset.train, device)


def write_preview(
    folder: Path, report: TrainReporter, number: int, step: int, phrase: Phrase, sample_rate: int
) -> None:
    """Store a rendered phrase and tell of it."""
    path = folder / f"preview-{number:02d}.flac"
    encode(path, phrase.wave.numpy(), sample_rate, AudioFormat.FLAC)
    report.preview(number, step, phrase.mel_distance, path)


def shown_losses(losses: StepLosses) -> dict[str, float]:
    """The losses by short name; those that this kind of step does not have are left out."""
    values = {
        field.name.removeprefix("loss_"): float(getattr(losses, field.name))
        for field in fields(losses)
        if field.name.startswith("loss_")
    }
    return {name: value for name, value in values.items() if value != 0.0}


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
        return a_step * max(0, self._total - step)
