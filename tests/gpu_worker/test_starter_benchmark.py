"""What the starter promises, held against figures; and its page."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.quality import Quality
from benchmarks.starter import BEGIN, END, HEAD, PAGE, cut, missed, put_into, row
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
