"""All quick benchmarks, one table a machine.

    python -m benchmarks [--only NAME ...] [--readme]
    python -m benchmarks --tables

The results of this machine are written to ``benchmarks/results``; the tables show all that lie
there, by device, with what each was configured as and the commit that it was measured at.
``--readme`` puts them into the README between its two marks.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks.measure import RESULTS, between

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
OPENS, CLOSES = "<!-- benchmarks -->", "<!-- /benchmarks -->"
QUICK: Mapping[str, tuple[str, ...]] = {
    "conversion_draft": ("conversion", "--preset", "draft", "--repeats", "3"),
    "conversion_full": ("conversion", "--preset", "full", "--repeats", "2"),
    "training_step_draft": ("training_step", "--preset", "draft", "--repeats", "5"),
    "training_step_full": ("training_step", "--preset", "full", "--repeats", "1"),
    "analysis": ("analysis", "--minutes", "10"),
}
"""Module and arguments of each; all run as processes of their own: none warms another's caches."""

_MACHINE = ("device", "torch")
_ABOUT = (
    *_MACHINE,
    "threads",
    "commit",
    "date",
    "preset",
    "tables",
    "versions",
    "python",
    "configuration",
)

Figures = Mapping[str, object]


def tables(results: Mapping[str, Figures]) -> str:
    """Results by name -> one Markdown table for each machine, one row for each benchmark."""
    machines: dict[tuple[str, ...], list[str]] = {}
    for name in sorted(results):
        machine = tuple(str(results[name].get(key, "unknown")) for key in _MACHINE)
        machines.setdefault(machine, []).append(name)
    return "\n".join(_table(machine, names, results) for machine, names in machines.items())


def _table(machine: Iterable[str], names: list[str], results: Mapping[str, Figures]) -> str:
    device, torch = machine
    lines = [
        f"**{device}**, torch {torch}",
        "",
        "| benchmark | configuration | threads | commit | figures |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name in names:
        figures = results[name]
        lines.append(
            f"| {name} | {_configuration(figures)} | {figures.get('threads', '')} "
            f"| {figures.get('commit', '')} | {_shown(figures)} |"
        )
    return "\n".join(lines) + "\n"


def _configuration(figures: Figures) -> str:
    given = figures.get("configuration")
    if isinstance(given, dict):
        return ", ".join(f"{key} {value}" for key, value in given.items())
    return str(figures.get("preset", ""))


def _shown(figures: Figures) -> str:
    """Plain numbers, and of a report how many figures were not as expected."""
    parts = figures.get("tables")
    if isinstance(parts, dict):
        rows = sum(len(part["rows"]) for part in parts.values())
        bad = sum(len(part["bad"]) for part in parts.values())
        return f"{rows} rows, {bad} figures not as expected (docs/engine-report.md)"
    if isinstance(figures.get("rows"), list):
        return ", ".join(_row_shown(row) for row in figures["rows"])  # type: ignore[attr-defined]
    numbers = [
        f"{key} {value:.4g}"
        for key, value in figures.items()
        if isinstance(value, int | float) and key not in _ABOUT
    ]
    return ", ".join(numbers)


def _row_shown(row: Figures) -> str:
    """A part of the GPU's benchmark: its time, or that it failed."""
    if "error" in row:
        return f"{row['name']}: failed"
    if "step_ms" in row:
        return f"{row['name']}: {row['step_ms']} ms"
    if "steps" in row:
        return (
            f"loss_mel fast to exact {row['loss_mel fast']}, exact to exact {row['loss_mel exact']}"
        )
    seconds = row.get("seconds", row.get("first_step_s", row.get("first_s", "-")))
    return f"{row['name']}: {seconds} s"


def read_results(folder: Path = RESULTS) -> dict[str, Figures]:
    """Every result that lies in ``folder``, by its file's name."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}


def between_marks(text: str, content: str) -> str:
    """``text`` with ``content`` between its two marks. Raises ``ValueError`` without them."""
    return between(text, OPENS, content, CLOSES)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(QUICK), default=list(QUICK))
    parser.add_argument("--tables", action="store_true", help="measure nothing, show what is there")
    parser.add_argument("--readme", action="store_true", help="put the tables into the README")
    arguments = parser.parse_args()
    for name in () if arguments.tables else arguments.only:
        module, *given = QUICK[name]
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{module}", *given])
        if done.returncode:
            return done.returncode
    text = tables(read_results())
    print(text)
    if arguments.readme:
        README.write_text(between_marks(README.read_text("utf-8"), text), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
