"""From the start of a process to its first training step, features of 10 minutes included.

The runner gives the time at which it started the process, and the folder of compiled kernels.
"""

import os
import time

STARTED = float(os.environ.get("BENCHMARK_STARTED", time.time()))

import tempfile  # noqa: E402
from pathlib import Path  # noqa: E402

from benchmarks.gpu_parts.common import Bench, Trainee, main  # noqa: E402
from benchmarks.gpu_parts.features import Extraction, save_networks, some_waves  # noqa: E402
from benchmarks.gpu_parts.step import PATHS  # noqa: E402


def part(bench: Bench) -> None:
    with bench.row(os.environ.get("BENCHMARK_NAME", "start")) as row:
        row["imported_s"] = round(time.time() - STARTED, 2)
        waves = some_waves(bench)
        with tempfile.TemporaryDirectory() as folder:
            files = save_networks(Path(folder))
            # Making the material is no part of a job.
            made = time.time() - STARTED - float(str(row["imported_s"]))
            Extraction(bench, *files)(waves)
        row["features_done_s"] = round(time.time() - STARTED - made, 2)
        trainee = Trainee(bench, bench.arguments.rate, bench.arguments.batch, PATHS["fast"])
        row["networks_made_s"] = round(time.time() - STARTED - made, 2)
        for name in ("first", "second", "third", "captured"):
            trainee()
            bench.wait()
            row[f"{name}_step_s"] = round(time.time() - STARTED - made, 2)


if __name__ == "__main__":
    main(part)
