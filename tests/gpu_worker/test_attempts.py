"""Attempts with the real engine at its smallest: a draft voice, seconds of synthetic singing."""

import hashlib
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from gpu_worker.contract.errors import Code
from gpu_worker.contract.events import Failed, Log, Progress
from gpu_worker.contract.job import (
    INDEX,
    MANIFEST,
    MODEL,
    ConvertJob,
    ConvertResult,
    EncoderRef,
    FileRef,
    Manifest,
    PreprocessJob,
    PreprocessResult,
    SeparateJob,
    TrainJob,
    TrainResult,
    VoiceRef,
    convert_output_names,
    separate_output_names,
    train_output_names,
)
from gpu_worker.contract.params import (
    AudioFormat,
    ContentEncoderName,
    ConvertParams,
    F0Method,
    PreprocessParams,
    Preset,
    SeparateParams,
    SeparatorName,
    TrainBase,
    TrainParams,
)
from gpu_worker.contract.stage import Stage
from gpu_worker.engine.config import synthesizer_config
from gpu_worker.engine.nets.synthesizer import Synthesizer
from gpu_worker.engine.sound.audio import decode, encode, probe
from gpu_worker.engine.voice.indexing import build_index, write_index
from gpu_worker.engine.voice.published import VoiceMetadata, write_published
from gpu_worker.pretrained import Pretrained
from gpu_worker.runner import Outcome, run
from gpu_worker.stopping import StopSwitch
from gpu_worker.tasks import Tools
from tests.gpu_worker.sounds import sung, vibrato
from tests.gpu_worker.studio_server import TOKEN, Studio, serve

WHISPER = ContentEncoderName.WHISPER_BASE
SECONDS = 1.5


@pytest.fixture(scope="module")
def tools() -> Tools:
    return Tools(Pretrained(), torch.device("cpu"))


@pytest.fixture
def studio() -> Iterator[Studio]:
    with serve() as running:
        yield running


@pytest.fixture(scope="module")
def encoder(tools: Tools) -> EncoderRef:
    return EncoderRef(id=WHISPER, sha256=tools.weights.find(WHISPER).sha256)


@pytest.fixture(scope="module")
def voice_files(tmp_path_factory: pytest.TempPathFactory, encoder: EncoderRef) -> dict[str, bytes]:
    """An untrained draft voice as its two published files."""
    folder = tmp_path_factory.mktemp("voice")
    synthesizer = Synthesizer(synthesizer_config(Preset.DRAFT, 40000, 512))
    facts = VoiceMetadata("가수", encoder=encoder.id, encoder_sha256=encoder.sha256, step=0)
    write_published(folder / MODEL, synthesizer, facts)
    features = np.random.default_rng(0).normal(size=(200, 512)).astype(np.float32)
    write_index(folder / INDEX, build_index(features))
    return {name: (folder / name).read_bytes() for name in (MODEL, INDEX)}


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("song") / "song.flac"
    encode(path, sung(vibrato(SECONDS, 300, 44100), 44100), 44100, AudioFormat.FLAC)
    return path.read_bytes()


def given(studio: Studio, name: str, content: bytes) -> FileRef:
    studio.objects[name] = content
    sha256 = hashlib.sha256(content).hexdigest()
    url = studio.object_url(name)
    return FileRef(id=name, name=f"{name}.wav", url=url, size=len(content), sha256=sha256)


def envelope(studio: Studio, names: tuple[str, ...]) -> dict[str, Any]:
    return {
        "job_id": "job",
        "attempt_id": "attempt",
        "fence": 1,
        "outputs": {name: studio.object_url(f"out/{name}") for name in names},
        "events_url": f"{studio.url}/worker/v1/events",
        "token": TOKEN,
        "deadline_s": 600,
    }


def convert_job(
    studio: Studio, files: dict[str, bytes], song: bytes, encoder: EncoderRef
) -> ConvertJob:
    params = ConvertParams(f0_method=F0Method.SWIFT_F0)
    voice = VoiceRef(
        id="v",
        model=given(studio, "model", files[MODEL]),
        index=given(studio, "index", files[INDEX]),
        encoder=encoder,
    )
    return ConvertJob(
        **envelope(studio, convert_output_names(params)),
        params=params,
        source=given(studio, "song", song),
        voices=(voice,),
    )


def train_job(studio: Studio, folder: Path, steps: int) -> TrainJob:
    phrases = [np.r_[vibrato(3.5, hz), np.zeros(8000)] for hz in (180, 200, 220, 190)]
    encode(folder / "recording.flac", sung(np.concatenate(phrases)), 16000, AudioFormat.FLAC)
    params = TrainParams(
        f0_method=F0Method.SWIFT_F0, total_steps=steps, batch_size=1, checkpoint_every=2, previews=1
    )
    recording = (folder / "recording.flac").read_bytes()
    return TrainJob(
        **envelope(studio, train_output_names(params)),
        voice_name="가수",
        params=params,
        dataset=(given(studio, "recording", recording),),
    )


def manifest(studio: Studio) -> Manifest:
    found = Manifest.model_validate_json(studio.objects[f"out/{MANIFEST}"])
    for file in found.files:
        content = studio.objects[f"out/{file.name}"]
        assert hashlib.sha256(content).hexdigest() == file.sha256
    return found


def failure_code(studio: Studio) -> Code:
    last = studio.events[-1]
    assert isinstance(last, Failed)
    return last.failure.code


def test_a_song_comes_out_as_long_as_it_went_in_and_tagged(
    studio: Studio,
    tools: Tools,
    voice_files: dict[str, bytes],
    song: bytes,
    encoder: EncoderRef,
    tmp_path: Path,
) -> None:
    job = convert_job(studio, voice_files, song, encoder)
    assert run(job, tools, tmp_path / "work", StopSwitch()) is Outcome.FINISHED
    result = manifest(studio).result
    assert isinstance(result, ConvertResult)
    assert result.output.duration_s == pytest.approx(SECONDS, abs=0.001)
    output = tmp_path / "output.flac"
    output.write_bytes(studio.objects["out/output.flac"])
    wave, rate = decode(output)
    assert len(wave) / rate == pytest.approx(SECONDS, abs=0.05)
    with av.open(str(output)) as container:
        tags = {name.lower(): value for name, value in container.metadata.items()}
    assert tags["comment"].startswith("AI-generated")


@pytest.mark.parametrize("ai_generated", [False, True])
def test_stems_of_an_ai_song_are_tagged_and_those_of_a_human_are_not(
    ai_generated: bool, studio: Studio, tools: Tools, song: bytes, tmp_path: Path
) -> None:
    params = SeparateParams()
    source = given(studio, "song", song).model_copy(update={"ai_generated": ai_generated})
    job = SeparateJob(
        **envelope(studio, separate_output_names(params)), params=params, source=source
    )
    assert run(job, tools, tmp_path / "work", StopSwitch()) is Outcome.FINISHED
    for name in ("vocals.flac", "instrumental.flac"):
        path = tmp_path / name
        path.write_bytes(studio.objects[f"out/{name}"])
        assert probe(path).ai_generated is ai_generated


def test_a_damaged_model_is_told_of_and_the_one_that_was_used_is_named(
    studio: Studio, song: bytes, tmp_path: Path
) -> None:
    weights = Pretrained(tmp_path / "weights")
    file = weights.entry(SeparatorName.HTDEMUCS).file
    assert file is not None
    damaged = tmp_path / "weights" / file
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"half of it")
    params = PreprocessParams(separate=True, denoise=0.0)
    job = PreprocessJob(
        **envelope(studio, convert_output_names(params)),
        params=params,
        source=given(studio, "song", song),
    )
    cpu = Tools(weights, torch.device("cpu"))
    assert run(job, cpu, tmp_path / "work", StopSwitch()) is Outcome.FINISHED
    result = manifest(studio).result
    assert isinstance(result, PreprocessResult)
    assert result.separator == SeparatorName.SPLEETER
    logs = [event for event in studio.events if isinstance(event, Log)]
    [warning] = [log for log in logs if log.level == "warning"]
    assert "손상" in warning.ko
    assert "damaged" in warning.en
    assert any(SeparatorName.SPLEETER in log.en for log in logs)


def test_another_encoder_than_the_voice_learned_from_is_refused(
    studio: Studio, tools: Tools, voice_files: dict[str, bytes], song: bytes, tmp_path: Path
) -> None:
    other = EncoderRef(id=WHISPER, sha256="0" * 64)
    job = convert_job(studio, voice_files, song, other)
    assert run(job, tools, tmp_path, StopSwitch()) is Outcome.FAILED
    assert failure_code(studio) is Code.ENCODER_MISMATCH


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ({"song": b"PK\x03\x04" + b"\0" * 500}, Code.AUDIO_UNREADABLE),
        ({MODEL: b"PK\x03\x04" + b"\0" * 500}, Code.MODEL_UNREADABLE),
        ({INDEX: b"IwFl" + b"\xff" * 500}, Code.MODEL_UNREADABLE),
    ],
    ids=["song", "model", "index"],
)
def test_broken_input_is_named(
    studio: Studio,
    tools: Tools,
    voice_files: dict[str, bytes],
    song: bytes,
    encoder: EncoderRef,
    tmp_path: Path,
    broken: dict[str, bytes],
    code: Code,
) -> None:
    files = {**voice_files, **broken}
    job = convert_job(studio, files, broken.get("song", song), encoder)
    assert run(job, tools, tmp_path, StopSwitch()) is Outcome.FAILED
    assert failure_code(studio) is code
    assert studio.stored == []


def test_a_broken_recording_is_named_in_the_log(
    studio: Studio, tools: Tools, tmp_path: Path
) -> None:
    job = train_job(studio, tmp_path, steps=1)
    broken = given(studio, "broken", b"RIFF" + b"\xff" * 500)
    job = job.model_copy(update={"dataset": (*job.dataset, broken)})
    assert run(job, tools, tmp_path / "work", StopSwitch()) is Outcome.FAILED
    assert failure_code(studio) is Code.AUDIO_UNREADABLE
    log = [event for event in studio.events if isinstance(event, Log)]
    assert log[-1].en == "The file at fault: broken.wav"
    assert log[-1].level == "error"


def test_a_voice_trained_by_default_is_the_starters_and_sings(
    studio: Studio, tools: Tools, song: bytes, tmp_path: Path
) -> None:
    assert run(train_job(studio, tmp_path, 2), tools, tmp_path / "t", StopSwitch()) is (
        Outcome.FINISHED
    )
    found = manifest(studio)
    assert isinstance(found.result, TrainResult)
    assert found.result.steps == 2
    starter = ContentEncoderName.STARTER
    encoder = EncoderRef(id=starter, sha256=tools.weights.find(starter).sha256)
    assert (found.result.encoder, found.result.base) == (encoder, TrainBase.STARTER)
    assert found.result.usable_seconds > 10
    models = {file.sha256: file.name for file in found.files if file.name.endswith(".pth")}
    assert sorted(models.values()) == [MODEL]  # its only checkpoint, stored once
    assert found.result.candidates == ()
    stages = [event.stage for event in studio.events if isinstance(event, Progress)]
    assert stages.index(Stage.FEATURES) < stages.index(Stage.TRAIN)
    files = {name: studio.objects[f"out/{name}"] for name in (MODEL, INDEX)}
    trained = torch.load(io.BytesIO(files[MODEL]), weights_only=True)["weight"]
    base = load_file(tools.weights.find("starter-generator-40k").path)
    of_words = [name for name in trained if name.startswith("enc_p.")]
    assert of_words
    assert all(torch.equal(trained[name].half(), base[name]) for name in of_words)
    assert not torch.equal(trained["dec.conv_pre.weight"].half(), base["dec.conv_pre.weight"])
    with serve() as other:
        job = convert_job(other, files, song, encoder)
        assert run(job, tools, tmp_path / "c", StopSwitch()) is Outcome.FINISHED


def test_the_program_ends_by_signal_as_cancelled(studio: Studio, tmp_path: Path) -> None:
    job = train_job(studio, tmp_path, 10_000)
    spec = tmp_path / "spec.json"
    text = job.model_dump_json().replace("**********", TOKEN)
    spec.write_text(text)
    environment = {**os.environ, "TMPDIR": str(tmp_path), "OMP_NUM_THREADS": "1"}
    program = subprocess.Popen(
        [sys.executable, "-m", "gpu_worker", "run", str(spec)],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(studio, Stage.FEATURES, program)
        program.send_signal(signal.SIGTERM)
        _, told = program.communicate(timeout=300)
    finally:
        program.kill()
    assert program.returncode == Outcome.CANCELLED.value, told
    assert studio.types[-1] == "cancelled"
    steps = [event.step or 0 for event in studio.events if isinstance(event, Progress)]
    assert max(steps) < 1_000, "a tenth of the training at most"
    assert TOKEN not in told
    assert f"out/{MANIFEST}" not in studio.objects
    assert not list(tmp_path.glob("voice-job-*"))


def wait_for(studio: Studio, stage: Stage, program: "subprocess.Popen[str]") -> None:
    end = time.monotonic() + 300
    while not any(isinstance(e, Progress) and e.stage is stage for e in studio.events):
        assert time.monotonic() < end
        assert program.poll() is None, program.communicate()
        time.sleep(0.05)
