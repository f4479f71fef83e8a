"""What each kind of job does, composed of engine calls: paths and knobs in, paths and facts out."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.job import ConvertResult, EncoderRef, TrainResult
from gpu_worker.contract.params import ConvertParams, TrainParams
from gpu_worker.contract.stage import Stage
from gpu_worker.engine import audio, training
from gpu_worker.engine.config import CONTENT_RATE, FRAME_RATE, spectrogram_config
from gpu_worker.engine.content import load_content_encoder
from gpu_worker.engine.conversion import Converter
from gpu_worker.engine.dataset import FeatureExtractor
from gpu_worker.engine.f0 import load_f0
from gpu_worker.engine.published import read_published
from gpu_worker.engine.retrieval import read_index
from gpu_worker.engine.stop import StopCheck
from gpu_worker.engine.training import TrainReporter
from gpu_worker.engine.weights import WeightSource


@dataclass(frozen=True, slots=True)
class Tools:
    """What every task needs: pretrained weights and the device to compute on."""

    weights: WeightSource
    device: torch.device


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished training: files in the published format, and the facts."""

    model: Path
    index: Path
    result: TrainResult


@dataclass(frozen=True, slots=True)
class VoiceFiles:
    """A voice to convert to. ``encoder`` is what the voice's owner recorded, if anybody did."""

    model: Path
    index: Path | None = None
    encoder: EncoderRef | None = None


def default_device() -> torch.device:
    """The first GPU, or the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def train(
    files: Sequence[Path],
    params: TrainParams,
    folder: Path,
    tools: Tools,
    report: TrainReporter,
    stop: StopCheck,
    resume: Path | None = None,
    voice_name: str = "",
) -> Trained:
    """Train a voice from recordings; everything it writes lies in ``folder``.

    ``voice_name`` goes into the published file; ``resume`` is a checkpoint of an earlier attempt.
    Raises ``JobError`` and ``Stopped``.
    """
    started = time.monotonic()
    report.progress(Stage.PREPARE, 0.0)
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
        device=tools.device,
        voice_name=voice_name,
    )
    start, end = outcome.mel_distance_start, outcome.mel_distance_end
    seconds = f"{outcome.usable_seconds:.0f}"
    report.log(
        f"목소리 {seconds}초로 학습을 마쳤습니다 (멜 거리 {start:.3f} → {end:.3f})",
        f"Trained on {seconds} s of voice (mel distance {start:.3f} -> {end:.3f})",
    )
    reference = EncoderRef(id=encoder.id, sha256=encoder.sha256)
    result = _train_result(outcome, params, reference, time.monotonic() - started)
    return Trained(outcome.model, outcome.index, result)


def _train_result(
    outcome: training.TrainOutcome, params: TrainParams, encoder: EncoderRef, seconds: float
) -> TrainResult:
    """The engine's outcome in the contract's words."""
    return TrainResult(
        preset=params.preset,
        sample_rate=params.sample_rate,
        encoder=encoder,
        steps=outcome.steps,
        usable_seconds=outcome.usable_seconds,
        f0_low_hz=outcome.f0_low_hz,
        f0_high_hz=outcome.f0_high_hz,
        mel_distance_start=outcome.mel_distance_start,
        mel_distance_end=outcome.mel_distance_end,
        losses=outcome.losses,
        seconds=seconds,
    )


@dataclass(frozen=True, slots=True)
class Prepared:
    """How much there is to learn from."""

    slices: int
    usable_seconds: float


def preprocess(
    files: Sequence[Path],
    params: TrainParams,
    folder: Path,
    tools: Tools,
    report: TrainReporter,
    stop: StopCheck,
) -> Prepared:
    """Slice recordings and keep their features in ``folder``, where a training finds them."""
    extractor = FeatureExtractor(
        spectrogram_config(params.sample_rate),
        load_content_encoder(params.content_encoder, tools.weights, tools.device),
        load_f0(params.f0_method, tools.weights, tools.device),
        folder / training.FEATURES,
    )
    slices = extractor.extract(files, _part(report, Stage.FEATURES, 0.0, 1.0), stop)
    return Prepared(len(slices), sum(item.frames for item in slices) / FRAME_RATE)


def convert(
    source: Path,
    voice: VoiceFiles,
    params: ConvertParams,
    target: Path,
    tools: Tools,
    report: TrainReporter,
    stop: StopCheck,
) -> ConvertResult:
    """Convert one recording of singing to a voice and write it to ``target``, tagged.

    Raises ``JobError`` and ``Stopped``.
    """
    started = time.monotonic()
    report.progress(Stage.PREPARE, 0.0)
    # The conversion hears 16 kHz: resampled on the way, three hours take a third of the memory.
    wave, rate = audio.decode(source, CONTENT_RATE, stop)
    converter = load_converter(voice, params, tools)
    report.progress(Stage.CONVERT, 0.1)
    converted, converted_rate = converter.convert(
        wave, rate, params, _part(report, Stage.CONVERT, 0.1, 0.95), stop
    )
    audio.encode(target, converted, converted_rate, params.output_format)
    report.progress(Stage.CONVERT, 1.0)
    song_s, took_s = len(converted) / converted_rate, time.monotonic() - started
    report.log(
        f"{song_s:.1f}초 길이의 노래를 {took_s:.1f}초 만에 변환했습니다",
        f"Converted {song_s:.1f} s of singing in {took_s:.1f} s",
    )
    return ConvertResult(
        duration_s=song_s,
        sample_rate=converted_rate,
        output_name=target.name,
        seconds=took_s,
    )


def load_converter(voice: VoiceFiles, params: ConvertParams, tools: Tools) -> Converter:
    """The voice with the very encoder that it learned from.

    Raises ``JobError``: ENCODER_MISMATCH where the installed encoder is another, or the file names
    another than its owner recorded; WEIGHTS_MISSING; and what reading a stranger's file raises.
    """
    published = read_published(voice.model)
    if voice.encoder is not None:
        published.require_encoder(voice.encoder.id, voice.encoder.sha256)
    encoder = load_content_encoder(published.encoder_id, tools.weights, tools.device)
    published.require_encoder(encoder.id, encoder.sha256)
    if voice.encoder is not None and voice.encoder.sha256 != encoder.sha256:
        raise JobError(Code.ENCODER_MISMATCH, f"another {encoder.id} is installed")
    f0 = load_f0(params.f0_method, tools.weights, tools.device)
    index = read_index(voice.index, encoder.dim) if voice.index else None
    return Converter(published, encoder, f0, index, tools.device)


def _part(report: TrainReporter, stage: Stage, low: float, high: float) -> Callable[[float], None]:
    """A plain 0..1 listener that reports ``low``..``high`` of a task."""
    return lambda fraction: report.progress(stage, low + (high - low) * fraction)
