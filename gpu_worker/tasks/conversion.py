"""Conversion: singing and a voice, or a blend of voices, become singing in that voice."""

import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.job import ConvertResult, sound_names
from gpu_worker.contract.params import AutoKey, ContentEncoderName, ConvertParams
from gpu_worker.contract.stage import Stage
from gpu_worker.engine.config import CONTENT_RATE
from gpu_worker.engine.learning.training import TrainReporter
from gpu_worker.engine.melody.f0 import load_pitch
from gpu_worker.engine.rendering.blending import Share, blend
from gpu_worker.engine.rendering.conversion import Converter
from gpu_worker.engine.sound import audio
from gpu_worker.engine.sound.lufs import integrated_lufs
from gpu_worker.engine.speech.content import ContentEncoder, load_content_encoder
from gpu_worker.engine.stop import StopCheck
from gpu_worker.engine.voice.published import PublishedVoice, read_published
from gpu_worker.engine.voice.retrieval import read_index

from .base import Made, Tools, VoiceFiles, part, write_sound


def convert(
    source: Path,
    voices: Sequence[VoiceFiles],
    params: ConvertParams,
    folder: Path,
    tools: Tools,
    report: TrainReporter,
    stop: StopCheck,
) -> Made[ConvertResult]:
    """Convert one recording of singing, of any length, to a voice; the file lies in ``folder``.

    Raises ``JobError`` and ``Stopped``.
    """
    started = time.monotonic()
    report.progress(Stage.PREPARE, 0.0)
    with TemporaryDirectory(prefix=".convert-", dir=folder) as temporary:
        # The conversion hears 16 kHz mono; on disk, three hours of it cost no memory.
        wave = audio.decode_to_disk(source, Path(temporary), CONTENT_RATE, stop=stop)
        converter = load_converter(voices, params, tools, report)
        report.progress(Stage.CONVERT, 0.1)
        conversion = converter.stream(
            wave,
            params,
            part(report, Stage.CONVERT, 0.1, 0.95),
            stop,
            samples=_exact_samples(source, len(wave), converter.sample_rate),
        )
        (name,) = sound_names(("output",), params)
        blocks, rate = conversion.blocks, conversion.sample_rate
        knobs = _as_loud(wave, params)
        sound = write_sound(folder / name, blocks, rate, knobs, stop, ai_generated=True)
    report.progress(Stage.CONVERT, 1.0)
    took_s = time.monotonic() - started
    tell_key(conversion.key_shift, params, report)
    report.log(
        f"{sound.duration_s:.1f}초 길이의 노래를 {took_s:.1f}초 만에 변환했습니다",
        f"Converted {sound.duration_s:.1f} s of singing in {took_s:.1f} s",
    )
    result = ConvertResult(output=sound, key_shift=conversion.key_shift, seconds=took_s)
    return Made(result, {name: folder / name})


def _as_loud(wave: audio.Floats, params: ConvertParams) -> ConvertParams:
    """As loud as the source where no loudness is asked for: a voice's own is that of its takes.

    ``loudness_mix`` then moves loudness within the song only.
    """
    lufs = None if params.loudness_lufs else integrated_lufs(wave, CONTENT_RATE)
    return params if lufs is None else params.model_copy(update={"loudness_lufs": lufs})


def _exact_samples(source: Path, heard: int, rate: int) -> int | None:
    """The source's duration in samples at ``rate``, where its header fits the ``heard`` at 16 kHz.

    Counted at 16 kHz alone, the result could be a sample or two longer or shorter than its source.
    """
    seconds = audio.probe(source).seconds
    if abs(seconds * CONTENT_RATE - heard) > 1:
        return None
    return round(seconds * rate)


def load_converter(
    voices: Sequence[VoiceFiles], params: ConvertParams, tools: Tools, report: TrainReporter
) -> Converter:
    """The voice, or the blend, with the very encoder that it learned from.

    Raises ``JobError``: ENCODER_MISMATCH where the installed encoder is another, or the file names
    another than its owner recorded; WEIGHTS_MISSING; VOICES_DO_NOT_BLEND; and what reading a
    stranger's file raises.
    """
    published = [_read(voice) for voice in voices]
    encoder = _encoder(published[0], tools)
    shares = []
    for voice, content in zip(voices, published, strict=True):
        if voice.encoder is not None and voice.encoder.sha256 != encoder.sha256:
            raise JobError(Code.ENCODER_MISMATCH, f"another {encoder.id} is installed")
        dim = content.config.content_dim
        index = read_index(voice.index, dim) if voice.index else None
        if index is not None and encoder.id is ContentEncoderName.STARTER:
            index = index.heeded_by_size()
        shares.append(Share(content, voice.weight, index, voice.f0_median_hz))
    one = blend(shares)
    if params.auto_key is not AutoKey.OFF and one.f0_median_hz is None:
        report.log(
            "이 목소리의 음역을 몰라 자동 키를 쓰지 않습니다",
            "The voice's range is not known: the automatic key is left out",
            "warning",
        )
    return Converter(
        one.voice,
        encoder,
        load_pitch(params, tools.weights, tools.device),
        one.index,
        tools.device,
        f0_median_hz=one.f0_median_hz,
    )


def tell_key(key_shift: float, params: ConvertParams, report: TrainReporter) -> None:
    """Say what the automatic key did, where it was asked for."""
    if params.auto_key is not AutoKey.OFF:
        report.log(f"자동 키: {key_shift:+.0f} 반음", f"Automatic key: {key_shift:+.0f} semitones")


def _read(voice: VoiceFiles) -> PublishedVoice:
    published = read_published(voice.model)
    if voice.encoder is not None:
        published.require_encoder(voice.encoder.id, voice.encoder.sha256)
    return published


def _encoder(voice: PublishedVoice, tools: Tools) -> ContentEncoder:
    return load_content_encoder(
        voice.encoder_id, tools.weights, tools.device, voice.config.content_dim
    )
