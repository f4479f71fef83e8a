"""What the starter promises, held against figures; and its page."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.material import Material, write_wave
from benchmarks.quality import Quality
from benchmarks.starter import (
    ARIRANG,
    BEGIN,
    END,
    HEAD,
    PAGE,
    cut,
    keep,
    missed,
    phrases,
    put_into,
    row,
)
from gpu_worker.engine.sound.audio import decode

GOOD = Quality(
    source="a.wav",
    seconds=20.0,
    f0_correlation=0.95,
    to_target=0.75,
    to_source=0.6,
    errors=0.25,
    errors_of_source=0.1,
    dnsmos=2.5,
    dnsmos_of_source=3.3,
)
DEMO = Path(__file__).parents[2] / "demo" / "material"


def test_what_keeps_every_promise_misses_nothing() -> None:
    assert missed(600.0, GOOD) == []
    # Nobody counts the words of what is not understood, or rates singing.
    assert missed(600.0, replace(GOOD, errors=None, errors_of_source=None, dnsmos=None)) == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"to_target": 0.74}, ["cosine"]),
        ({"to_source": 0.76}, ["nearer to the source"]),
        ({"f0_correlation": 0.94}, ["F0"]),
        ({"errors": 0.26}, ["words"]),
        ({"dnsmos": 2.4}, ["DNSMOS"]),
        ({"dnsmos": 2.4, "to_target": 0.5}, ["cosine", "nearer to the source", "DNSMOS"]),
    ],
)
def test_each_broken_promise_is_named(changes: dict[str, float], named: list[str]) -> None:
    assert missed(1.0, replace(GOOD, **changes)) == named  # type: ignore[arg-type]


def test_training_that_takes_too_long_is_named() -> None:
    assert missed(601.0, GOOD) == ["training time"]
    assert row("b", "a", 601.0, GOOD).endswith("| training time |")
    assert row("b", "a", 60.0, GOOD).count("|") == HEAD.splitlines()[0].count("|")


def test_the_page_takes_another_table_and_keeps_the_rest() -> None:
    page = f"# Title\n{BEGIN}\nold\n{END}\nrest"
    assert put_into(page, "new") == f"# Title\n{BEGIN}\nnew\n{END}\nrest"
    assert put_into(PAGE.read_text("utf-8"), "| a |").count("| a |") == 1
    with pytest.raises(ValueError, match="lacks"):
        put_into("# Title", "new")


def test_a_minute_is_cut_from_several_recordings(tmp_path: Path) -> None:
    files = sorted(DEMO.glob("speaker-a-*.opus"))[:2]
    wave, rate = decode(cut(files, tmp_path / "minute.wav", 60.0))
    assert len(wave) == 60 * rate


def test_phrases_come_with_what_is_said_in_them(tmp_path: Path) -> None:
    rate = 16_000
    clips = tuple(tmp_path / f"{name}.wav" for name in ("Amazing", "Byebye", "Coward"))
    for clip in clips:
        write_wave(clip, np.full(8 * rate, 0.1, np.float32), rate)
    found = phrases(Material(sung=tmp_path / "sung.wav", clips=clips))
    assert list(found) == ["demo-a", "demo-b", "demo song", "real singing"]
    assert found["demo song"].said == ARIRANG
    # Two clips of 8 s and three pauses fit into 20 s.
    assert found["real singing"].said == " Amazing Byebye"
    assert found["real singing"].seconds == 17.5
    for name in ("demo-a", "demo-b"):
        said = found[name].said
        assert said is not None
        assert said.startswith("노래를 잘하려면 무엇이 필요할까요?")
        assert said.endswith("듣는 사람의 마음에 닿습니다.")
        path = keep(found[name], tmp_path, name)
        assert path.with_suffix(".txt").read_text("utf-8") == said
        wave, rate = decode(path)
        assert len(wave) == round(found[name].seconds * rate)
