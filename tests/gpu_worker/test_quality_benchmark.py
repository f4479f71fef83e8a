"""The quality of a conversion as it is measured: exact where source and result are the same."""

import json
import sys
from pathlib import Path

import pytest

from benchmarks import measure, quality
from benchmarks.conversion import some_voice
from benchmarks.material import write_wave
from benchmarks.quality import Jury, Quality, table
from benchmarks.transcription import Transcriber, character_errors, language_of
from gpu_worker.contract.params import ContentEncoderName, F0Method, Preset
from gpu_worker.engine.learning.scoring import load_ears
from gpu_worker.engine.melody.f0 import load_f0
from gpu_worker.engine.sound.audio import decode
from gpu_worker.engine.speech.content import load_content_encoder
from gpu_worker.pretrained import Pretrained

DEMO = Path(__file__).parents[2] / "demo" / "material"
SAID = "안녕하세요. 저는 사람이 아니라 컴퓨터가 만든 목소리입니다."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The begin of the demo's first recording with its text; the other speaker as target."""
    folder = tmp_path_factory.mktemp("quality")
    for place, name, seconds in (("sources", "speaker-a-1", 4.6), ("target", "speaker-b-1", 4.0)):
        (folder / place).mkdir()
        wave, rate = decode(DEMO / f"{name}.opus")
        write_wave(folder / place / f"{name}.wav", wave[: round(seconds * rate)], rate)
    (folder / "sources" / "speaker-a-1.txt").write_text(SAID, "utf-8")
    return folder


@pytest.fixture(scope="module")
def jury(folder: Path) -> Jury:
    weights = Pretrained()
    ears = load_ears(weights, load_f0(F0Method.SWIFT_F0, weights))
    return Jury(ears, Transcriber(weights), quality.recordings(folder / "target"))


def test_a_source_is_all_that_it_is(jury: Jury, folder: Path) -> None:
    (source,) = quality.recordings(folder / "sources")
    found = jury.judge(source, source, shift=0)
    assert found.f0_correlation == found.to_source == 1.0
    assert found.to_target < 0.75
    assert found.errors == found.errors_of_source
    assert found.errors is not None
    # Whisper base hears the sentence nearly as it is written.
    assert found.errors < 0.25
    assert found.dnsmos == found.dnsmos_of_source
    assert found.dnsmos is not None
    assert found.dnsmos > 2.5


def test_the_command_writes_table_and_json(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    encoder = load_content_encoder(ContentEncoderName.WHISPER_BASE, Pretrained())
    voice = some_voice(tmp_path, Preset.DRAFT, encoder)
    monkeypatch.setattr(measure, "RESULTS", tmp_path)
    names = {"voice": voice, "sources": folder / "sources", "target": folder / "target"}
    arguments = [part for name, path in names.items() for part in (f"--{name}", str(path))]
    monkeypatch.setattr(sys, "argv", ["quality", *arguments])
    quality.main()
    written = json.loads((tmp_path / "quality.json").read_text("utf-8"))
    (one,) = written["conversions"]
    assert one["source"] == "speaker-a-1.wav"
    assert one["errors"] > one["errors_of_source"]
    assert table([Quality(**one)]) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("meant", "heard", "share"),
    [
        ("abcd", "abcd", 0.0),
        ("A b, c d!", "abcd", 0.0),
        ("abcd", "abd", 0.25),
        ("abcd", "abxd", 0.25),
        ("abcd", "abcdef", 0.5),
        ("abcd", "", 1.0),
        ("안녕", "안경", 0.5),
    ],
)
def test_errors_are_edits_a_letter(meant: str, heard: str, share: float) -> None:
    assert character_errors(meant, heard) == share


def test_errors_need_something_meant() -> None:
    with pytest.raises(ValueError, match="nothing"):
        character_errors(" .", "a")


@pytest.mark.parametrize(
    ("text", "language"),
    [(SAID, 50264), ("そして ship", 50266), ("The ship", None), ("", None)],
)
def test_the_letters_of_a_text_tell_its_language(text: str, language: int | None) -> None:
    assert language_of(text) == language
