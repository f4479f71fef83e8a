"""From the start of a process to its first training step, features of 10 minutes included.

The runner gives the time at which it started the process, and the folder of compiled kernels.
"""

import os
import time

STARTED = float(os.environ.get("BENCHMARK_STARTED", time.time()))

import tempfile  # noqa: E402
from pathlib import Path  # noqa: E402

from benchmarks.gpu_parts.common import DIM, Bench, Trainee, main  # noqa: E402
from benchmarks.gpu_parts.features import Extraction, save_networks, some_waves  # noqa: E402
from benchmarks.gpu_parts.step import PATHS  # noqa: E402
from gpu_worker.contract.params import TrainParams  # noqa: E402
from gpu_worker.engine.learning.rehearsal import while_rehearsing  # noqa: E402


def part(bench: Bench) -> None:
    arguments = bench.arguments
    with bench.row(os.environ.get("BENCHMARK_NAME", "start")) as row:
        row["imported_s"] = round(time.time() - STARTED, 2)
        waves = some_waves(bench)
        with tempfile.TemporaryDirectory() as folder:
            files = save_networks(Path(folder))
            # Making the material is no part of a job.
            made = time.time() - STARTED - float(str(row["imported_s"]))

            def passed() -> float:
                return round(time.time() - STARTED - made, 2)

            def extract() -> None:
                Extraction(bench, *files)(waves)
                row["features_done_s"] = passed()

            params = TrainParams(
                preset=bench.preset, sample_rate=arguments.rate, batch_size=arguments.batch
            )
            while_rehearsing(extract, params, DIM, bench.device)
        row["rehearsed_s"] = passed()
        begun = time.time()
        trainee = Trainee(bench, arguments.rate, arguments.batch, PATHS["fast"])
        made += time.time() - begun - trainee.nets_s
        trainee()
        bench.wait()
        row["first_step_s"] = passed()
        row["steps_until_settled"] = 1 + trainee.settle()
        row["settled_s"] = passed()


if __name__ == "__main__":
    main(part)
