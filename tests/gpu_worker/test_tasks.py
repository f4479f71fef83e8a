"""Covers, separations, preprocessing and analyses as whole tasks, with the real engine."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch

from gpu_worker import tasks
from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.job import INDEX, MODEL, EncoderRef
from gpu_worker.contract.params import (
    AnalyseParams,
    AudioFormat,
    AutoKey,
    BitDepth,
    ContentEncoderName,
    ConvertParams,
    CoverParams,
    F0Method,
    PreprocessParams,
    Preset,
    SeparateParams,
    SeparatorName,
)
from gpu_worker.contract.report_card import Defect
from gpu_worker.contract.stage import Stage
from gpu_worker.engine.config import synthesizer_config
from gpu_worker.engine.melody.f0 import load_f0
from gpu_worker.engine.nets.synthesizer import Synthesizer
from gpu_worker.engine.sound.audio import decode, decode_stereo, encode, probe
from gpu_worker.engine.sound.export import export
from gpu_worker.engine.sound.lufs import integrated_lufs
from gpu_worker.engine.stop import Stopped, never
from gpu_worker.engine.voice.indexing import build_index, write_index
from gpu_worker.engine.voice.published import VoiceMetadata, write_published
from gpu_worker.pretrained import Pretrained
from gpu_worker.tasks import Recorded, Tools, VoiceFiles
from tests.gpu_worker import small_voice
from tests.gpu_worker.sounds import sung, vibrato
from tests.gpu_worker.training_parts import Heard

RATE = 44_100
SECONDS = 4.0
PLAIN = {
    "f0_method": F0Method.SWIFT_F0,
    "output_format": AudioFormat.WAV,
    "bit_depth": BitDepth.FLOAT_32,
    "loudness_lufs": 0.0,
    "true_peak_db": 0.0,
}


@pytest.fixture(scope="module")
def tools() -> Tools:
    return Tools(Pretrained(), torch.device("cpu"))


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory, tools: Tools) -> VoiceFiles:
    """An untrained draft voice with a median of 220 Hz."""
    folder = tmp_path_factory.mktemp("voice")
    whisper = ContentEncoderName.WHISPER_BASE
    encoder = EncoderRef(id=whisper, sha256=tools.weights.find(whisper).sha256)
    with torch.random.fork_rng():
        torch.manual_seed(3)
        net = Synthesizer(synthesizer_config(Preset.DRAFT, 40_000, 512))
    write_published(folder / MODEL, net, VoiceMetadata("v", encoder.id, encoder.sha256, step=0))
    features = np.random.default_rng(0).normal(size=(200, 512)).astype(np.float32)
    write_index(folder / INDEX, build_index(features))
    return VoiceFiles(folder / MODEL, folder / INDEX, encoder, f0_median_hz=220.0)


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds in stereo: a vowel in the middle, low and wide chords round it."""
    path = tmp_path_factory.mktemp("song") / "song.flac"
    time = np.arange(int(SECONDS * RATE)) / RATE
    voice = 0.3 * sung(vibrato(SECONDS, 440, RATE), RATE)[: len(time)]
    sides = [
        sum(0.05 * np.sin(2 * np.pi * hz * time) for hz in chord)
        for chord in ((110, 164.8, 220), (110, 138.6, 207.7))
    ]
    stereo = np.stack([voice + side for side in sides], axis=1).astype(np.float32)
    export(path, stereo, RATE, SeparateParams(loudness_lufs=0.0))
    return path


def heard(files: Mapping[str, Path]) -> dict[str, np.ndarray]:
    return {name.partition(".")[0]: decode_stereo(path)[0] for name, path in files.items()}


def marked(files: Mapping[str, Path]) -> set[str]:
    """The stems whose metadata says that AI made them."""
    return {name.partition(".")[0] for name, path in files.items() if probe(path).ai_generated}


def test_stems_of_a_separation_add_up_to_the_song(song: Path, tools: Tools, tmp_path: Path) -> None:
    params = SeparateParams.model_validate({k: v for k, v in PLAIN.items() if k != "f0_method"})
    made = tasks.separate(song, params, tmp_path, tools, Heard(), never)
    stems = heard(made.files)
    whole, _ = decode_stereo(song)
    assert list(made.files) == ["vocals.wav", "instrumental.wav"]
    assert marked(made.files) == set()
    assert made.result.separator == SeparatorName.SPLEETER
    assert np.abs(stems["vocals"] + stems["instrumental"] - whole).max() < 1e-4
    assert [sound.duration_s for sound in made.result.outputs] == [SECONDS, SECONDS]
    assert {path.name for path in tmp_path.iterdir()} == set(made.files)


def test_a_cover_keeps_every_stem_and_mixes_them(
    song: Path, voice: VoiceFiles, tools: Tools, tmp_path: Path
) -> None:
    params = CoverParams.model_validate({**PLAIN, "instrumental_db": -6.0})
    report = Heard()
    made = tasks.cover(song, None, [voice], params, tmp_path, tools, report, never)
    assert list(made.files) == [
        "mix.wav", "acapella.wav", "lead.wav", "vocals.wav", "instrumental.wav"
    ]  # fmt: skip
    stems = heard(made.files)
    expected = stems["acapella"] + 10 ** (-6 / 20) * stems["instrumental"]
    assert np.abs(stems["mix"] - expected).max() < 1e-3
    rates = {sound.name: sound.sample_rate for sound in made.result.outputs}
    assert rates["lead.wav"] == 40_000
    assert rates["mix.wav"] == RATE
    for sound in made.result.outputs:
        assert sound.duration_s == pytest.approx(SECONDS, abs=1 / 40_000)
    assert made.result.key_shift == -12.0  # from 440 Hz to 220 Hz
    assert marked(made.files) == {"mix", "acapella", "lead"}
    order = [stage for stage in Stage if stage in report.stages]
    assert order == [Stage.PREPARE, Stage.SEPARATE, Stage.CONVERT, Stage.EFFECTS, Stage.MIX]
    assert {path.name for path in tmp_path.iterdir()} == set(made.files)


def test_a_peak_limit_of_the_mix_leaves_the_stems_alone(
    song: Path, voice: VoiceFiles, tools: Tools, tmp_path: Path
) -> None:
    loud = tmp_path / "loud.flac"
    whole = 3 * decode_stereo(song)[0]
    export(loud, whole, RATE, SeparateParams())
    params = CoverParams.model_validate({**PLAIN, "true_peak_db": -12.0})
    made = tasks.cover(loud, None, [voice], params, tmp_path, tools, Heard(), never, song_ai=True)
    assert marked(made.files) == {"mix", "acapella", "lead", "vocals", "instrumental"}
    stems = heard(made.files)
    assert np.abs(stems["instrumental"]).max() > 10 ** (-12 / 20)
    assert np.abs(stems["mix"]).max() < 10 ** (-11.9 / 20)
    assert np.abs(stems["vocals"] + stems["instrumental"] - whole).max() < 1e-4


@pytest.mark.parametrize("converted", [False, True])
def test_backing_vocals_join_the_acapella(
    converted: bool, song: Path, voice: VoiceFiles, tools: Tools, tmp_path: Path
) -> None:
    backing = tmp_path / "choir.flac"
    encode(backing, 0.2 * sung(vibrato(SECONDS, 660, RATE), RATE), RATE, AudioFormat.FLAC)
    out = tmp_path / "out"
    out.mkdir()
    params = CoverParams.model_validate(
        {**PLAIN, "convert_backing": converted, "lead_db": -60.0, "backing_db": 0.0, "reverb": 0.0,
         "compressor_ratio": 1.0, "high_pass_hz": 0.0}
    )  # fmt: skip
    made = tasks.cover(song, backing, [voice], params, out, tools, Heard(), never)
    stems = heard(made.files)
    own = {"backing"} if converted else set()
    assert marked(made.files) == {"mix", "acapella", "lead"} | own
    rate = {sound.name: sound.sample_rate for sound in made.result.outputs}["backing.wav"]
    assert rate == (40_000 if converted else RATE)
    if not converted:
        # Muted lead and neutral effects: the acapella is the choir itself on both sides.
        choir, _ = decode(backing)
        assert np.abs(stems["acapella"] - choir[:, None]).max() < 1e-3


@pytest.fixture
def singer(tmp_path: Path, tools: Tools) -> VoiceFiles:
    """A small voice with a median of 220 Hz that sings at the pitch that it is given."""
    whisper = ContentEncoderName.WHISPER_BASE
    encoder = EncoderRef(id=whisper, sha256=tools.weights.find(whisper).sha256)
    net = small_voice.voice(rate=40_000, dim=512).build()
    path = tmp_path / MODEL
    write_published(path, net, VoiceMetadata("v", whisper, encoder.sha256, step=0))
    return VoiceFiles(path, None, encoder, f0_median_hz=220.0)


def test_backing_vocals_move_by_the_key_of_the_lead(
    song: Path, singer: VoiceFiles, tools: Tools, tmp_path: Path
) -> None:
    # The lead goes from 440 Hz to 220 Hz. By its own key the choir, at 660 Hz, would go to 165 Hz.
    backing = tmp_path / "choir.flac"
    encode(backing, 0.2 * sung(np.full(int(2 * RATE), 660.0), RATE), RATE, AudioFormat.FLAC)
    params = CoverParams.model_validate({**PLAIN, "convert_backing": True, "pitch_shift": 2.0})
    made = tasks.cover(song, backing, [singer], params, tmp_path, tools, Heard(), never)
    assert made.result.key_shift == -12.0
    wave, _ = decode(made.files["backing.wav"], 16_000)
    f0 = load_f0(F0Method.SWIFT_F0, tools.weights).estimate(wave)[20:180]
    assert (f0 > 0).mean() > 0.9
    assert np.median(f0[f0 > 0]) == pytest.approx(660 * 2 ** (-10 / 12), rel=0.01)


def test_a_song_without_vocals_is_told(voice: VoiceFiles, tools: Tools, tmp_path: Path) -> None:
    silent = tmp_path / "silent.flac"
    encode(silent, np.full(RATE, 4e-4, np.float32), RATE, AudioFormat.FLAC)
    with pytest.raises(JobError) as caught:
        tasks.cover(silent, None, [voice], CoverParams(), tmp_path, tools, Heard(), never)
    assert caught.value.code is Code.AUDIO_SILENT


def test_a_blend_sings_in_every_format(
    song: Path, voice: VoiceFiles, tools: Tools, tmp_path: Path
) -> None:
    halves = [VoiceFiles(voice.model, voice.index, voice.encoder, 220.0, 0.5)] * 2
    for number, kind in enumerate(AudioFormat):
        folder = tmp_path / str(number)
        folder.mkdir()
        params = ConvertParams(
            f0_method=F0Method.SWIFT_F0, output_format=kind, auto_key=AutoKey.SEMITONES
        )
        made = tasks.convert(song, halves, params, folder, tools, Heard(), never)
        assert list(made.files) == [f"output.{kind}"]
        assert made.result.key_shift == -12.0
        assert made.result.output.duration_s == pytest.approx(SECONDS, abs=0.05)
        # As loud as its song, though the voice by itself is not.
        loudness = integrated_lufs(decode(song, 16_000)[0], 16_000)
        assert made.result.output.loudness_lufs == pytest.approx(loudness, abs=0.5)


def test_a_recording_is_cleaned_for_training(tools: Tools, tmp_path: Path) -> None:
    phrase = 0.3 * sung(vibrato(3.0, 220, RATE), RATE)
    noise = 0.003 * np.random.default_rng(1).normal(size=len(phrase) * 2 + 4 * RATE)
    wave = np.concatenate([phrase, np.zeros(4 * RATE), phrase])
    source = tmp_path / "take.flac"
    encode(source, (wave + noise).astype(np.float32), RATE, AudioFormat.FLAC)
    params, report = PreprocessParams(output_format=AudioFormat.OGG), Heard()
    made = tasks.preprocess(source, params, tmp_path, tools, report, never, ai_generated=True)
    assert marked(made.files) == {"output"}
    result = made.result
    assert result.source_s == pytest.approx(10.0, abs=0.01)
    assert 6.0 <= result.usable_s <= 7.0  # of the 4 s between at most one is left
    assert result.output.loudness_lufs == pytest.approx(-20.0, abs=0.3)


def test_a_dataset_gets_its_report_card(tools: Tools, tmp_path: Path) -> None:
    good, broken = tmp_path / "good.flac", tmp_path / "broken.wav"
    encode(good, 0.3 * sung(vibrato(5.0, 220, RATE), RATE), RATE, AudioFormat.FLAC)
    broken.write_bytes(b"RIFF" + b"\xff" * 500)
    files = [Recorded("1", "좋은 녹음.flac", good), Recorded("2", "깨진 녹음.wav", broken)]
    card = tasks.analyse(files, AnalyseParams(), tools, Heard(), never).result.card
    assert [file.id for file in card.files] == ["1", "2"]
    assert [finding.defect for finding in card.files[1].findings] == [Defect.UNREADABLE]
    assert card.f0_median_hz == pytest.approx(220.0, rel=0.03)
    assert max(card.histogram, key=lambda each: each.seconds).midi == 57  # A3


Task = Callable[[Path, VoiceFiles, Path, Tools], object]
TASKS: dict[str, Task] = {
    "separate": lambda song, _, folder, tools: tasks.separate(
        song, SeparateParams(), folder, tools, Heard(), stopped
    ),
    "cover": lambda song, voice, folder, tools: tasks.cover(
        song, None, [voice], CoverParams(), folder, tools, Heard(), stopped
    ),
    "preprocess": lambda song, _, folder, tools: tasks.preprocess(
        song, PreprocessParams(), folder, tools, Heard(), stopped
    ),
}


def stopped() -> bool:
    return True


@pytest.mark.parametrize("kind", TASKS)
def test_every_task_stops_when_asked(
    kind: str, song: Path, voice: VoiceFiles, tools: Tools, tmp_path: Path
) -> None:
    with pytest.raises(Stopped):
        TASKS[kind](song, voice, tmp_path, tools)
    assert not list(tmp_path.iterdir())
