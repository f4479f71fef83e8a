"""What a voice and a song cost, from measured GPU seconds: the table of ``docs/costs.md``.

    python -m benchmarks.costs [--check]

Reads ``benchmarks/results/gpu.json`` and ``benchmarks/prices.toml``; writes the page's table anew.
"""

import argparse
import json
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
RESULTS: Final = ROOT / "benchmarks" / "results" / "gpu.json"
PRICES: Final = ROOT / "benchmarks" / "prices.toml"
PAGE: Final = ROOT / "docs" / "costs.md"
BEGIN, END = "<!-- costs -->\n", "<!-- /costs -->\n"
STEPS: Final = (1_000, 5_000, 20_000)


@dataclass(frozen=True)
class Gpu:
    """``usd`` a second; ``times`` what the measured GPU takes."""

    name: str
    usd: float
    times: float
    measured: bool


@dataclass(frozen=True)
class Work:
    """Seconds on the measured GPU, with nothing loaded before and with everything."""

    name: str
    cold_s: float
    warm_s: float


def works(rows: Sequence[dict[str, Any]]) -> list[Work]:
    """A voice of 10 minutes of recordings after some steps; a song of 3 minutes."""
    by_name = {row["name"]: row for row in rows}
    step = by_name["step graph, 40 kHz, batch 8"]
    cold = by_name["features, with loading"]["seconds"]
    warm = by_name["features, loaded"]["seconds"]
    song = by_name["conversion of 3 min"]
    found = []
    for steps in STEPS:
        train = step["first_step_s"] + steps * step["step_ms"] / 1000
        found.append(Work(f"voice, {steps:,} steps of 8 clips", cold + train, warm + train))
    return [*found, Work("song of 3 minutes", song["first_s"] + cold - warm, song["seconds"])]


def table(rows: Sequence[dict[str, Any]], prices: dict[str, Any]) -> str:
    """Seconds and US cents of each work on each GPU; estimates are called so."""
    gpus = [
        Gpu(one["name"], one["usd_per_s"], one["times"], one["measured"])
        for one in prices.values()
        if isinstance(one, dict)
    ]
    around = prices["cold_start_s"] + prices["idle_s"]
    head = ["", *(f"{gpu.name}{'' if gpu.measured else ' (estimate)'}" for gpu in gpus)]
    lines = [head, ["---"] * len(head)]
    for work in works(rows):
        warm = [f"{work.name}, warm worker"]
        alone = [f"{work.name}, alone from zero workers"]
        for gpu in gpus:
            warm.append(_cell(gpu, work.warm_s * gpu.times))
            alone.append(_cell(gpu, work.cold_s * gpu.times + around))
        lines += [warm, alone]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(gpu: Gpu, seconds: float) -> str:
    return f"{seconds:,.1f} s, {100 * seconds * gpu.usd:.2f} ¢"


def page(text: str, made: str) -> str:
    """The page with its table exchanged. Raises ValueError where it has no place for one."""
    before, after = text.index(BEGIN) + len(BEGIN), text.index(END)
    return text[:before] + made + text[after:]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether the page is current")
    given = parser.parse_args(arguments)
    made = table(json.loads(RESULTS.read_text())["rows"], tomllib.loads(PRICES.read_text()))
    text = PAGE.read_text()
    new = page(text, made)
    if given.check:
        return int(new != text)
    PAGE.write_text(new)
    return 0


if __name__ == "__main__":
    sys.exit(main())
