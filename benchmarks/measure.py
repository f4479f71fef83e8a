"""Timing, and where results go."""

import json
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import torch

RESULTS = Path(__file__).parent / "results"


def seconds(work: Callable[[], object], repeats: int, warm_ups: int = 1) -> float:
    """Median wall time of ``work`` in seconds."""
    for _ in range(warm_ups):
        work()
    return statistics.median(_once(work) for _ in range(repeats))


def _once(work: Callable[[], object]) -> float:
    _wait()
    started = time.perf_counter()
    work()
    _wait()
    return time.perf_counter() - started


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def write(name: str, figures: Mapping[str, object]) -> Path:
    """Keep figures with the machine that they come from, as ``results/NAME.json``."""
    content = {
        "torch": torch.__version__,
        "device": device_name(),
        "threads": torch.get_num_threads(),
        **figures,
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return path


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
