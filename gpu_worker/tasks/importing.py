"""Import: a voice that another program published becomes one of ours."""

import shutil
import time
from pathlib import Path

from gpu_worker.contract.job import INDEX, MODEL, EncoderRef, ImportResult
from gpu_worker.contract.params import Preset
from gpu_worker.contract.stage import Stage
from gpu_worker.engine.config import SynthesizerConfig, synthesizer_config
from gpu_worker.engine.learning.training import TrainReporter
from gpu_worker.engine.speech.content import load_content_encoder
from gpu_worker.engine.voice.published import (
    PublishedVoice,
    VoiceMetadata,
    read_published,
    write_published,
)
from gpu_worker.engine.voice.retrieval import read_index

from .base import Made, Tools


def take_in(
    model: Path, index: Path | None, name: str, folder: Path, tools: Tools, report: TrainReporter
) -> Made[ImportResult]:
    """Check a stranger's model and index, and write the model anew: none of their bytes run.

    Raises ``JobError``: what ``read_published`` and ``read_index`` raise, ENCODER_MISMATCH where
    the model names another encoder than the installed one, WEIGHTS_MISSING where there is none.
    """
    started = time.monotonic()
    report.progress(Stage.PREPARE, 0.0)
    voice = read_published(model)
    dim = voice.config.content_dim
    encoder = load_content_encoder(voice.encoder_id, tools.weights, tools.device, dim)
    voice.require_encoder(encoder.id, encoder.sha256, dim)
    vectors = _vectors(index, dim)
    report.progress(Stage.INDEX, 0.5)
    step = _step(voice)
    facts = VoiceMetadata(name=name, encoder=encoder.id, encoder_sha256=encoder.sha256, step=step)
    write_published(folder / MODEL, voice.build(), facts)
    files = {MODEL: folder / MODEL}
    if index is not None:
        shutil.copyfile(index, folder / INDEX)
        files[INDEX] = folder / INDEX
    rate = voice.config.sample_rate
    report.log(
        f"목소리를 확인했습니다 ({rate} Hz, 발음 인코더 {encoder.id}, 색인 {vectors}개)",
        f"The voice was checked ({rate} Hz, content encoder {encoder.id}, index of {vectors})",
    )
    report.progress(Stage.INDEX, 1.0)
    result = ImportResult(
        preset=_preset(voice.config),
        sample_rate=rate,
        encoder=EncoderRef(id=encoder.id, sha256=encoder.sha256),
        step=step,
        vectors=vectors,
        seconds=time.monotonic() - started,
    )
    return Made(result, files)


def _vectors(index: Path | None, dim: int) -> int:
    return 0 if index is None else len(read_index(index, dim).vectors)


def _step(voice: PublishedVoice) -> int:
    """What the file says of its training; other programs write it as they like."""
    stored = voice.metadata.get("step")
    return stored if isinstance(stored, int) and 0 <= stored < 2**31 else 0


def _preset(config: SynthesizerConfig) -> Preset:
    """Draft where it has our draft's shapes; whatever others publish is of full size."""
    draft = synthesizer_config(Preset.DRAFT, config.sample_rate, config.content_dim)
    return Preset.DRAFT if config == draft else Preset.FULL
