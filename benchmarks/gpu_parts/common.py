"""What all parts share: arguments, synthetic material, timing, and rows that are kept at once."""

import argparse
import json
import re
import statistics
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.profiler import ProfilerActivity, profile

from gpu_worker.contract.params import F0Method, PitchKnobs, Preset
from gpu_worker.engine.config import (
    discriminator_config,
    spectrogram_config,
    synthesizer_config,
)
from gpu_worker.engine.learning.resident import ResidentClips
from gpu_worker.engine.learning.slices import Slice
from gpu_worker.engine.learning.train_step import StepLosses, TrainBatch, TrainNets, make_nets
from gpu_worker.engine.melody.f0 import NetworkEstimator, PitchChain
from gpu_worker.engine.melody.rmvpe import Rmvpe
from gpu_worker.engine.nets.discriminator import MultiPeriodDiscriminator
from gpu_worker.engine.nets.synthesizer import Synthesizer, draw_segments

DIM = 768
CAP_GB = 24.0
RATES = (32_000, 40_000, 48_000)
Floats = NDArray[np.float32]
Row = dict[str, object]


@dataclass
class Bench:
    """One part's run; ``keep`` writes each row to ``out`` at once."""

    device: torch.device
    quick: bool
    out: Path
    arguments: argparse.Namespace
    rows: list[Row] = field(default_factory=list)

    @property
    def preset(self) -> Preset:
        return Preset.DRAFT if self.quick else Preset.FULL

    @property
    def cuda(self) -> bool:
        return self.device.type == "cuda"

    def keep(self, row: Row) -> None:
        self.rows.append(row)
        self.out.write_text(json.dumps(self.rows, indent=1), encoding="utf-8")
        shown = {key: value for key, value in row.items() if not isinstance(value, list | dict)}
        print(json.dumps(shown), flush=True)

    @contextmanager
    def row(self, name: str) -> Iterator[Row]:
        """A row that is kept also where its measurement fails, with the error."""
        row: Row = {"name": name}
        begun = time.perf_counter()
        if self.cuda:
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
        try:
            yield row
        except Exception as error:
            traceback.print_exc()
            row["error"] = f"{type(error).__name__}: {error}"[:500]
        if self.cuda:
            row["peak_gb"] = round(torch.cuda.max_memory_allocated() / 1e9, 2)
            row["reserved_gb"] = round(torch.cuda.max_memory_reserved() / 1e9, 2)
        row["took_s"] = round(time.perf_counter() - begun, 1)
        self.keep(row)

    def wait(self) -> None:
        if self.cuda:
            torch.cuda.synchronize()

    def seconds(self, work: Callable[[], object], repeats: int) -> float:
        """Median wall seconds."""
        taken = []
        for _ in range(repeats):
            self.wait()
            begun = time.perf_counter()
            work()
            self.wait()
            taken.append(time.perf_counter() - begun)
        return statistics.median(taken)


def main(part: Callable[[Bench], None]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rate", type=int, default=40_000, choices=RATES)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--paths", nargs="+", default=["exact", "bf16", "graph", "fast"])
    parser.add_argument("--prepare", action="store_true", help="only compile")
    parser.add_argument(
        "--limit",
        type=float,
        metavar="SECONDS",
        help="each path in a process of its own, cut off after so long; its start once more",
    )
    parser.add_argument("--cap-gb", type=float)
    parser.add_argument("--more", action="store_true", help="steps of other shapes too")
    parser.add_argument("--run", help="one curve of exactness, written to --out")
    arguments = parser.parse_args()
    device = torch.device(arguments.device)
    if arguments.cap_gb and device.type == "cuda":
        cap(device, arguments.cap_gb)
    part(Bench(device, arguments.quick, arguments.out, arguments))


def cap(device: torch.device, gigabytes: float) -> None:
    """Let this process have no more of a card's memory."""
    total = torch.cuda.get_device_properties(device).total_memory
    torch.cuda.set_per_process_memory_fraction(min(1.0, gigabytes * 2**30 / total))


def sung(seconds: float, rate: int, number: int = 0) -> Floats:
    """A vowel-like tone with vibrato, another note for each number, and a little noise: (T,)."""
    t = np.arange(int(seconds * rate)) / rate
    hz = 110 * 2 ** ((number * 5 % 24) / 12)
    phase = 2 * np.pi * hz * t + 3 * np.sin(2 * np.pi * 5.5 * t)
    wave = sum(np.sin(k * phase) / k for k in range(1, 12))
    noise = np.random.default_rng(number).standard_normal(len(t))
    return np.asarray(0.1 * wave + 0.003 * noise, dtype=np.float32)


@cache
def clips(count: int, rate: int, frames: int = 360) -> list[Slice]:
    """Training material that needs no networks: content of random numbers."""
    source = torch.Generator().manual_seed(0)
    hop = rate // 100
    return [
        Slice(
            torch.from_numpy(sung(frames / 100, rate, n)[: frames * hop]),
            torch.randn(frames // 2, DIM, generator=source).repeat_interleave(2, dim=0),
            torch.full((frames,), 110 * 2 ** ((n * 5 % 24) / 12)),
        )
        for n in range(count)
    ]


def some_nets(bench: Bench, rate: int) -> TrainNets:
    """Fresh networks from one seed."""
    torch.manual_seed(0)
    with bench.device:
        net = Synthesizer(synthesizer_config(bench.preset, rate, DIM))
        judge = MultiPeriodDiscriminator(discriminator_config(bench.preset))
    return make_nets(net, judge, spectrogram_config(rate), 1e-4)


class Trainee:
    """Networks in training on clips that lie on the device, by any kind of step."""

    def __init__(
        self,
        bench: Bench,
        rate: int,
        batch: int,
        step: Callable[[TrainNets], Callable[..., StepLosses]],
        seed: int = 0,
    ) -> None:
        begun = time.perf_counter()
        self.nets = some_nets(bench, rate)
        self.nets_s = time.perf_counter() - begun
        self._clips = ResidentClips(clips(16 if bench.quick else 64, rate), bench.device)
        self._step = step(self.nets)
        self._order = torch.Generator().manual_seed(0)
        self._noise = torch.Generator(bench.device).manual_seed(seed)
        self._count = 16 if bench.quick else 64
        self._size = batch
        self._frames = 64 if bench.quick else 300

    def settle(self) -> int:
        """Steps until they are as fast as they will be; how many."""
        steps = 1
        self()
        while not getattr(self._step, "settled", True):
            self()
            steps += 1
            torch.cuda.synchronize()
        return steps

    def __call__(self) -> StepLosses:
        """One step on the next batch; nothing waits for the device."""
        return self.step(*self.drawn(), self._noise)

    def step(self, batch: TrainBatch, starts: torch.Tensor, noise: torch.Generator) -> StepLosses:
        return self._step(self.nets, batch, starts, noise)

    def drawn(self) -> tuple[TrainBatch, torch.Tensor]:
        """The next batch, and where its segments start."""
        numbers = torch.randint(self._count, (self._size,), generator=self._order).tolist()
        config = self.nets.mel.config
        batch = self._clips.batch(numbers, self._frames, config, self._order)
        segment = self.nets.generator.config.segment_frames
        return batch, draw_segments(batch.lengths, segment, self._noise)


FAMILIES = (
    ("layout", r"nchwTo|nhwcTo|tensorTransform"),
    ("triton", r"^triton_"),
    ("optimiser", r"FusedAdam|multi_tensor_apply"),
    ("convolution", r"xmma|convolve|[Cc]onvolution|cudnn|[fdw](prop|grad)"),
    ("product", r"gemm|gemv|cublas|nvjet|cutlass"),
    ("memset", r"Memset|FillFunctor"),
    ("copy", r"Memcpy|copy_kernel|CatArray"),
    ("reduction", r"reduce_kernel|splitKreduce"),
)
"""Of kernels, by their names: the first that fits."""


def family(kernel: str) -> str:
    return next((name for name, sign in FAMILIES if re.search(sign, kernel)), "elementwise")


def profiled(bench: Bench, work: Callable[[], object], times: int) -> Row:
    """GPU time and kernels a call: busy, summed up, by family, and the 40 that take most."""
    if not bench.cuda:
        return {"busy_ms": None, "kernels": None}
    bench.wait()
    with profile(activities=[ProfilerActivity.CUDA], acc_events=True) as trace:
        for _ in range(times):
            work()
        bench.wait()
    spans = [
        (event.name[:200], event.time_range.start, event.time_range.end)
        for event in trace.events()
        if "CUDA" in str(event.device_type)
    ]
    return summed(spans, times)


def summed(spans: Sequence[tuple[str, float, float]], times: int) -> Row:
    """Of kernels with begin and end in microseconds.

    ``busy_ms`` is the time with any kernel at work, ``kernel_ms`` that of all kernels together:
    the more the latter exceeds the former, the more ran at the same time.
    """
    busy = reached = 0.0
    kernels: dict[str, list[float]] = {}
    families: dict[str, float] = {}
    for name, begin, end in sorted(spans, key=lambda span: span[1]):
        busy += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
        kernels.setdefault(name, []).append(end - begin)
        kind = family(name)
        families[kind] = families.get(kind, 0.0) + end - begin
    most = sorted(kernels.items(), key=lambda item: -sum(item[1]))
    return {
        "busy_ms": round(busy / 1e3 / times, 2),
        "kernel_ms": round(sum(families.values()) / 1e3 / times, 2),
        "kernels": round(len(spans) / times),
        "families_ms": {name: round(us / 1e3 / times, 2) for name, us in families.items()},
        "most": [
            [n, round(sum(e) / 1e3 / times, 4), round(len(e) / times, 1)] for n, e in most[:40]
        ],
    }


def random_rmvpe(device: torch.device) -> PitchChain:
    """The network with random weights: as fast as the published one."""
    return pitch_of(Rmvpe(), device)


def pitch_of(network: nn.Module, device: torch.device) -> PitchChain:
    assert isinstance(network, Rmvpe)
    network = network.eval().requires_grad_(False).to(device)
    return PitchChain(NetworkEstimator(F0Method.RMVPE, network), PitchKnobs(octave_repair=False))
