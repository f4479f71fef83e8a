"""Voices in the published format: what we write reads back, and a stranger's file can't hurt."""

import os
import pickle
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import ContentEncoderName, Preset
from gpu_worker.engine.config import synthesizer_config
from gpu_worker.engine.nets.synthesizer import Synthesizer
from gpu_worker.engine.speech.content import DIMS
from gpu_worker.engine.voice.published import (
    MAX_BYTES,
    VoiceMetadata,
    read_published,
    write_published,
)

TINY = Path(__file__).parent / "golden" / "tiny_40000.pth"
SHA256 = "ab" * 32


class Bomb:
    """Runs a command wherever a pickle is read carelessly."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, (f"touch {self.trace}",)


def changed(folder: Path, **changes: Any) -> Path:
    """The tiny voice with other entries; ``None`` takes one out."""
    content = torch.load(TINY, weights_only=True) | changes
    path = folder / "changed.pth"
    torch.save({key: value for key, value in content.items() if value is not None}, path)
    return path


def refusal(path: Path) -> Code:
    with pytest.raises(JobError) as caught:
        read_published(path)
    return caught.value.code


def test_a_published_voice_is_read() -> None:
    voice = read_published(TINY)
    assert voice.config.sample_rate == 40_000
    assert voice.config.speakers == 2
    assert voice.config.content_dim == 768
    assert voice.encoder_id is ContentEncoderName.CONTENTVEC
    assert voice.encoder_sha256 is None
    assert voice.metadata["model_name"] == "tiny"
    assert voice.build().emb_g.weight.dtype is torch.float32


@pytest.mark.parametrize("encoder", list(DIMS))
def test_what_is_written_reads_back(tmp_path: Path, encoder: ContentEncoderName) -> None:
    dim = DIMS[encoder][0]
    net = Synthesizer(synthesizer_config(Preset.DRAFT, 48_000, dim))
    path = tmp_path / "voice.pth"
    write_published(
        path, net, VoiceMetadata("가수", encoder, SHA256, 30, extra={"preset": "draft"})
    )
    assert [each.name for each in tmp_path.iterdir()] == ["voice.pth"]
    voice = read_published(path)
    built = voice.build().state_dict()
    trained = {k: v for k, v in net.state_dict().items() if not k.startswith("enc_q.")}
    assert built.keys() == trained.keys()
    assert all(torch.equal(built[name], trained[name].half().float()) for name in trained)
    assert voice.metadata["ai_generated"] is True
    assert voice.metadata["model_name"] == "가수"
    assert voice.metadata["preset"] == "draft"
    voice.require_encoder(encoder, SHA256)


def test_another_encoder_is_refused(tmp_path: Path) -> None:
    net = Synthesizer(synthesizer_config(Preset.DRAFT, 40_000))
    path = tmp_path / "voice.pth"
    write_published(path, net, VoiceMetadata("a", ContentEncoderName.CONTENTVEC, SHA256, 1))
    voice = read_published(path)
    for other in [
        (ContentEncoderName.WHISPER_BASE, SHA256),
        (ContentEncoderName.CONTENTVEC, "cd" * 32),
    ]:
        with pytest.raises(JobError) as caught:
            voice.require_encoder(*other)
        assert caught.value.code is Code.ENCODER_MISMATCH


@pytest.mark.parametrize(
    "changes",
    [
        {"sr": "40k"},
        {"f0": 1},
        {"f0": "1"},
        {"embedder_model": None},
        {"vocoder": None},
        {"version": None},
    ],
)
def test_old_spellings_are_read(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert read_published(changed(tmp_path, **changes)).config.sample_rate == 40_000


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "v3"},
        {"f0": 0},
        {"f0": False},
        {"vocoder": "RefineGAN"},
        {"embedder_model": "japanese-hubert-base"},
    ],
)
def test_what_we_cannot_convert_is_named(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert refusal(changed(tmp_path, **changes)) is Code.MODEL_UNSUPPORTED


@pytest.mark.parametrize(
    "changes",
    [
        {"weight": None},
        {"weight": [1, 2]},
        {"weight": {}},
        {"config": None},
        {"config": [1, 2, 3]},
        {"config": "x" * 18},
        {"sr": "44k"},
        {"sr": torch.ones(3)},
        {"f0": torch.ones(3)},
        {"sr": 48_000},
        {"sr": None},
        {"version": "v1"},
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert refusal(changed(tmp_path, **changes)) is Code.MODEL_UNREADABLE


def v1(folder: Path, **changes: Any) -> Path:
    """The tiny voice as RVC v1 has it: content of 256 numbers a frame."""
    weights = torch.load(TINY, weights_only=True)["weight"]
    name = "enc_p.emb_phone.weight"
    narrow = weights | {name: weights[name][:, :256].clone()}
    return changed(folder, **({"weight": narrow, "version": "v1"} | changes))


@pytest.mark.parametrize("changes", [{}, {"version": None}, {"embedder_model": None}])
def test_v1_is_read(tmp_path: Path, changes: dict[str, Any]) -> None:
    voice = read_published(v1(tmp_path, **changes))
    assert voice.config.content_dim == 256
    assert voice.encoder_id is ContentEncoderName.CONTENTVEC
    voice.require_encoder(ContentEncoderName.CONTENTVEC, SHA256, 256)
    with pytest.raises(JobError) as caught:
        voice.require_encoder(ContentEncoderName.CONTENTVEC, SHA256, 768)
    assert caught.value.code is Code.ENCODER_MISMATCH


def test_v1_of_another_encoder_is_refused(tmp_path: Path) -> None:
    assert refusal(v1(tmp_path, embedder_model="whisper-base")) is Code.ENCODER_MISMATCH
    assert refusal(v1(tmp_path, embedder_model="auto")) is Code.MODEL_UNSUPPORTED
    assert refusal(v1(tmp_path, version="v2")) is Code.MODEL_UNREADABLE
    assert refusal(v1(tmp_path, f0=0)) is Code.MODEL_UNSUPPORTED


# Upsampling of the published v1 networks at 32 and 48 kHz: five stages in place of four.
@pytest.mark.parametrize(
    ("rate", "rates"), [(32_000, (10, 4, 2, 2, 2)), (48_000, (10, 6, 2, 2, 2))]
)
def test_v1_networks_of_five_stages_are_read(
    tmp_path: Path, rate: int, rates: tuple[int, ...]
) -> None:
    draft = synthesizer_config(Preset.DRAFT, rate, 256)
    config = replace(draft, upsample_rates=rates, upsample_kernels=(16, 16, 4, 4, 4))
    net = Synthesizer(config).eval()
    path = tmp_path / "voice.pth"
    write_published(path, net, VoiceMetadata("a", ContentEncoderName.CONTENTVEC, SHA256, 1))
    voice = read_published(path)
    assert voice.metadata["version"] == "v1"
    assert voice.config.upsample_rates == rates
    content, f0 = torch.zeros(1, 20, 256), torch.full((1, 20), 220.0)
    pitch, number = torch.ones(1, 20, dtype=torch.long), torch.tensor([0])
    with torch.inference_mode():
        audio = voice.build().infer(content, torch.tensor([20]), pitch, f0, number, generator=None)
    assert audio.shape == (1, 1, 20 * rate // 100)


@pytest.mark.parametrize("at", [2, 3, 4, 5, 6, 13, 16])
@pytest.mark.parametrize("value", [10**9, 0, -1, 2.5, True, None])
def test_strange_sizes_are_refused(tmp_path: Path, at: int, value: Any) -> None:
    config = list(torch.load(TINY, weights_only=True)["config"])
    config[at] = value
    assert refusal(changed(tmp_path, config=config)) is Code.MODEL_UNREADABLE


def test_strange_tensors_are_refused(tmp_path: Path) -> None:
    weights = torch.load(TINY, weights_only=True)["weight"]
    name = "dec.conv_pre.weight"
    shape = weights[name].shape
    strange = [
        torch.zeros(1).expand(shape),
        torch.full(shape, float("nan")),
        torch.zeros(shape, dtype=torch.long),
        torch.zeros(3),
    ]
    for tensor in strange:
        path = changed(tmp_path, weight=weights | {name: tensor})
        assert refusal(path) is Code.MODEL_UNREADABLE
    missing = {key: value for key, value in weights.items() if key != name}
    assert refusal(changed(tmp_path, weight=missing)) is Code.MODEL_UNREADABLE


@pytest.mark.parametrize("where", ["model_name", "weight", "config"])
def test_code_in_a_file_does_not_run(tmp_path: Path, where: str) -> None:
    trace = tmp_path / "ran"
    path = changed(tmp_path, **{where: Bomb(trace)})
    assert refusal(path) is Code.MODEL_UNREADABLE
    assert not trace.exists()


def test_a_bare_pickle_does_not_run(tmp_path: Path) -> None:
    trace, path = tmp_path / "ran", tmp_path / "bare.pth"
    path.write_bytes(pickle.dumps(Bomb(trace)))
    assert refusal(path) is Code.MODEL_UNREADABLE
    assert not trace.exists()


@pytest.mark.parametrize("kept", [0, 100, 100_000, -1])
def test_cut_off_files_are_refused(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "cut.pth"
    path.write_bytes(TINY.read_bytes()[:kept])
    assert refusal(path) is Code.MODEL_UNREADABLE


def test_a_zip_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "song.pth"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("song.wav", b"RIFF")
    assert refusal(path) is Code.MODEL_UNREADABLE


def test_oversize_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.pth"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert refusal(path) is Code.MODEL_TOO_LARGE


def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pth"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("archive/data/0", "w", force_zip64=True) as record,
    ):
        for _ in range(MAX_BYTES // 2**24 + 1):
            record.write(bytes(2**24))
    assert path.stat().st_size < MAX_BYTES // 100
    assert refusal(path) is Code.MODEL_TOO_LARGE
