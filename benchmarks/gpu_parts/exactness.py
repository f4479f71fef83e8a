"""Fast against exact over many steps on the same data, and both against a second seed."""

import torch
from torch import Tensor, nn

from benchmarks.gpu_parts.common import Bench, Row, Trainee, clips, main, some_nets
from benchmarks.gpu_parts.step import PATHS
from gpu_worker.engine.config import spectrogram_config
from gpu_worker.engine.learning.train_step import TrainNets, set_learning_rate, train_step
from gpu_worker.engine.spectrogram import log_mel

LOSSES = ("loss_d", "loss_gen", "loss_fm", "loss_mel", "loss_kl")
SMOOTH = 25
RUNS = {"exact": ("exact", 0), "exact, another seed": ("exact", 1), "fast": ("fast", 0)}


def part(bench: Bench) -> None:
    with bench.row("gradients") as row:
        row |= _gradients(bench)
    steps = 6 if bench.quick else bench.arguments.steps
    curves: dict[str, Tensor] = {}
    audio: dict[str, Tensor] = {}
    for name, (path, seed) in RUNS.items():
        with bench.row(f"curve, {name}") as row:
            trainee = Trainee(bench, bench.arguments.rate, bench.arguments.batch, PATHS[path], seed)
            curves[name] = _curve(trainee, steps)
            row["last"] = [round(float(x), 4) for x in curves[name][-SMOOTH:].mean(dim=0)]
            row["curve"] = curves[name][:: max(1, steps // 100)].tolist()
            audio[name] = _rendered(bench, trainee)
    with bench.row("exactness") as row:
        row["steps"] = steps
        fast, seeds = _apart(curves, "fast"), _apart(curves, "exact, another seed")
        for loss, ours, spread in zip(LOSSES, fast, seeds, strict=True):
            row[f"{loss} fast"], row[f"{loss} seeds"] = round(ours, 5), round(spread, 5)
        row["audio fast"] = _audio_apart(bench, audio["exact"], audio["fast"])
        row["audio seeds"] = _audio_apart(bench, audio["exact"], audio["exact, another seed"])


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


def _apart(curves: dict[str, Tensor], name: str) -> list[float]:
    """Mean relative distance of smoothed curves from the exact one, loss by loss."""
    ours, exact = _smooth(curves[name]), _smooth(curves["exact"])
    distances: list[float] = ((ours - exact).abs() / exact.abs().clamp(min=1e-9)).mean(0).tolist()
    return distances


def _smooth(curve: Tensor) -> Tensor:
    size = min(SMOOTH, len(curve))
    return curve.unfold(0, size, 1).mean(dim=2)


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


def _audio_apart(bench: Bench, a: Tensor, b: Tensor) -> dict[str, float]:
    config = spectrogram_config(bench.arguments.rate)
    return {
        "log_mel": round(float((log_mel(a, config) - log_mel(b, config)).abs().mean()), 5),
        "relative": round(float((a - b).norm() / a.norm()), 5),
    }


if __name__ == "__main__":
    main(part)
