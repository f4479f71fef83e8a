"""A voice that another program published, taken in: checked, and written anew."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gpu_worker import tasks
from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.job import INDEX, MODEL
from gpu_worker.contract.params import ContentEncoderName, Preset
from gpu_worker.contract.stage import Stage
from gpu_worker.engine.voice.indexing import build_index, write_index
from gpu_worker.engine.voice.published import VoiceMetadata, read_published, write_published
from gpu_worker.tasks import Tools, importing
from tests.gpu_worker.small_voice import DIM, RATE, SHA256, Encoder, voice


class Silent:
    """Hears everything and says nothing."""

    def __getattr__(self, _: str) -> Any:
        return lambda *_, **__: None


class Noted(Silent):
    """Remembers how far it came."""

    def __init__(self) -> None:
        self.seen: list[tuple[Stage, float]] = []

    def progress(self, stage: Stage, fraction: float, **_: object) -> None:
        self.seen.append((stage, fraction))


class NoWeights:
    """A machine without weights."""

    def find(self, name: str) -> Any:
        raise JobError(Code.WEIGHTS_MISSING, name)


TOOLS = Tools(NoWeights(), torch.device("cpu"))


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """An encoder is installed, under the name that the small voice learned from."""
    monkeypatch.setattr(importing, "load_content_encoder", lambda *_: Encoder())


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "theirs.pth"
    facts = VoiceMetadata("theirs", ContentEncoderName.CONTENTVEC, SHA256, step=300)
    write_published(path, voice().build(), facts)
    return path


@pytest.fixture
def index(tmp_path: Path) -> Path:
    path = tmp_path / "theirs.index"
    write_index(path, build_index(np.random.default_rng(0).random((50, DIM), dtype=np.float32)))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "made"
    made.mkdir()
    return made


@pytest.mark.usefixtures("encoder")
def test_both_files_are_taken_in(model: Path, index: Path, folder: Path) -> None:
    report = Noted()
    made = tasks.take_in(model, index, "두리", folder, TOOLS, report)
    result = made.result
    assert (result.sample_rate, result.preset, result.step) == (RATE, Preset.FULL, 300)
    assert (result.vectors, result.encoder.sha256) == (50, SHA256)
    assert set(made.files) == {MODEL, INDEX}
    assert made.files[INDEX].read_bytes() == index.read_bytes()
    ours = read_published(made.files[MODEL])
    assert (ours.metadata["model_name"], ours.metadata["ai_generated"]) == ("두리", True)
    theirs = read_published(model)
    assert all(torch.equal(ours.weights[name], each) for name, each in theirs.weights.items())
    assert report.seen == sorted(report.seen, key=lambda seen: seen[1])


@pytest.mark.usefixtures("encoder")
def test_a_model_alone(model: Path, folder: Path) -> None:
    made = tasks.take_in(model, None, "두리", folder, TOOLS, Silent())
    assert (made.result.vectors, set(made.files)) == (0, {MODEL})


class Evil:
    """Unpickled by ``pickle`` it makes a file."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.proof,)


@pytest.mark.usefixtures("encoder")
def test_nothing_of_theirs_runs(tmp_path: Path, folder: Path) -> None:
    proof, path = tmp_path / "proof", tmp_path / "evil.pth"
    torch.save({"weight": Evil(proof), "config": []}, path, pickle_module=pickle)
    with pytest.raises(JobError) as refused:
        tasks.take_in(path, None, "x", folder, TOOLS, Silent())
    assert refused.value.code == Code.MODEL_UNREADABLE
    assert not proof.exists()
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("encoder")
def test_an_index_of_another_size_is_refused(model: Path, tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "narrow.index"
    write_index(path, build_index(np.random.default_rng(0).random((50, 256), dtype=np.float32)))
    with pytest.raises(JobError):
        tasks.take_in(model, path, "x", folder, TOOLS, Silent())
    assert list(folder.iterdir()) == []


def test_an_encoder_that_is_not_installed_is_said(model: Path, folder: Path) -> None:
    with pytest.raises(JobError) as refused:
        tasks.take_in(model, None, "x", folder, TOOLS, Silent())
    assert refused.value.code == Code.WEIGHTS_MISSING
