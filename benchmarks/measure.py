"""Timing, and where results go."""

import json
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import torch

RESULTS = Path(__file__).parent / "results"

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Timing:
    """Medians in seconds: on the clock, and of all the process's threads on processors."""

    wall_s: float
    cpu_s: float


def seconds(work: Work, repeats: int, warm_ups: int = 1) -> float:
    """Median wall time of ``work`` in seconds."""
    for _ in range(warm_ups):
        work()
    return statistics.median(_once(work).wall_s for _ in range(repeats))


def interleaved(works: Mapping[str, Work], repeats: int) -> dict[str, Timing]:
    """Time several works in turns, so that a busy machine is busy for all of them.

    Each is done once beforehand, untimed. Where other processes want the processors too,
    ``cpu_s`` is the fairer figure, provided that idle threads sleep (``OMP_WAIT_POLICY=PASSIVE``).
    """
    taken: dict[str, list[Timing]] = {name: [] for name in works}
    for number in range(repeats + 1):
        for name, work in works.items():
            timing = _once(work)
            if number:
                taken[name].append(timing)
    return {
        name: Timing(
            statistics.median(timing.wall_s for timing in timings),
            statistics.median(timing.cpu_s for timing in timings),
        )
        for name, timings in taken.items()
    }


def _once(work: Work) -> Timing:
    _wait()
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    _wait()
    return Timing(time.perf_counter() - wall, time.process_time() - cpu)


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def write(name: str, figures: Mapping[str, object]) -> Path:
    """Keep figures with the machine that they come from, as ``results/NAME.json``."""
    content = {
        "torch": torch.__version__,
        "device": device_name(),
        "threads": torch.get_num_threads(),
        "commit": commit(),
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        **figures,
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return path


def commit() -> str:
    """Of the working tree; ``+`` where the engine differs from it."""
    try:
        head = _git("rev-parse", "--short", "HEAD")
        changed = _git("status", "--porcelain", "--", "gpu_worker")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head + ("+" if changed else "")


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=RESULTS.parent.parent, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def device_name() -> str:
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{named[0]}, {len(named)} cores" if named else platform.machine()


def best_device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def between(text: str, opens: str, content: str, closes: str) -> str:
    """``text`` with ``content`` between its two marks. Raises ``ValueError`` without them."""
    before, begin, rest = text.partition(opens)
    _, end, after = rest.partition(closes)
    if not (begin and end):
        raise ValueError(f"no {opens} ... {closes}: the text lacks its marks")
    return f"{before}{opens}\n{content}\n{closes}{after}"
