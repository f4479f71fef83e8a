"""The engine's report on tiny material of our own: its shape, and figures that must be sane."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from benchmarks import __main__ as quick
from benchmarks.material import Material, joined, write_wave
from benchmarks.proof.base import Bench, Expected, Table
from benchmarks.proof.listening import (
    envelope_shift,
    follow,
    note_cents,
    pause_level,
    sdr,
)
from benchmarks.proof.melody import consensus
from benchmarks.report import bench_of, page, parts_of, run
from gpu_worker.contract.job import INDEX, MODEL
from gpu_worker.contract.params import ContentEncoderName, Preset
from gpu_worker.engine.config import synthesizer_config
from gpu_worker.engine.learning.training import prepare_weights
from gpu_worker.engine.nets.synthesizer import Synthesizer
from gpu_worker.engine.rendering.formant import shift_formants
from gpu_worker.engine.sound.audio import decode
from gpu_worker.engine.speech.content import load_content_encoder
from gpu_worker.engine.voice.indexing import build_index, write_index
from gpu_worker.engine.voice.published import VoiceMetadata, write_published
from tests.gpu_worker.songs import RATE, band
from tests.gpu_worker.sounds import sung, vibrato

DEMO = Path(__file__).parents[2] / "demo" / "material"
RUN = ("training", "conversion", "knobs", "separation", "denoising", "report card", "cover")

Floats = NDArray[np.float32]


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def excerpt(source: Path, target: Path, seconds: float) -> Path:
    wave, rate = decode(source)
    write_wave(target, wave[: round(seconds * rate)], rate)
    return target


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    """Seconds of the demo's synthetic voices in the places of the real ones."""
    folder = tmp_path_factory.mktemp("material")
    vocal, rate = decode(DEMO / "arirang-vocal.flac")
    write_wave(folder / "sung.wav", joined([vocal[rate : 3 * rate]], rate), rate)
    write_wave(folder / "band.wav", 0.2 * band(3 * RATE), RATE)
    return Material(
        voice=(excerpt(DEMO / "speaker-a-1.opus", folder / "voice.wav", 3),),
        sung=folder / "sung.wav",
        song=excerpt(DEMO / "arirang-mix.opus", folder / "song.wav", 2),
        music=(folder / "band.wav",),
        ours=excerpt(DEMO / "arirang-vocal.flac", folder / "ours.wav", 1.2),
    )


def untrained(bench: Bench) -> None:
    """A voice of no steps where an earlier run would have left its own."""
    folder = bench.place("voice")
    encoder = load_content_encoder(ContentEncoderName.WHISPER_BASE, bench.tools.weights)
    net = Synthesizer(synthesizer_config(Preset.DRAFT, 32_000, encoder.dim))
    prepare_weights(net, Preset.DRAFT)
    metadata = VoiceMetadata("nobody", encoder.id, encoder.sha256, step=0)
    write_published(folder / MODEL, net, metadata)
    write_index(
        folder / INDEX,
        build_index(np.random.default_rng(0).standard_normal((50, encoder.dim), np.float32)),
    )
    scores = {"mel_distance": 2.0, "speaker_similarity": 0.5, "quality": 1.0}
    kept = {
        "usable_seconds": 3.0, "seconds": 1.0, "steps": 600, "best_step": 0, "f0_median_hz": 250.0,
        "ending_en": "It ended.", "by_step": {"0": scores}, "warnings": ["A warning."],
        "commit": "abc",
    }  # fmt: skip
    (folder / "training.json").write_text(json.dumps(kept), "utf-8")


@pytest.fixture(scope="module")
def figures(
    material: Material, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Mapping[str, Any]]:
    """Everything but the pitch methods, whose largest network takes its time."""
    bench = bench_of(material, tmp_path_factory.mktemp("work"))
    untrained(bench)
    made = run(parts_of(bench, 1, 2.5, 2.5, RUN))
    tables: dict[str, dict[str, Any]] = json.loads(json.dumps(made))["tables"]
    return tables


def test_every_part_has_a_table(figures: Mapping[str, Mapping[str, Any]]) -> None:
    assert set(figures) == set(RUN)
    for name, table in figures.items():
        assert set(table) == {"title", "how", "rows", "bad", "seconds"}, name
        assert table["rows"], name
        assert len({tuple(row) for row in table["rows"]}) == 1, name


def test_a_conversion_is_as_long_and_as_high_as_its_song(
    figures: Mapping[str, Mapping[str, Any]],
) -> None:
    row = next(r for r in figures["conversion"]["rows"] if r["source"] == "sung clips")
    assert row["F0 correlation"] > 0.95
    assert abs(row["length off, ms"]) < 1
    assert row["pauses, LU"] < -50
    assert row["key"] % 12 == 0


def test_an_untrained_voice_is_called_bad(figures: Mapping[str, Mapping[str, Any]]) -> None:
    assert any("to singer" in text for text in figures["conversion"]["bad"])
    assert figures["training"]["bad"] == [
        "A warning.",
        "quality of the exported voice is 1, at least 60 was expected",
    ]


def test_knobs_do_what_they_say(figures: Mapping[str, Mapping[str, Any]]) -> None:
    rows = {row["knob"]: row for row in figures["knobs"]["rows"]}
    assert rows["default"]["F0 moved, cents"] == 0
    assert rows["pitch +4.5"]["F0 moved, cents"] == pytest.approx(450, abs=15)
    off = [rows[f"loudness curve {mix}"]["curve off, LU"] for mix in ("0", "0.5", "1")]
    assert off[0] < 0.5 < 1 < off[2]
    assert off == sorted(off)


def test_stems_add_up(figures: Mapping[str, Mapping[str, Any]]) -> None:
    for row in figures["separation"]["rows"]:
        assert row["vocals before"] == pytest.approx(-7.1, abs=0.1)
        assert row["vocals"] > row["vocals before"]
        assert row["sum, dB"] < -90
    plain = next(row for row in figures["cover"]["rows"] if row["cover"] == "plain")
    assert plain["mix - parts, dB"] < -80


def test_noise_goes_and_a_card_is_written(figures: Mapping[str, Mapping[str, Any]]) -> None:
    for row in figures["denoising"]["rows"]:
        assert row["SDR"] > (row["SDR before"] or 20)
    for row in figures["report card"]["rows"]:
        assert "too-short" in row["found"]


def test_the_page_tells_what_is_bad_and_what_is_absent(
    figures: Mapping[str, Mapping[str, Any]], material: Material
) -> None:
    about = {"commit": "abc", "date": "today", "python": "3.11", "versions": {}, "load_average": 1}
    text = page({**about, "tables": figures}, material.absent)
    assert "- left out for want of a package: `apt install flite`" in text
    for table in figures.values():
        assert f"## {table['title']}" in text
        assert all(bad in text for bad in table["bad"])


def test_expectations_find_what_is_wrong() -> None:
    table = Table("t", "T", "how")
    table.add({"what": "good", "x": 5.0}, x=Expected(4))
    table.add({"what": "low", "x": 3.0}, x=Expected(4))
    table.add({"what": "unknown", "x": None}, x=Expected(4))
    assert table.bad == ["low: x is 3, at least 4 was expected"]


def test_measurements_of_known_sounds() -> None:
    f0 = vibrato(2.0, 220.0)
    wave = sung(f0)
    frames = f0[::160]
    noise = 0.1 * np.random.default_rng(0).standard_normal(len(wave))
    noisy = wave + noise * np.sqrt(np.square(wave).mean() / np.square(noise).mean())
    assert sdr(wave, noisy) == pytest.approx(0.0, abs=0.01)
    followed = follow(frames, 2 * frames)
    assert (followed.octave, followed.close, followed.kept) == (1.0, 0.0, 1.0)
    assert followed.cents == pytest.approx(1200)
    assert np.isnan(follow(frames, 0 * frames).correlation)
    # 220 Hz is a semitone exactly, a quarter tone above it none.
    assert np.abs(note_cents(np.full(100, 220.0))).max() < 1e-6
    assert np.abs(note_cents(np.full(100, 220.0 * 2 ** (0.3 / 12)))) == pytest.approx([30.0])
    moved = np.concatenate(list(shift_formants([wave], frames.astype(np.float32), 16000, 3.0)))
    assert envelope_shift(wave, moved, frames) == pytest.approx(3.0, abs=0.8)


def test_pauses_are_found_in_the_source() -> None:
    tone = sung(np.full(16000, 220.0))
    source = np.concatenate([tone, np.zeros(16000, np.float32), tone])
    hiss = source + np.float32(1e-3)
    assert pause_level(source, hiss) == pytest.approx(-60, abs=0.1)
    assert pause_level(tone, tone) is None


def test_a_consensus_needs_half_of_the_estimators() -> None:
    heard = np.array([[100.0, 0, 0, 200], [102.0, 220, 0, 0], [104.0, 222, 300, 0]])
    assert consensus(heard).tolist() == [102.0, 221.0, 0.0, 0.0]


def test_tables_are_one_a_machine() -> None:
    machine = {"torch": "2", "threads": 2}
    results: dict[str, dict[str, object]] = {
        "b": {**machine, "device": "small", "preset": "draft", "commit": "abc", "ours_s": 0.25},
        "a": {**machine, "device": "small", "preset": "full", "ratio": 2.0},
        "c": {**machine, "device": "large", "ratio": 3.0},
    }
    text = quick.tables(results)
    assert text.count("| benchmark |") == 2
    small = text[text.index("**small**") : text.index("**large**")]
    assert "| a | full | 2 |  | ratio 2 |\n| b | draft | 2 | abc | ours_s 0.25 |" in small


def test_the_readme_shows_the_latest() -> None:
    text = quick.README.read_text("utf-8")
    assert text == quick.between_marks(text, quick.tables(quick.read_results()))


def test_the_readme_changes_between_its_marks_only() -> None:
    text = f"before {quick.OPENS} old {quick.CLOSES} after"
    changed = quick.between_marks(text, "new")
    assert changed == f"before {quick.OPENS}\nnew\n{quick.CLOSES} after"
    with pytest.raises(ValueError, match="no "):
        quick.between_marks("no marks", "new")
