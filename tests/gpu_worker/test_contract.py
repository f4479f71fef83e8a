"""The contract: strict both ways, secrets hidden, every failure explained in both languages."""

import json

import pytest
from pydantic import ValidationError

from gpu_worker.contract.errors import TEXTS, Code, JobError, is_retryable
from gpu_worker.contract.events import Batch
from gpu_worker.contract.job import (
    JOB_SPEC,
    MANIFEST,
    AnalyseJob,
    ConvertJob,
    CoverJob,
    ImportJob,
    PreprocessJob,
    SeparateJob,
    TrainJob,
    convert_output_names,
    cover_output_names,
    separate_output_names,
    train_output_names,
)
from gpu_worker.contract.params import (
    AnalyseParams,
    AudioFormat,
    AutoKey,
    ConvertParams,
    CoverParams,
    F0Method,
    PreprocessParams,
    SeparateParams,
    TrainParams,
)

SHA = "0" * 64
FILE = {"id": "f", "name": "노래.wav", "url": "http://s/f", "size": 1}
COMMON = {
    "job_id": "j",
    "attempt_id": "a",
    "fence": 1,
    "outputs": {},
    "events_url": "http://w/e",
    "token": "top-secret",
    "deadline_s": 60,
}
VOICE = {
    "id": "v",
    "model": FILE,
    "index": None,
    "encoder": {"id": "whisper-base", "sha256": SHA},
}
CONVERT = {
    **COMMON,
    "kind": "convert",
    "params": {},
    "source": FILE,
    "voices": [VOICE],
}


def test_every_code_has_both_languages() -> None:
    assert set(TEXTS) == set(Code)
    for text in TEXTS.values():
        assert text.ko.endswith(".")
        assert text.en.endswith(".")
        assert text.ko != text.en


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (Code.LOST, True),
        (Code.UNEXPECTED, True),
        (Code.OUT_OF_MEMORY, False),
        (Code.DEADLINE, False),
        (Code.AUDIO_SILENT, False),
        (Code.WEIGHTS_MISSING, False),
    ],
)
def test_only_lost_work_is_tried_again(code: Code, expected: bool) -> None:
    assert is_retryable(code) is expected
    assert JobError(code, "detail").retryable is expected


def test_kind_decides_the_type() -> None:
    train = {**COMMON, "kind": "train", "voice_name": "v", "params": {}, "dataset": [FILE]}
    assert isinstance(JOB_SPEC.validate_python(train), TrainJob)
    assert isinstance(JOB_SPEC.validate_python(CONVERT), ConvertJob)


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        ("cover", {"source": FILE, "voices": CONVERT["voices"]}, CoverJob),
        ("separate", {"source": FILE}, SeparateJob),
        ("preprocess", {"source": FILE}, PreprocessJob),
        ("analyse", {"dataset": [FILE]}, AnalyseJob),
        ("import", {"voice_name": "v", "model": FILE}, ImportJob),
    ],
)
def test_every_kind_has_an_envelope(
    kind: str, more: dict[str, object], expected: type[object]
) -> None:
    spec = {**COMMON, "kind": kind, "params": {}, **more}
    assert isinstance(JOB_SPEC.validate_python(spec), expected)


def test_a_blend_has_one_to_four_voices() -> None:
    for count in (0, 5):
        with pytest.raises(ValidationError, match="voices"):
            JOB_SPEC.validate_python({**CONVERT, "voices": [VOICE] * count})


def test_knobs_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValidationError, match="an octave"):
        ConvertParams(f0_low_hz=300, f0_high_hz=500)
    with pytest.raises(ValidationError, match="different single estimators"):
        ConvertParams(f0_hybrid=(F0Method.FCPE, F0Method.FCPE))
    with pytest.raises(ValidationError, match="octaves only"):
        CoverParams(auto_key=AutoKey.SEMITONES)


def test_unknown_fields_and_versions_are_refused() -> None:
    with pytest.raises(ValidationError, match="extra_forbidden"):
        JOB_SPEC.validate_python({**CONVERT, "surprise": 1})
    with pytest.raises(ValidationError, match="contract"):
        JOB_SPEC.validate_python({**CONVERT, "contract": 1})


def test_the_token_is_hidden_but_travels() -> None:
    job = JOB_SPEC.validate_python(CONVERT)
    assert "top-secret" not in repr(job)
    assert "top-secret" not in job.model_dump_json()
    assert job.token.get_secret_value() == "top-secret"


def test_knobs_keep_their_limits() -> None:
    with pytest.raises(ValidationError):
        ConvertParams(pitch_shift=24.5)
    with pytest.raises(ValidationError):
        ConvertParams(pitch_shift=float("nan"))
    with pytest.raises(ValidationError):
        TrainParams(total_steps=0)


def test_every_knob_is_labelled_in_both_languages() -> None:
    kinds = (TrainParams, ConvertParams, CoverParams, SeparateParams, PreprocessParams)
    for model in (*kinds, AnalyseParams):
        for name, schema in model.model_json_schema()["properties"].items():
            assert schema.get("ko"), name
            assert schema.get("en"), name


def test_the_manifest_is_stored_last() -> None:
    assert train_output_names(TrainParams(previews=2, keep_checkpoints=2)) == (
        "checkpoint.pt",
        "preview-00.flac",
        "preview-01.flac",
        "preview-02.flac",
        "candidate-0.pth",
        "candidate-1.pth",
        "model.pth",
        "model.index",
        "report.json",
        MANIFEST,
    )
    assert train_output_names(TrainParams(previews=0, keep_checkpoints=0))[1] == "model.pth"
    assert separate_output_names(SeparateParams()) == (
        "vocals.flac",
        "instrumental.flac",
        "report.json",
        MANIFEST,
    )
    with_backing = cover_output_names(CoverParams(), backing=True)
    assert set(with_backing) - set(cover_output_names(CoverParams(), backing=False)) == {
        "backing.flac"
    }
    assert with_backing[-1] == MANIFEST
    assert convert_output_names(ConvertParams(output_format=AudioFormat.MP3)) == (
        "output.mp3",
        "report.json",
        MANIFEST,
    )


def test_an_empty_batch_is_a_heartbeat() -> None:
    batch = Batch(attempt_id="a", fence=1, events=())
    assert json.loads(batch.model_dump_json()) == {
        "attempt_id": "a",
        "fence": 1,
        "run": "",
        "remote_id": "",
        "events": [],
    }
