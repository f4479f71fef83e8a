"""The engine on real singing and real voices: figures as JSON and as a page.

    python -m benchmarks.report --material DIR [--steps 600] [--only NAME ...]

Recordings are gathered from installed packages into DIR (``benchmarks.material``), a draft voice is
trained, and everything that a customer can ask for is done to them and measured. A voice that lies
in DIR/work from an earlier run is used again. What is not as expected is listed, not hidden.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import torch

from benchmarks.material import Material, gather
from benchmarks.measure import best_device, commit, device_name, write
from benchmarks.proof.base import Bench, Table
from benchmarks.proof.conversion import conversions
from benchmarks.proof.knobs import knob_effects
from benchmarks.proof.melody import pitch_methods
from benchmarks.proof.recordings import denoising, report_cards
from benchmarks.proof.stems import covers, separations
from benchmarks.proof.voice import trained
from gpu_worker.contract.params import F0Method
from gpu_worker.contract.report_card import Defect
from gpu_worker.engine.learning.scoring import load_ears
from gpu_worker.engine.melody.f0 import load_f0
from gpu_worker.pretrained import Pretrained
from gpu_worker.tasks import Tools

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "engine-report.md"
PACKAGES = ("torch", "numpy", "scipy", "onnxruntime", "av", "soxr")
PARTS = (
    "training", "conversion", "knobs", "pitch", "separation", "denoising", "report card", "cover",
)  # fmt: skip
NEED_VOICE = {"training", "conversion", "knobs", "cover"}
EXCERPT_S = 20.0
"""Of every sound that is worked on many times."""
PITCH_S = 30.0

Part = Callable[[], Table]


def bench_of(material: Material, folder: Path) -> Bench:
    """All networks that are installed; ``folder`` takes what is made."""
    weights = Pretrained()
    ears = load_ears(weights, load_f0(F0Method.SWIFT_F0, weights))
    return Bench(material, Tools(weights, best_device()), ears, folder)


def parts_of(
    bench: Bench, steps: int, excerpt_s: float, pitch_s: float, wanted: Sequence[str] = PARTS
) -> dict[str, Part]:
    """Every part that is wanted and that the material allows, by name and in order."""
    material = bench.material
    parts: dict[str, Part] = {}
    if material.voice and NEED_VOICE & set(wanted):
        voice, training = trained(bench, steps)
        parts["training"] = lambda: training
        parts["conversion"] = lambda: conversions(bench, voice, _sources(material))
        if material.sung is not None:
            sung = material.sung
            parts["knobs"] = lambda: knob_effects(bench, voice, sung, excerpt_s)
        if material.song is not None:
            song = material.song
            parts["cover"] = lambda: covers(bench, voice, song)
    if material.sung is not None:
        parts["pitch"] = lambda: pitch_methods(bench, pitch_s)
    if material.music:
        parts["separation"] = lambda: separations(bench, _vocals(material), excerpt_s)
    parts["denoising"] = lambda: denoising(bench, _vocals(material), excerpt_s)
    parts["report card"] = lambda: report_cards(bench, _datasets(material))
    return {name: parts[name] for name in PARTS if name in parts and name in wanted}


def run(parts: Mapping[str, Part]) -> dict[str, object]:
    """Do the parts and keep their tables with how long each took."""
    tables = {}
    for name, part in parts.items():
        started = time.monotonic()
        table = part()
        tables[name] = {
            "title": table.title,
            "how": table.how,
            "rows": table.rows,
            "bad": table.bad,
            "seconds": round(time.monotonic() - started, 1),
        }
        print(f"{name}: {tables[name]['seconds']} s, {len(table.bad)} not as expected")
    return {
        "commit": commit(),
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "python": platform.python_version(),
        "versions": {name: metadata.version(name) for name in PACKAGES},
        "load_average": round(os.getloadavg()[0], 1),
        "tables": tables,
    }


def page(figures: Mapping[str, object], absent: Sequence[str]) -> str:
    """The report as Markdown."""
    tables = figures["tables"]
    assert isinstance(tables, dict)
    versions = figures["versions"]
    assert isinstance(versions, dict)
    lines = [
        "# The engine on real recordings",
        "",
        "Written by `python -m benchmarks.report --material DIR`; figures as JSON in "
        "`benchmarks/results/engine_report.json`.",
        "The recordings come from packages (`benchmarks/material.py`) and are not in this "
        "repository.",
        "",
        f"- machine: {figures.get('device')}, {figures.get('threads')} thread(s), load average "
        f"{figures['load_average']}",
        f"- commit {figures['commit']}, {figures['date']}",
        f"- Python {figures['python']}, "
        + ", ".join(f"{name} {version}" for name, version in versions.items()),
        *(f"- left out for want of a package: `{hint}`" for hint in absent),
        "",
        *_bad(tables),
    ]
    for table in tables.values():
        lines += [f"## {table['title']}", "", table["how"], "", *_grid(table["rows"]), ""]
    return "\n".join(lines).rstrip() + "\n"


def _bad(tables: Mapping[str, Mapping[str, Sequence[str]]]) -> list[str]:
    """What to mend comes first."""
    found = [f"- {name}: {text}" for name, table in tables.items() for text in table["bad"]]
    return ["## Not as expected", "", *(found or ["Nothing."]), ""]


def _grid(rows: Sequence[Mapping[str, object]]) -> list[str]:
    """Rows as a table; columns that are empty throughout are left out."""
    names = [name for name in (rows[0] if rows else ()) if any(r[name] is not None for r in rows)]
    lines = [names, ["---"] * len(names)]
    lines += [[_cell(row[name]) for name in names] for row in rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _sources(material: Material) -> dict[str, Path]:
    """What is converted, by what it is called."""
    named = {
        "a man speaks (synthetic)": material.man,
        "the woman herself, unseen": material.unseen,
        "sung clips": material.sung,
        "our sung demo (synthetic)": material.ours,
    }
    return {name: path for name, path in named.items() if path is not None}


def _vocals(material: Material) -> dict[str, Path]:
    named = {
        "real speech": material.unseen,
        "sung clips": material.sung,
        "our sung demo": material.ours,
    }
    return {name: path for name, path in named.items() if path is not None}


def _datasets(material: Material) -> dict[str, tuple[Sequence[Path], set[Defect]]]:
    """With what is true of each: how it was recorded is known, what is in it was listened to."""
    datasets: dict[str, tuple[Sequence[Path], set[Defect]]] = {}
    short = {Defect.TOO_SHORT}
    if material.voice and material.unseen:
        prompts = (*material.voice, material.unseen)
        datasets["telephone prompts, 16 kHz"] = (prompts, {*short, Defect.BANDWIDTH})
    if material.sung:
        datasets["sung clips, joined"] = ((material.sung,), short)
    if material.clips:
        datasets["sung clips, each a file"] = (material.clips, short)
    if material.song:
        datasets["a whole song"] = ((material.song,), {*short, Defect.BLEED})
    return datasets


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--material", type=Path, required=True, metavar="DIR")
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="NAME")
    arguments = parser.parse_args()
    material = gather(arguments.material)
    for hint in material.absent:
        print(f"missing: {hint}", file=sys.stderr)
    bench = bench_of(material, arguments.material / "work")
    parts = parts_of(bench, arguments.steps, EXCERPT_S, PITCH_S, arguments.only)
    figures = run(parts)
    figures |= {"configuration": {"preset": "draft", "steps": arguments.steps}}
    machine = {"device": device_name(), "threads": torch.get_num_threads()}
    if set(arguments.only) != set(PARTS):
        print(page({**machine, **figures}, material.absent))
        return
    print(write("engine_report", figures))
    text = page(
        {"device": device_name(), "threads": torch.get_num_threads(), **figures}, material.absent
    )
    PAGE.write_text(text, "utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
