"""Fast against exact over many steps on the same data, and exact runs against each other."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.gpu_parts.common import Bench, Row, Trainee, clips, main, some_nets
from benchmarks.gpu_parts.step import PATHS
from gpu_worker.engine.config import spectrogram_config
from gpu_worker.engine.learning.train_step import TrainNets, set_learning_rate, train_step
from gpu_worker.engine.spectrogram import log_mel

LOSSES = ("loss_d", "loss_gen", "loss_fm", "loss_mel", "loss_kl")
SMOOTH = 25
RUNS = {
    "exact": ("exact", 0),
    "exact, again": ("exact", 0),
    "exact, another seed": ("exact", 1),
    "fast": ("fast", 0),
}
"""All at the same time: their time is not measured. Exact runs of one seed differ, too, by the
order in which a GPU adds; what is chaotic then grows."""


def part(bench: Bench) -> None:
    if bench.arguments.run:
        _one(bench, bench.arguments.run)
        return
    with bench.row("exactness") as row, tempfile.TemporaryDirectory() as folder:
        found = _all(bench, Path(folder))
        row["gradients"] = found.pop("gradients")
        curves = {name: each["curve"] for name, each in found.items()}
        audio = {name: each["audio"] for name, each in found.items()}
        row["steps"] = len(curves["exact"])
        for number, loss in enumerate(LOSSES):
            smooth = {name: _smooth(curve[:, number]) for name, curve in curves.items()}
            row[f"{loss} fast"], row[f"{loss} exact"] = _spread(smooth, _apart)
        distance = partial(_audio_apart, bench)
        row["audio fast"], row["audio exact"] = _spread(audio, distance)
        row["curves"] = {
            name: curve[:: max(1, len(curve) // 100)].tolist() for name, curve in curves.items()
        }


def _all(bench: Bench, folder: Path) -> dict[str, Any]:
    given, running = bench.arguments, {}
    for number, name in enumerate((*RUNS, "gradients")):
        out = folder / f"{number}.pt"
        command = [sys.executable, "-m", "benchmarks.gpu_parts.exactness", "--out", str(out)]
        command += ["--device", given.device, "--run", name, "--steps", str(given.steps)]
        command += ["--rate", str(given.rate), "--batch", str(given.batch)]
        command += ["--quick"] if bench.quick else []
        running[name] = subprocess.Popen(command), out
    for process, _ in running.values():
        if process.wait():
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
    return {name: torch.load(out, weights_only=True) for name, (_, out) in running.items()}


def _one(bench: Bench, name: str) -> None:
    if name == "gradients":
        torch.save(_gradients(bench), bench.out)
        return
    path, seed = RUNS[name]
    trainee = Trainee(bench, bench.arguments.rate, bench.arguments.batch, PATHS[path], seed)
    curve = _curve(trainee, 6 if bench.quick else bench.arguments.steps)
    torch.save({"curve": curve, "audio": _rendered(bench, trainee).cpu()}, bench.out)


def _spread(found: dict[str, Tensor], apart: Callable[[Tensor, Tensor], float]) -> list[float]:
    """How far fast is from the nearest exact run; and the farthest two exact ones apart."""
    exact = [each for name, each in found.items() if name != "fast"]
    nearest = min(apart(found["fast"], each) for each in exact)
    widest = max(apart(one, other) for one, other in combinations(exact, 2))
    return [round(nearest, 5), round(widest, 5)]


def _gradients(bench: Bench) -> Row:
    """Relative errors of layers' gradients, fast against exact; and of the fast step repeated.

    Parts that race beside each other would differ from time to time by more than sums do that are
    taken in another order.
    """
    trainee = Trainee(bench, bench.arguments.rate, bench.arguments.batch, PATHS["fast"])
    trainee.settle()
    twin = some_nets(bench, bench.arguments.rate)
    for own, other in zip(_networks(trainee.nets), _networks(twin), strict=True):
        other.load_state_dict(own.state_dict())
    given = trainee.drawn()
    found = []
    for nets in (trainee.nets, trainee.nets, twin):
        for optimiser in (nets.optimiser_g, nets.optimiser_d):
            set_learning_rate(optimiser, 0.0)
        noise = torch.Generator(bench.device).manual_seed(3)
        if nets is twin:
            train_step(twin, *given, noise)
        else:
            trainee.step(*given, noise)
        found.append(_layers(nets))
    once, again, exact = found
    errors, repeated = _sorted_errors(once, exact), _sorted_errors(once, again)
    return {
        "median": errors[len(errors) // 2][0],
        "repeated_median": repeated[len(repeated) // 2][0],
        "most": {name: error for error, name in errors[-5:]},
        "repeated_most": {name: error for error, name in repeated[-5:]},
    }


def _networks(nets: TrainNets) -> tuple[nn.Module, nn.Module]:
    return nets.generator, nets.discriminator


def _layers(nets: TrainNets) -> dict[str, Tensor]:
    """Gradients, each layer's as one vector."""
    layers: dict[str, list[Tensor]] = {}
    for net in _networks(nets):
        for name, parameter in net.named_parameters():
            if parameter.grad is not None:
                layers.setdefault(name.rpartition(".")[0], []).append(parameter.grad.flatten())
    return {name: torch.cat(parts).clone() for name, parts in layers.items()}


def _sorted_errors(ours: dict[str, Tensor], theirs: dict[str, Tensor]) -> list[tuple[float, str]]:
    return sorted(
        (round(float((ours[name] - grad).norm() / grad.norm().clamp(min=1e-12)), 5), name)
        for name, grad in theirs.items()
    )


def _curve(trainee: Trainee, steps: int) -> Tensor:
    """(steps, losses) on the CPU, read once."""
    found = []
    for _ in range(steps):
        losses = trainee()
        found.append(torch.stack([getattr(losses, name) for name in LOSSES]))
    return torch.stack(found).cpu()


def _apart(a: Tensor, b: Tensor) -> float:
    """Mean relative distance of two curves."""
    return float(((a - b).abs() / b.abs().clamp(min=1e-9)).mean())


def _smooth(curve: Tensor) -> Tensor:
    size = min(SMOOTH, len(curve))
    return curve.unfold(0, size, 1).mean(dim=1)


@torch.inference_mode()
def _rendered(bench: Bench, trainee: Trainee) -> Tensor:
    """3 s by the trained voice, with one noise for all: (1, T)."""
    clip = clips(1, bench.arguments.rate, 300)[0]
    f0 = clip.f0[None].to(bench.device)
    audio = trainee.nets.generator.infer(
        clip.content[None].to(bench.device),
        torch.tensor([300], device=bench.device),
        torch.full((1, 300), 60, device=bench.device),
        f0,
        torch.zeros(1, dtype=torch.int64, device=bench.device),
        generator=torch.Generator(bench.device).manual_seed(7),
    )
    return audio[0].float()


def _audio_apart(bench: Bench, a: Tensor, b: Tensor) -> float:
    """Mean absolute log-mel distance."""
    config = spectrogram_config(bench.arguments.rate)
    return float((log_mel(a, config) - log_mel(b, config)).abs().mean())


if __name__ == "__main__":
    main(part)
