"""The page of costs says what the measured figures and the prices say."""

import json
import tomllib

import pytest

from benchmarks.costs import PAGE, PRICES, RESULTS, main, page, table, works


def test_the_page_is_what_its_sources_make() -> None:
    assert main(["--check"]) == 0, "run `python -m benchmarks.costs`"


def test_seconds_and_cents_by_hand() -> None:
    rows = json.loads(RESULTS.read_text())["rows"]
    step = next(row for row in rows if row["name"].startswith("step graph"))
    voice = works(rows)[1]
    loaded = next(row for row in rows if row["name"] == "features, loaded")
    by_hand = loaded["seconds"] + step["first_step_s"] + 5 * step["step_ms"]
    assert voice.warm_s == pytest.approx(by_hand)
    made = table(rows, tomllib.loads(PRICES.read_text()))
    assert f"| {voice.warm_s:,.1f} s, {voice.warm_s * 0.116:.2f} ¢ |" in made


def test_what_nobody_measured_is_called_an_estimate() -> None:
    prices = tomllib.loads(PRICES.read_text())
    head = table(json.loads(RESULTS.read_text())["rows"], prices).splitlines()[0]
    for gpu in (one for one in prices.values() if isinstance(one, dict)):
        assert (f"{gpu['name']} (estimate)" in head) is not gpu["measured"]


def test_a_page_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="substring not found"):
        page("# nothing", "")
    assert page(PAGE.read_text(), "new\n") != PAGE.read_text()
