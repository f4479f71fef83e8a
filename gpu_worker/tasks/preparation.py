"""Songs into stems, and recordings made ready for training."""

import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from gpu_worker.contract.job import (
    SEPARATE_STEMS,
    PreprocessResult,
    SeparateResult,
    sound_names,
)
from gpu_worker.contract.params import PreprocessParams, SeparateParams, SeparatorName
from gpu_worker.contract.stage import Stage
from gpu_worker.engine.cleaning import clean, load_denoiser
from gpu_worker.engine.learning.training import TrainReporter
from gpu_worker.engine.progress import Listener
from gpu_worker.engine.separation import Separator, Stems, load_separator
from gpu_worker.engine.sound import audio
from gpu_worker.engine.stop import StopCheck

from .base import Floats, Made, Tools, mono_on_disk, part, write_sound


def separate(
    source: Path,
    params: SeparateParams,
    folder: Path,
    tools: Tools,
    report: TrainReporter,
    stop: StopCheck,
    *,
    ai_generated: bool = False,
) -> Made[SeparateResult]:
    """Take a song apart into vocals and instrumental, both as long as the song.

    ``ai_generated`` says that the song is, and so are its stems. Raises ``JobError`` and
    ``Stopped``.
    """
    started = time.monotonic()
    report.progress(Stage.PREPARE, 0.0)
    separator = choose_separator(params.separator, tools, report)
    with TemporaryDirectory(prefix=".separate-", dir=folder) as temporary:
        rate = audio.probe(source).rate
        stems = take_apart(
            source, separator, Path(temporary), part(report, Stage.SEPARATE, 0.05, 0.9), stop
        )
        names = sound_names(SEPARATE_STEMS, params)
        waves = (stems.vocals, stems.instrumental)
        sounds = []
        for number, (name, wave) in enumerate(zip(names, waves, strict=True)):
            report.progress(Stage.SEPARATE, 0.9 + 0.05 * number)
            stem = np.asarray(wave)
            path = folder / name
            sound = write_sound(path, stem, rate, params, stop, ai_generated=ai_generated)
            sounds.append(sound)
    report.progress(Stage.SEPARATE, 1.0)
    took_s = time.monotonic() - started
    tell_separator(separator.name, report)
    result = SeparateResult(outputs=tuple(sounds), separator=separator.name, seconds=took_s)
    return Made(result, {name: folder / name for name in names})


def choose_separator(name: SeparatorName, tools: Tools, report: TrainReporter) -> Separator:
    """The model asked for, or the best that can be used; the log hears what can't."""

    def warn(ko: str, en: str) -> None:
        report.log(ko, en, "warning")

    return load_separator(name, tools.weights, tools.device, warn)


def take_apart(
    source: Path, separator: Separator, folder: Path, progress: Listener, stop: StopCheck
) -> Stems:
    """The stems of a song on disk in ``folder``, at the song's own rate and channels."""
    facts = audio.probe(source)
    mono = facts.channels == 1
    mix = audio.decode_to_disk(source, folder, facts.rate, mono=mono, stop=stop)
    shape = (len(mix), 1 if mono else 2)
    into = Stems(_file(folder / "vocals.f32", shape), _file(folder / "instrumental.f32", shape))
    return separator.separate(mix.reshape(shape), facts.rate, into, progress, stop)


def tell_separator(name: SeparatorName, report: TrainReporter) -> None:
    report.log(f"분리 모델: {name}", f"Separation model: {name}")


def preprocess(
    source: Path,
    params: PreprocessParams,
    folder: Path,
    tools: Tools,
    report: TrainReporter,
    stop: StopCheck,
    *,
    ai_generated: bool = False,
) -> Made[PreprocessResult]:
    """Make one recording ready for training: one cleaned mono file.

    ``ai_generated`` says that the recording is, and so is what is left of it. Raises ``JobError``
    and ``Stopped``; AUDIO_SILENT where nothing is left.
    """
    started = time.monotonic()
    report.progress(Stage.PREPARE, 0.0)
    with TemporaryDirectory(prefix=".preprocess-", dir=folder) as temporary:
        spool = Path(temporary)
        rate = audio.probe(source).rate
        wave, separator = _voice_of(source, params, spool, tools, report, stop)
        listener = part(report, Stage.CLEAN, 0.5 if params.separate else 0.05, 0.95)
        into = _file(spool / "cleaned.f32", wave.shape)
        denoiser = partial(load_denoiser, tools.weights)
        cleaned = np.asarray(clean(wave, rate, params, denoiser, into, listener, stop))
        (name,) = sound_names(("output",), params)
        path = folder / name
        sound = write_sound(path, cleaned, rate, params, stop, ai_generated=ai_generated)
        source_s = len(wave) / rate
    report.progress(Stage.CLEAN, 1.0)
    usable = f"{sound.duration_s:.0f}"
    report.log(
        f"녹음 {source_s:.0f}초 중 {usable}초가 남았습니다",
        f"{usable} s of {source_s:.0f} s of the recording are left",
    )
    result = PreprocessResult(
        output=sound,
        source_s=source_s,
        usable_s=sound.duration_s,
        separator=separator,
        seconds=time.monotonic() - started,
    )
    return Made(result, {name: folder / name})


def _voice_of(
    source: Path,
    params: PreprocessParams,
    folder: Path,
    tools: Tools,
    report: TrainReporter,
    stop: StopCheck,
) -> tuple[Floats, SeparatorName | None]:
    """(T,) at the file's own rate: the whole recording, or the vocals that a model found in it."""
    if not params.separate:
        return audio.decode_to_disk(source, folder, audio.probe(source).rate, stop=stop), None
    separator = choose_separator(params.separator, tools, report)
    stems = take_apart(source, separator, folder, part(report, Stage.SEPARATE, 0.05, 0.5), stop)
    tell_separator(separator.name, report)
    return mono_on_disk(np.asarray(stems.vocals), folder / "voice.f32"), separator.name


def _file(path: Path, shape: tuple[int, ...]) -> Floats:
    return np.memmap(path, np.float32, "w+", shape=shape)
