"""A voice trained from recordings: features, steps, scores, export."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from ...contract.errors import Text
from ...contract.params import Preset, TrainBase, TrainParams
from ...contract.scores import Scores
from ...contract.stage import Stage
from ..config import discriminator_config, spectrogram_config, synthesizer_config, train_recipe
from ..melody.f0 import F0Estimator
from ..memory import free_bytes
from ..nets.discriminator import MultiPeriodDiscriminator
from ..nets.synthesizer import Synthesizer
from ..speech.content import ContentEncoder
from ..stop import StopCheck, check, never
from ..voice.indexing import build_index, write_index
from ..voice.published import VoiceMetadata, write_published
from ..weights import WeightSource
from .bases import find_base
from .candidates import Kept
from .dataset import Dataset, FeatureExtractor, build_dataset
from .disguise import disguises_of
from .endings import ending_text
from .features import clips_together
from .first_voice import begin_as_the_nearest
from .first_weights import prepare_weights as prepare_weights
from .rehearsal import while_rehearsing
from .reporting import TrainReporter as TrainReporter
from .scoring import Judge, load_ears
from .train_run import (
    FEATURES_END,
    HEARD_END,
    TRAIN_END,
    Run,
    Wishes,
    recipe_of,
    write_preview,
)
from .train_state import Sampler, TrainState
from .train_step import make_nets
from .transposing import only_singer

_BEGUN: Final = {
    TrainBase.PUBLISHED: (
        "공개된 시작 가중치에서 학습을 시작합니다",
        "Training starts from the published weights",
    ),
    TrainBase.STARTER: (
        "내장된 스타터 가중치에서 학습을 시작합니다",
        "Training starts from the starter's own weights",
    ),
}

FEATURES: Final = "features"
"""Folder of extracted features, below a training's own."""

JUDGED_SECONDS: Final = {Preset.DRAFT: 10.0, Preset.FULL: 30.0}
"""Of held-out sound, rendered to score a checkpoint; a draft's takes 2 s on one CPU core."""


@dataclass(frozen=True, slots=True)
class KeptVoice:
    """A checkpoint kept beside the exported one, as a published file; slots from 1."""

    slot: int
    step: int
    scores: Scores
    path: Path


@dataclass(frozen=True, slots=True)
class TrainOutcome:
    """A trained voice: its published files and the facts about it.

    ``steps`` were done, ``best_step`` is exported with its ``scores``. Mel distances are those of
    the held-out reference phrase, before training and as exported. ``base`` is what training
    really started from. ``candidates`` are the next best, slots from 1: slot 0 is ``model`` itself.
    ``ending`` says why training ended and this checkpoint was chosen.
    """

    model: Path
    index: Path
    steps: int
    best_step: int
    base: TrainBase
    usable_seconds: float
    f0_low_hz: float | None
    f0_median_hz: float | None
    f0_high_hz: float | None
    mel_distance_start: float
    mel_distance_end: float
    scores: Scores
    candidates: tuple[KeptVoice, ...]
    ending: Text
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
    finish: StopCheck = never,
    weights: WeightSource | None = None,
    device: torch.device | str = "cpu",
    voice_name: str = "",
) -> TrainOutcome:
    """Train a voice on ``files``; everything written lies in ``folder``.

    ``resume`` is a checkpoint of an earlier attempt with the same files: training goes on as if it
    had never ended, or, where that one was over, for the steps that ``params`` adds. ``finish``
    asks to end early and keep the best. ``weights`` is where published bases and the networks that
    judge are found; without it scores are fewer. Raises ``JobError`` and ``Stopped``.
    """
    extractor = FeatureExtractor(
        spectrogram_config(params.sample_rate),
        encoder,
        f0,
        folder / FEATURES,
        lambda ko, en: report.log(ko, en, "warning"),
        clips_together(free_bytes(torch.device(device))),
    )
    extract = partial(
        extractor.extract,
        files,
        lambda done: report.progress(Stage.FEATURES, done * HEARD_END),
        stop,
    )
    slices = while_rehearsing(extract, params, encoder.dim, torch.device(device))
    dataset = build_dataset(slices)
    check(stop)
    state = new_state(params, encoder, dataset, torch.device(device))
    begin(state, dataset, params, weights, resume, report)
    judge = Judge(
        dataset,
        spectrogram_config(params.sample_rate),
        load_ears(weights, f0),
        params.seed,
        JUDGED_SECONDS[params.preset],
    )
    disguises = _disguises(state, dataset, encoder, params, report, stop)
    check(stop)
    wishes = Wishes(stop, finish)
    Run(state, dataset, judge, params, folder, report, wishes, disguises).to_end()
    check(stop)
    report.progress(Stage.INDEX, TRAIN_END)
    return _Export(state, dataset, judge, params, folder, encoder, voice_name).write(report)


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
        "recordings": dataset.fingerprint,
        "seed": params.seed,
    }
    noise = torch.Generator(device).manual_seed(params.seed)
    return TrainState(nets, sampler, noise, identity, params.total_steps)


def begin(
    state: TrainState,
    dataset: Dataset,
    params: TrainParams,
    weights: WeightSource | None,
    resume: Path | None,
    report: TrainReporter,
) -> None:
    """Fill a fresh state from a checkpoint or from a published base, and tell of it."""
    if resume is not None:
        state.restore(resume)
        report.log(
            f"체크포인트에서 이어서 학습합니다 (스텝 {state.step})",
            f"Training goes on from the checkpoint (step {state.step})",
        )
    elif (base := find_base(params, weights)) is not None:
        voices = base.load_into(state.nets.generator, state.nets.discriminator)
        if voices is not None:
            begin_as_the_nearest(state.nets, voices, dataset.train, params.seed)
        state.base = base.origin
        report.log(*_BEGUN[base.origin])


def _disguises(
    state: TrainState,
    dataset: Dataset,
    encoder: ContentEncoder,
    params: TrainParams,
    report: TrainReporter,
    stop: StopCheck,
) -> list[tuple[Tensor, ...]]:
    """What the preset's recipe asks for, with its progress."""

    def progress(done: float) -> None:
        check(stop)
        report.progress(Stage.FEATURES, HEARD_END + done * (FEATURES_END - HEARD_END))

    count = recipe_of(state, params).disguises
    return disguises_of(dataset.train, encoder, count, params.seed, progress)


@dataclass(frozen=True, slots=True)
class _Export:
    """Writes the voice as it is published: model, kept checkpoints, index and last phrase."""

    state: TrainState
    dataset: Dataset
    judge: Judge
    params: TrainParams
    folder: Path
    encoder: ContentEncoder
    voice_name: str

    def write(self, report: TrainReporter) -> TrainOutcome:
        state, best = self.state, self.state.ranking.best
        model = self._model(best, self.folder / "model.pth")
        candidates = self._candidates(report)
        index = self._index()
        low, median, high = self.dataset.f0_range() or (None, None, None)
        assert state.ending is not None
        return TrainOutcome(
            model=model,
            index=index,
            steps=state.step,
            best_step=best.step,
            base=state.base,
            usable_seconds=self.dataset.usable_seconds,
            f0_low_hz=low,
            f0_median_hz=median,
            f0_high_hz=high,
            mel_distance_start=state.mel_distance_start,
            mel_distance_end=self._last_phrase(best, report),
            scores=best.scores,
            candidates=candidates,
            ending=ending_text(state.ending, state.step, self.params.patience, best),
            losses=state.losses,
        )

    def _model(self, kept: Kept, path: Path) -> Path:
        metadata = VoiceMetadata(
            name=self.voice_name,
            encoder=self.encoder.id,
            encoder_sha256=self.encoder.sha256,
            step=kept.step,
            epoch=kept.epoch,
        )
        net = kept.build(self.state.nets.generator.config)
        if train_recipe(self.params.preset).transposed:
            net = only_singer(net)
        write_published(path, net, metadata)
        return path

    def _candidates(self, report: TrainReporter) -> tuple[KeptVoice, ...]:
        """What is kept beside the best, which is exported already."""
        voices = []
        others = self.state.ranking.kept[1 : self.params.keep_checkpoints]
        for slot, kept in enumerate(others, start=1):
            path = self._model(kept, self.folder / f"candidate-{slot}.pth")
            report.candidate(slot, kept.step, path)
            voices.append(KeptVoice(slot, kept.step, kept.scores, path))
        return tuple(voices)

    def _index(self) -> Path:
        """All that the voice learned from; each content frame stands twice and is held once."""
        path = self.folder / "model.index"
        features = torch.cat([clip.content[::2] for clip in self.dataset.train])
        write_index(path, build_index(features.numpy(), self.params.seed))
        return path

    def _last_phrase(self, best: Kept, report: TrainReporter) -> float:
        """The reference phrase by the voice as it is published; its mel distance."""
        generator = self.state.nets.generator
        net = best.build(generator.config).to(next(generator.parameters()).device)
        phrase = self.judge.phrase(net)
        if number := self.params.previews:
            rate = generator.config.sample_rate
            write_preview(self.folder, report, number, best.step, phrase, rate)
        return phrase.mel_distance
