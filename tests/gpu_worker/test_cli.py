"""``python -m gpu_worker``: help, flags made of the contract, exit codes."""

import argparse
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from gpu_worker.__main__ import main
from gpu_worker.contract.params import (
    AnalyseParams,
    AudioFormat,
    ContentEncoderName,
    ConvertParams,
    CoverParams,
    F0Method,
    PreprocessParams,
    SampleRate,
    SeparateParams,
    TrainParams,
)
from gpu_worker.contract.stage import Stage
from gpu_worker.engine.sound.audio import encode
from gpu_worker.flags import add_flags, params_from
from gpu_worker.terminal import TerminalReport, bar
from tests.gpu_worker.sounds import sung, vibrato

COMMANDS = (
    "run",
    "serve",
    "features",
    "preprocess",
    "analyse",
    "train",
    "convert",
    "cover",
    "separate",
    "weights",
)


def parsed(arguments: list[str]) -> TrainParams:
    parser = argparse.ArgumentParser()
    add_flags(parser, TrainParams)
    return params_from(parser, parser.parse_args(arguments), TrainParams)


def test_no_flag_gives_the_contracts_defaults() -> None:
    assert parsed([]) == TrainParams()


def test_flags_of_every_type() -> None:
    params = parsed(
        ["--sample-rate", "48000", "--content-encoder", "contentvec", "--learning-rate", "2e-4",
         "--total-steps", "7"]
    )  # fmt: skip
    assert params.sample_rate is SampleRate.HZ_48000
    assert params.content_encoder is ContentEncoderName.CONTENTVEC
    assert params.learning_rate == 2e-4
    assert params.total_steps == 7


def test_lists_and_switches_are_flags_too() -> None:
    parser = argparse.ArgumentParser()
    add_flags(parser, ConvertParams)
    given = parser.parse_args(["--f0-hybrid", "fcpe,crepe-tiny", "--clean-gaps", "false"])
    params = params_from(parser, given, ConvertParams)
    assert params.f0_hybrid == (F0Method.FCPE, F0Method.CREPE_TINY)
    assert params.clean_gaps is False


@pytest.mark.parametrize(
    "arguments",
    [["--total-steps", "0"], ["--sample-rate", "44100"], ["--f0-method", "x"], ["--previews", "a"]],
)
def test_values_outside_the_contract_are_wrong_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        parsed(arguments)
    assert caught.value.code == 2
    assert arguments[0] in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    told = capsys.readouterr().out
    assert "usage: python -m gpu_worker" in told


def test_help_names_every_knob(capsys: pytest.CaptureFixture[str]) -> None:
    for command, model in (
        ("train", TrainParams),
        ("convert", ConvertParams),
        ("cover", CoverParams),
        ("separate", SeparateParams),
        ("preprocess", PreprocessParams),
        ("analyse", AnalyseParams),
    ):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        told = capsys.readouterr().out
        for name in model.model_fields:
            assert "--" + name.replace("_", "-") in told


def test_as_a_program_it_has_an_exit_code() -> None:
    program = [sys.executable, "-m", "gpu_worker", "sing"]
    wrong = subprocess.run(program, capture_output=True, text=True, timeout=300)
    assert wrong.returncode == 2
    assert all(command in wrong.stderr for command in ("usage", "sing"))


def test_a_spec_that_is_none_is_wrong_usage_and_keeps_its_secrets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps({"kind": "train", "token": "secret-token", "job_id": 3}))
    assert main(["run", str(spec)]) == 2
    told = capsys.readouterr().err
    assert "attempt_id" in told
    assert "secret-token" not in told


def test_a_bad_recording_fails_with_a_sentence_in_both_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song = tmp_path / "song.wav"
    song.write_bytes(b"")
    model = tmp_path / "voice.pth"
    model.write_bytes(b"no model")
    code = main(
        ["convert", str(song), str(tmp_path / "out.flac"), "--model", str(model), "--device", "cpu"]
    )
    told = capsys.readouterr().err
    assert code == 1
    assert "user:audio-unreadable" in told
    assert "오디오를 읽을 수 없습니다" in told
    assert not (tmp_path / "out.flac").exists()


def test_features_are_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recording = tmp_path / "recording.flac"
    encode(recording, sung(vibrato(5, 200)), 16000, AudioFormat.FLAC)
    arguments = [str(recording), "--out", str(tmp_path / "out"), "--f0-method", "swift-f0"]
    assert main(["features", *arguments, "--device", "cpu"]) == 0
    assert "slices, " in capsys.readouterr().err
    assert list((tmp_path / "out" / "features").glob("*.pt"))


def test_training_on_too_little_fails_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = tmp_path / "recording.flac"
    encode(recording, sung(vibrato(3, 200)), 16000, AudioFormat.FLAC)
    arguments = [str(recording), "--out", str(tmp_path / "out"), "--f0-method", "swift-f0"]
    assert main(["train", *arguments, "--device", "cpu"]) == 1
    assert "user:too-little-training-data" in capsys.readouterr().err


def test_an_unknown_ending_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["convert", "a.wav", "out.aiff", "--model", "b.pth"])
    assert caught.value.code == 2


def test_weights_are_listed_with_licences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["weights", "--weights-dir", str(tmp_path)]) == 0
    rows = capsys.readouterr().out.splitlines()
    states = {row.split()[0]: row.split()[1] for row in rows if not row.startswith(" ")}
    assert states["fcpe"] == "present"
    assert states["rmvpe"] == "missing"
    absent = {name for name, state in states.items() if state == "absent"}
    assert absent == {"lead-and-backing", "dereverb"}


def test_fetching_unknown_weights_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["weights", "--weights-dir", str(tmp_path), "--fetch", "nothing"])
    assert caught.value.code == 2


def test_progress_in_a_file_is_a_line_a_stage() -> None:
    stream = io.StringIO()
    report = TerminalReport(stream)
    for step in range(100):
        report.progress(Stage.TRAIN, step / 200, step=step, total_steps=100, losses={"mel": 1.5})
    report.progress(Stage.STORE, 1.0, eta_s=65)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert "train  0/100  mel 1.5" in lines[0]
    assert "1:05 left" in lines[1]


def test_bar() -> None:
    assert bar(0.5) == "[" + "#" * 14 + "-" * 14 + "]  50 %"
