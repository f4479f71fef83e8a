"""Training: recordings become a voice."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from gpu_worker.contract.job import (
    INDEX,
    MODEL,
    EncoderRef,
    TrainResult,
    candidate_name,
)
from gpu_worker.contract.params import TrainParams
from gpu_worker.contract.scores import Candidate
from gpu_worker.contract.stage import Stage
from gpu_worker.engine.config import FRAME_RATE, spectrogram_config
from gpu_worker.engine.learning import training
from gpu_worker.engine.learning.choosing import chosen
from gpu_worker.engine.learning.dataset import FeatureExtractor
from gpu_worker.engine.learning.features import clips_together
from gpu_worker.engine.learning.training import TrainReporter
from gpu_worker.engine.melody.f0 import load_f0
from gpu_worker.engine.memory import free_bytes
from gpu_worker.engine.speech.content import load_content_encoder
from gpu_worker.engine.stop import StopCheck, never

from .base import Made, Tools, part


def train(
    files: Sequence[Path],
    params: TrainParams,
    folder: Path,
    tools: Tools,
    report: TrainReporter,
    stop: StopCheck,
    resume: Path | None = None,
    voice_name: str = "",
    finish: StopCheck = never,
) -> Made[TrainResult]:
    """Train a voice from recordings; everything it writes lies in ``folder``.

    ``voice_name`` goes into the published file; ``resume`` is a checkpoint of an earlier attempt or
    of the training that goes on; ``finish`` asks to end early with the best so far. Raises
    ``JobError`` and ``Stopped``.
    """
    started = time.monotonic()
    report.progress(Stage.PREPARE, 0.0)
    params = chosen(params, tools.weights, resume)
    encoder = load_content_encoder(params.content_encoder, tools.weights, tools.device)
    f0 = load_f0(params.f0_method, tools.weights, tools.device)
    report.log(
        f"{tools.device.type}에서 학습합니다 (발음 인코더 {encoder.id}, 음높이 {f0.name})",
        f"Training on {tools.device.type} (content encoder {encoder.id}, pitch by {f0.name})",
    )
    outcome = training.train(
        files,
        params,
        folder,
        encoder,
        f0,
        report,
        stop,
        resume,
        finish=finish,
        weights=tools.weights,
        device=tools.device,
        voice_name=voice_name,
    )
    start, end = outcome.mel_distance_start, outcome.mel_distance_end
    seconds = f"{outcome.usable_seconds:.0f}"
    report.log(
        f"목소리 {seconds}초로 학습을 마쳤습니다 (멜 거리 {start:.3f} → {end:.3f})",
        f"Trained on {seconds} s of voice (mel distance {start:.3f} -> {end:.3f})",
    )
    report.log(outcome.ending.ko, outcome.ending.en)
    reference = EncoderRef(id=encoder.id, sha256=encoder.sha256)
    result = _result(outcome, params, reference, time.monotonic() - started)
    return Made(result, {MODEL: outcome.model, INDEX: outcome.index})


def _result(
    outcome: training.TrainOutcome, params: TrainParams, encoder: EncoderRef, seconds: float
) -> TrainResult:
    """The engine's outcome in the contract's words."""
    return TrainResult(
        preset=params.preset,
        sample_rate=params.sample_rate,
        encoder=encoder,
        base=outcome.base,
        steps=outcome.steps,
        best_step=outcome.best_step,
        usable_seconds=outcome.usable_seconds,
        f0_low_hz=outcome.f0_low_hz,
        f0_median_hz=outcome.f0_median_hz,
        f0_high_hz=outcome.f0_high_hz,
        mel_distance_start=outcome.mel_distance_start,
        mel_distance_end=outcome.mel_distance_end,
        scores=outcome.scores,
        candidates=tuple(
            Candidate(step=kept.step, name=candidate_name(kept.slot), scores=kept.scores)
            for kept in outcome.candidates
        ),
        ending_ko=outcome.ending.ko,
        ending_en=outcome.ending.en,
        losses=outcome.losses,
        seconds=seconds,
    )


@dataclass(frozen=True, slots=True)
class Prepared:
    """How much there is to learn from."""

    slices: int
    usable_seconds: float


def extract_features(
    files: Sequence[Path],
    params: TrainParams,
    folder: Path,
    tools: Tools,
    report: TrainReporter,
    stop: StopCheck,
) -> Prepared:
    """Slice recordings and keep their features in ``folder``, where a training finds them."""
    params = chosen(params, tools.weights)
    extractor = FeatureExtractor(
        spectrogram_config(params.sample_rate),
        load_content_encoder(params.content_encoder, tools.weights, tools.device),
        load_f0(params.f0_method, tools.weights, tools.device),
        folder / training.FEATURES,
        lambda ko, en: report.log(ko, en, "warning"),
        clips_together(free_bytes(torch.device(tools.device))),
    )
    slices = extractor.extract(files, part(report, Stage.FEATURES, 0.0, 1.0), stop)
    return Prepared(len(slices), sum(item.frames for item in slices) / FRAME_RATE)
