"""Everything about speed on one GPU: steps, features, start, conversion, exactness.

    python -m benchmarks.gpu [--only step features start convert exactness] [--quick] [--device cpu]

Needs torch (with Triton and a C compiler, for compiled kernels), numpy, scipy, onnxruntime and
safetensors, and the wheels pydantic, pydantic_core, annotated_types, typing_inspection and soxr; no
faiss, no av, no weights: networks are random in the published shapes. Ends within ``--deadline``
seconds (530 by default): what no longer fits is named in the table. Each row is written as soon as
it is known; a part that fails leaves its error. ``--quick --device cpu`` runs every line in a tiny
form.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from benchmarks.gpu_parts.common import CAP_GB
from benchmarks.measure import RESULTS, commit, device_name

PARTS = ("step", "features", "start", "convert", "exactness")
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Job:
    """One process: a part with its arguments."""

    name: str
    part: str
    arguments: tuple[str, ...] = ()


def jobs(only: Sequence[str]) -> Iterator[Job]:
    """Starts first: only the very first finds no compiled kernels."""
    if "start" in only:
        yield Job("start, cold", "start")
        yield Job("start, warm", "start")
    if "step" in only:
        yield Job("step", "step", ("--more",))
    if "convert" in only:
        yield Job("convert", "convert")
        yield Job(f"convert, {CAP_GB:g} GB", "convert", ("--cap-gb", str(CAP_GB)))
    if "features" in only:
        yield Job("features", "features")
    if "exactness" in only:
        yield Job("exactness", "exactness", ("--batch", "4"))


class Runner:
    """Runs jobs one after the other, each as a process, until the deadline."""

    def __init__(self, arguments: argparse.Namespace, folder: Path) -> None:
        self._arguments = arguments
        self._folder = folder
        self._ends = time.monotonic() + arguments.deadline
        self.rows: list[Row] = []

    @property
    def left(self) -> float:
        left: float = self._ends - time.monotonic()
        return left

    def run(self, job: Job) -> None:
        out = self._folder / "rows.json"
        out.unlink(missing_ok=True)
        error = ""
        if self.left < 10:
            error = "no time was left"
        else:
            process = self._started(job, out)
            try:
                if process.wait(timeout=self.left):
                    error = f"ended with {process.returncode}"
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                error = "was cut off at the deadline"
        found = json.loads(out.read_text("utf-8")) if out.exists() else []
        self.rows += [{"job": job.name, **row} for row in found]
        if error:
            self.rows.append({"job": job.name, "name": job.name, "error": error})

    def _started(self, job: Job, out: Path) -> subprocess.Popen[bytes]:
        arguments = self._arguments
        command = [sys.executable, "-m", f"benchmarks.gpu_parts.{job.part}", "--out", str(out)]
        command += ["--device", arguments.device, *job.arguments]
        command += ["--quick"] if arguments.quick else []
        command += ["--steps", str(arguments.steps)] if job.part == "exactness" else []
        environment = {
            **os.environ,
            # As where packages were installed with their byte code.
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(self._folder / "byte code"),
            "TORCHINDUCTOR_CACHE_DIR": str(self._folder / "kernels"),
            "TRITON_CACHE_DIR": str(self._folder / "kernels" / "triton"),
            "BENCHMARK_STARTED": str(time.time()),
            "BENCHMARK_NAME": job.name,
        }
        return subprocess.Popen(command, env=environment)


def table(rows: Sequence[Row]) -> str:
    """One line a row: its plain figures, or its error."""
    lines = ["| what | figures |", "| --- | --- |"]
    for row in rows:
        hidden = ("job", "name", "path", "rate", "batch", "error")
        figures = [
            f"{key} {value}"
            for key, value in row.items()
            if key not in hidden and isinstance(value, int | float | dict)
        ]
        if "error" in row:
            figures.append(f"FAILED: {row['error']}")
        lines.append(f"| {row['name']} | {', '.join(figures)} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--quick", action="store_true", help="draft networks, tiny material")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--deadline", type=float, default=530.0, metavar="SECONDS")
    parser.add_argument("--steps", type=int, default=500, help="of exactness")
    parser.add_argument("--commit", default=commit(), help="where there is no repository")
    parser.add_argument("--out", type=Path, default=RESULTS / "gpu.json")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(arguments, Path(folder))
        for job in jobs(arguments.only):
            runner.run(job)
            content = {
                "torch": torch.__version__,
                "device": device_name(),
                "threads": torch.get_num_threads(),
                "commit": arguments.commit,
                "configuration": {"only": " ".join(arguments.only), "quick": arguments.quick},
                "rows": runner.rows,
            }
            arguments.out.parent.mkdir(parents=True, exist_ok=True)
            arguments.out.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(table(runner.rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
