"""The content encoder learns: hear a voice in any shape, tell the teacher's mean of the line.

    python -m starter.student --pack PACK --out DIR [--device cuda] [--minutes 12] [--scale 1.0]
        [--begin FILE --rate 5e-4 --share 0.3]

Four losses: the teacher's components (through a head that is thrown away), the sound that the
speech model meant (likewise), and the distance between two voices of one line, frame by frame and
on the whole: what stays the same while a voice speaks is the voice. Goes on from
``DIR/checkpoint.pt``; writes ``DIR/encoder.safetensors`` in half precision. An encoder that began
as ``--begin`` is written as its weights and a ``--share`` of the way that they went: either end
knows sounds of unseen lines less well (Wortsman et al. 2022, "Robust fine-tuning").
"""

import argparse
import json
import math
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F

from gpu_worker.engine.files import write_whole
from gpu_worker.engine.speech.starter import (
    WIDTH,
    StarterConfig,
    StarterEncoder,
    load_starter_encoder,
)
from starter import quick
from starter.augment import Augment, masked, paced
from starter.material import Heard, Pack, Ways, hear_all, read_pack, with_partners
from starter.pace import to_the_end
from starter.phones import PHONES, UNCLEAR

FRAME: Final = 320
FRAMES: Final = 150
"""Of each crop: 3 s."""
_EDGE: Final = 80
_FASTEST: Final = 1.35
_WARM_UP: Final = 300
"""Steps, or a tenth of all where that is less."""
_PACED_SHARE: Final = 0.4
_HELD_OUT_EACH: Final = 20
_CHECKED_EVERY: Final = 500
_SPREAD: Final = 0.1
"""Of labels over all phones."""
SEED: Final = 5


@dataclass(frozen=True, slots=True)
class Recipe:
    """How long and with what weights; ``steps`` set the schedule, lines in a batch speak twice."""

    steps: int = 16_000
    lines: int = 96
    learning_rate: float = 1e-3
    weight_decay: float = 0.02
    phones: float = 2.0
    invariance: float = 0.1
    offset: float = 10.0
    moved: int = 6
    sung: int = 2


class Heads(nn.Module):
    """What is only needed to learn."""

    def __init__(self, components: int) -> None:
        super().__init__()
        self.teacher = nn.Linear(WIDTH, components)
        self.phones = nn.Linear(WIDTH, len(PHONES))


class Sounds:
    """All ways of all items on the device, and batches of two voices a line."""

    def __init__(self, heard: Sequence[Heard], pack: Pack, device: torch.device, seed: int) -> None:
        self._lines = list(with_partners(heard, pack).values())
        self._lengths = [len(one.wave) for one in heard]
        self._starts = np.concatenate([[0], np.cumsum(self._lengths)])
        self._frames = np.concatenate([[0], np.cumsum([len(one.row) for one in heard])])
        self._counts = [len(one.row) for one in heard]
        self._wave = torch.from_numpy(np.concatenate([one.wave for one in heard])).to(device)
        self._row = torch.from_numpy(np.concatenate([one.row for one in heard])).to(device)
        self._phone = torch.from_numpy(np.concatenate([one.phone for one in heard])).to(device)
        targets = torch.from_numpy(pack.targets)
        self._targets = (targets / targets.square().mean().sqrt()).to(device)
        self._spoken = [one.row for one in heard]
        self._random = np.random.default_rng(seed)
        self._device = device

    def draw(self, lines: int) -> "Batch":
        """``lines`` lines, each by two ways to hear it, from the same word on."""
        chosen = self._random.integers(len(self._lines), size=lines)
        pairs = [self._random.choice(self._lines[n], 2, replace=False) for n in chosen]
        firsts = [self._together(int(one), int(other)) for one, other in pairs]
        numbers = [int(n) for side in zip(*pairs, strict=True) for n in side]
        begins = [begin for side in zip(*firsts, strict=True) for begin in side]
        ratio = np.where(
            self._random.random(2 * lines) < _PACED_SHARE,
            _FASTEST ** self._random.uniform(-1, 1, 2 * lines),
            1.0,
        )
        return self._cut(numbers, begins, torch.from_numpy(ratio.astype(np.float32)))

    def _together(self, one: int, other: int) -> tuple[int, int]:
        """First frames of both crops, at the same place of the line."""
        first = int(self._random.integers(max(1, self._counts[one] - FRAMES // 2)))
        place = self._spoken[one][first]
        return first, int(np.searchsorted(self._spoken[other], place))

    def _cut(self, numbers: list[int], begins: list[int], ratio: Tensor) -> "Batch":
        device, ratio = self._device, ratio.to(self._device)
        samples = FRAMES * FRAME + _EDGE
        longest = int(samples * _FASTEST) + 2
        ends = torch.tensor([self._starts[n + 1] for n in numbers], device=device)
        at = torch.tensor(
            [self._starts[n] + first * FRAME for n, first in zip(numbers, begins, strict=True)],
            device=device,
        )
        index = at[:, None] + torch.arange(longest, device=device)
        inside = index < ends[:, None]
        waves = self._wave[torch.where(inside, index, 0)].float() / 32768 * inside
        waves = paced(waves, ratio, samples)
        # The middle of a frame lies 200 samples behind its begin.
        middle = (torch.arange(FRAMES, device=device) * FRAME + 200) * ratio[:, None]
        frame = (middle - 200) / FRAME + torch.tensor(begins, device=device)[:, None]
        counts = torch.tensor([self._counts[n] for n in numbers], device=device)
        told = (frame >= 0) & (frame <= counts[:, None] - 1)
        frame = torch.minimum(frame.clamp(min=0), counts[:, None] - 1.0)
        offset = torch.tensor([int(self._frames[n]) for n in numbers], device=device)[:, None]
        near = frame.round().long() + offset
        place = self._row[near]
        low = place.long().clamp(max=len(self._targets) - 2)
        part = (place - low).unsqueeze(2)
        target = self._targets[low] * (1 - part) + self._targets[low + 1] * part
        phone = torch.where(told, self._phone[near], UNCLEAR)
        return Batch(waves, target, phone, place, told)


@dataclass(frozen=True)
class Batch:
    """``waves`` (2 B, T): row n + B says the line of row n. ``target`` (2 B, L, K), ``phone``,
    ``place`` (in rows of the targets) and ``told`` (2 B, L)."""

    waves: Tensor
    target: Tensor
    phone: Tensor
    place: Tensor
    told: Tensor


def losses(states: Tensor, heads: Heads, batch: Batch) -> dict[str, Tensor]:
    """Of states (2 B, L, 768): each a mean over the frames that are told."""
    told = batch.told.float()
    error = (heads.teacher(states) - batch.target).square().mean(2)
    teacher = (error * told).sum() / told.sum()
    phones = F.cross_entropy(
        heads.phones(states).flatten(0, 1).float(),
        batch.phone.flatten(),
        ignore_index=UNCLEAR,
        label_smoothing=_SPREAD,
    )
    frames, whole = _apart(states, batch)
    return {"teacher": teacher, "phones": phones, "invariance": frames, "offset": whole}


def _apart(states: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
    """How far the two voices of each line are from each other where the same is said: in the mean
    over frames, and of the mean over frames."""
    half = len(states) // 2
    one, other = states[:half].float(), states[half:].float()
    places, theirs = batch.place[:half], batch.place[half:].contiguous()
    # Told places of the other only rise: the nearest frame is found by bisection.
    near = torch.searchsorted(theirs, places.contiguous()).clamp(max=theirs.shape[1] - 1)
    matched = (theirs.gather(1, near) - places).abs() < 1.0
    matched &= batch.told[:half] & batch.told[half:].gather(1, near)
    partner = other.gather(1, near.unsqueeze(2).expand(-1, -1, other.shape[2]))
    difference = (one - partner) * matched.unsqueeze(2)
    counts = matched.sum(1, keepdim=True).clamp(min=1)
    frames = difference.square().mean(2).sum() / matched.sum().clamp(min=1)
    return frames, (difference.sum(1) / counts).square().mean()


class Training:
    """Network, heads, optimiser and where they stand."""

    def __init__(
        self, recipe: Recipe, components: int, device: torch.device, config: StarterConfig
    ) -> None:
        torch.manual_seed(SEED)
        self.recipe = recipe
        self.device = device
        self.encoder = StarterEncoder(config).to(device)
        self.heads = Heads(components).to(device)
        parameters = [*self.encoder.parameters(), *self.heads.parameters()]
        self.optimiser = torch.optim.AdamW(
            parameters, recipe.learning_rate, (0.9, 0.98), weight_decay=recipe.weight_decay
        )
        self.generator = torch.Generator(device).manual_seed(SEED)
        self.augment = Augment(self.generator)
        self._encode = quick.compiled(device)
        self.step = 0
        self.spent = 0.0
        """Share of the minutes, where they are limited: the rate falls by what runs out first."""
        self.shown: dict[str, float] = {}
        self._begun: dict[str, Tensor] | None = None
        self._share = 1.0

    def begin(self, path: Path, share: float) -> None:
        """Begin with an encoder; ``share`` of the way from there is written."""
        encoder = load_starter_encoder(path)
        self.encoder.load_state_dict(encoder.state_dict())
        self._begun, self._share = encoder.state_dict(), share

    def train_step(self, batch: Batch) -> None:
        self._set_rate()
        waves = self.augment(batch.waves)
        mel = masked(self.encoder.log_mel(waves), self.generator)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            states = self._encode(self.encoder, mel)
        found = losses(states.float(), self.heads, batch)
        recipe = self.recipe
        total = found["teacher"] + recipe.phones * found["phones"]
        total = total + recipe.invariance * found["invariance"] + recipe.offset * found["offset"]
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.encoder.parameters(), 1.0)
        self.optimiser.step()
        self.step += 1
        if self.step % 50 == 0:
            self.shown |= {name: round(float(value.detach()), 4) for name, value in found.items()}

    @torch.no_grad()
    def check(self, batch: Batch) -> float:
        """Share of the sounds of a batch that are told right; what is shown says so too."""
        self.encoder.eval()
        told = self.heads.phones(self.encoder(batch.waves)).argmax(2)
        self.encoder.train()
        known = batch.phone != UNCLEAR
        share = float((told == batch.phone)[known].float().mean())
        self.shown["held_out"] = round(share, 4)
        return share

    def _set_rate(self) -> None:
        recipe = self.recipe
        share = min(1.0, max(self.spent, self.step / max(1, recipe.steps)))
        rate = recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * share)) + 1e-6
        warm_up = min(_WARM_UP, recipe.steps // 10)
        for group in self.optimiser.param_groups:
            group["lr"] = rate * min(1.0, (self.step + 1) / max(1, warm_up))

    def save(self, folder: Path) -> None:
        """Checkpoint, and the encoder alone in half precision, each written whole."""
        content = {
            "step": self.step,
            "encoder": self.encoder.state_dict(),
            "heads": self.heads.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "generator": self.generator.get_state(),
        }
        write_whole(folder / "checkpoint.pt", lambda aside: torch.save(content, aside))
        state = {name: each.cpu() for name, each in self.encoder.state_dict().items()}
        if self._begun is not None:
            state = between(self._begun, state, self._share)
        half = {
            name: each.half().contiguous() if each.is_floating_point() else each
            for name, each in state.items()
        }
        write_whole(folder / "encoder.safetensors", lambda aside: save_file(half, aside))

    def restore(self, path: Path) -> None:
        content = torch.load(path, map_location=self.device, weights_only=True)
        self.encoder.load_state_dict(content["encoder"])
        self.heads.load_state_dict(content["heads"])
        self.optimiser.load_state_dict(content["optimiser"])
        self.generator.set_state(content["generator"].cpu())
        self.step = content["step"]


def between(first: dict[str, Tensor], last: dict[str, Tensor], share: float) -> dict[str, Tensor]:
    """Weights at ``share`` of the way from ``first`` to ``last``; what is counted is the last's."""
    return {
        name: torch.lerp(first[name], each, share) if each.is_floating_point() else each
        for name, each in last.items()
    }


def held_out(heard: Sequence[Heard], pack: Pack) -> tuple[list[Heard], list[Heard]]:
    """(to learn from, to check by): of every 20 lines one is not learned from."""
    lines = sorted({item.line for item in pack.items})
    kept = set(lines[_HELD_OUT_EACH - 1 :: _HELD_OUT_EACH])
    apart: tuple[list[Heard], list[Heard]] = ([], [])
    for one in heard:
        apart[pack.items[one.item].line in kept].append(one)
    return apart


def train(
    training: Training,
    sounds: Sounds,
    folder: Path,
    minutes: float | None,
    check: Batch | None = None,
) -> None:
    """To the last step, or as far as the minutes allow; what was reached is saved."""
    recipe = training.recipe

    def take_step() -> None:
        training.train_step(sounds.draw(recipe.lines))
        if check is not None and training.step % _CHECKED_EVERY == 0:
            training.check(check)

    to_the_end(training, recipe.steps, take_step, lambda: training.shown, folder, minutes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--steps", type=int, default=Recipe().steps)
    parser.add_argument("--lines", type=int, default=Recipe().lines, help="in a batch, each twice")
    parser.add_argument("--rate", type=float, default=Recipe().learning_rate)
    parser.add_argument("--begin", type=Path, help="encoder to begin with")
    parser.add_argument("--share", type=float, default=0.3, help="of the way from there")
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--scale", type=float, default=1.0, help="of the lines, for a trial")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    recipe = Recipe(arguments.steps, arguments.lines, arguments.rate)
    pack = read_pack(arguments.pack, arguments.scale)
    ways = Ways(recipe.moved, recipe.sung)
    began = time.monotonic()
    heard = hear_all(pack, ways, SEED, arguments.jobs)
    spent = time.monotonic() - began
    print(json.dumps({"items": len(pack.items), "ways": len(heard), "seconds": round(spent)}))
    device = torch.device(arguments.device)
    training = Training(recipe, pack.targets.shape[1], device, StarterConfig())
    arguments.out.mkdir(parents=True, exist_ok=True)
    if arguments.begin:
        training.begin(arguments.begin, arguments.share)
    checkpoint = arguments.out / "checkpoint.pt"
    if checkpoint.is_file():
        training.restore(checkpoint)
    # Drawn anew from where it stands: a resumed run need not repeat its batches.
    learned, kept = held_out(heard, pack)
    sounds = Sounds(learned, pack, device, SEED + training.step)
    check = Sounds(kept, pack, device, SEED).draw(recipe.lines) if kept else None
    train(training, sounds, arguments.out, arguments.minutes, check)


if __name__ == "__main__":
    main()
