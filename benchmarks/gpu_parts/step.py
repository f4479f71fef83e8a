"""A training step: the exact path, plain bfloat16, ours without and with compilation.

    python -m benchmarks.gpu_parts.step --out rows.json --limit 150 --paths fast fast-one-stream

measures variants, the first of them cold, each once more warm, however long one of them takes.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

from benchmarks.gpu_parts.common import CAP_GB, DIM, Bench, Row, Trainee, cap, main, profiled
from gpu_worker.engine.config import synthesizer_config
from gpu_worker.engine.learning.fast_step import WITHOUT_COMPILER, FastStep, Tricks, batch_that_fits
from gpu_worker.engine.learning.train_step import StepLosses, TrainNets, train_step

REFERENCE_MS = 259.0
"""Of the community's trainer in fp16 on an H100, 40 kHz, batch 8."""
FLOOR_MS = 3.7
MORE = ((48_000, 8), (32_000, 8), (40_000, 4), (40_000, 16), (40_000, 32))
"""Rate and batch size of the other steps measured; the last one also on a small card."""
UNTUNED = ("exact", "bf16")
PLAIN = Tricks(innermost=False, together=False, fused=False, compiled=False, graph=False, tuned=0)
Step = Callable[..., StepLosses]


PATHS: dict[str, Callable[[TrainNets], Step]] = {
    "exact": lambda nets: train_step,
    "bf16": lambda nets: FastStep(nets, PLAIN),
    "graph": lambda nets: FastStep(nets, WITHOUT_COMPILER),
    "fast": FastStep,
    # Variants, for finding out what gains how much.
    "fast-one-stream": lambda nets: FastStep(nets, Tricks(beside=False)),
    "fast-eager": lambda nets: FastStep(nets, Tricks(compiled=False)),
    "fast-apart": lambda nets: FastStep(nets, Tricks(together=False)),
    "fast-untuned": lambda nets: FastStep(nets, Tricks(tuned=0)),
    "fast-tuned-4": lambda nets: FastStep(nets, Tricks(tuned=4)),
    "fast-tuned-2": lambda nets: FastStep(nets, Tricks(tuned=2)),
    "fast-plain-layout": lambda nets: FastStep(nets, Tricks(innermost=False)),
    "fast-grouped": lambda nets: FastStep(nets, Tricks(grouped_innermost=True)),
    "fast-fp32": lambda nets: FastStep(nets, Tricks(half=False)),
}


def part(bench: Bench) -> None:
    given = bench.arguments
    if given.limit:
        with tempfile.TemporaryDirectory() as folder:
            for path in given.paths:
                _apart(bench, path, Path(folder))
        return
    # Without measuring, cuDNN's guesses would be remembered for those who measure.
    for path in sorted(given.paths, key=UNTUNED.__contains__):
        if given.more and path in UNTUNED:
            _other_shapes(bench)
            given.more = False
        _row(bench, path, given.rate, given.batch)


def _other_shapes(bench: Bench) -> None:
    for rate, batch in MORE[:1] if bench.quick else MORE:
        _row(bench, "fast", rate, batch)
    _capped(bench, *MORE[-1])


def _row(bench: Bench, path: str, rate: int, batch: int, name: str = "") -> None:
    with bench.row(f"step {path}, {rate // 1000} kHz, batch {batch}{name}") as row:
        row |= {"path": path, "rate": rate, "batch": batch}
        _measure(bench, path, rate, batch, row)


def _capped(bench: Bench, rate: int, batch: int) -> None:
    """On a card with less memory: the batch that is chosen, and whether it runs."""
    if bench.cuda:
        cap(bench.device, CAP_GB)
    config = synthesizer_config(bench.preset, rate, DIM)
    _row(bench, "fast", rate, batch_that_fits(batch, config, bench.device), f", {CAP_GB:g} GB")
    if bench.cuda:
        torch.cuda.set_per_process_memory_fraction(1.0)


def _apart(bench: Bench, path: str, folder: Path) -> None:
    """One path as a process, then the start of another one that finds compiled kernels.

    Only the first path starts cold: the others find what they share with it.
    """
    (row,) = _rows(bench, path, folder, ())
    bench.keep(row)
    if path.startswith("fast") and "error" not in row:
        (row,) = _rows(bench, path, folder, ("--prepare",))
        bench.keep({**row, "name": f"{row['name']}, start with warm kernels"})


def _rows(bench: Bench, path: str, folder: Path, more: tuple[str, ...]) -> list[Row]:
    given, out = bench.arguments, folder / f"{path}{len(more)}.json"
    command = [sys.executable, "-m", "benchmarks.gpu_parts.step", "--out", str(out)]
    command += ["--device", given.device, "--paths", path, *more]
    command += ["--rate", str(given.rate), "--batch", str(given.batch)]
    command += ["--quick"] if bench.quick else []
    kernels = {
        "TORCHINDUCTOR_CACHE_DIR": str(folder / "kernels"),
        "TRITON_CACHE_DIR": str(folder / "kernels" / "triton"),
    }
    # A group of its own: compilers that it started end with it.
    process = subprocess.Popen(command, env={**os.environ, **kernels}, start_new_session=True)
    try:
        code = process.wait(timeout=given.limit)
        error = f"ended with {code}"
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        error = f"was cut off after {given.limit:g} s"
    if out.exists():
        rows: list[Row] = json.loads(out.read_text("utf-8"))
        return rows
    return [{"name": f"step {path}", "path": path, "error": error}]


def _measure(bench: Bench, path: str, rate: int, batch: int, row: Row) -> None:
    begun = time.perf_counter()
    trainee = Trainee(bench, rate, batch, PATHS[path])
    losses = trainee()
    row["first_loss"] = round(float(losses.loss_total), 4)
    row["first_step_s"] = round(time.perf_counter() - begun, 2)
    row["steps_until_settled"] = trainee.settle()
    row["settled_s"] = round(time.perf_counter() - begun, 2)
    row["compiled_graphs"] = torch._dynamo.utils.counters["stats"]["unique_graphs"]
    if bench.arguments.prepare:
        return
    count = 2 if bench.quick else 5 if path in ("exact", "bf16") else 40

    def several() -> None:
        for _ in range(count):
            trainee()

    step_ms = bench.seconds(several, 2) * 1e3 / count
    row["step_ms"] = round(step_ms, 2)
    # Equal batches and noise on all paths: streams that race would drift apart.
    row["last_loss"] = round(float(trainee().loss_total), 4)
    if bench.cuda and not bench.quick and (rate, batch) == (40_000, 8):
        row["times_reference"] = round(REFERENCE_MS / step_ms, 2)
        row["of_floor"] = round(step_ms / FLOOR_MS, 2)
    row |= profiled(bench, trainee, 2)
    row["graph_breaks"] = sum(torch._dynamo.utils.counters["graph_break"].values())


if __name__ == "__main__":
    main(part)
