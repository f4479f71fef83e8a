"""Everything that a training needs to go on where it ended, in one file written whole."""

import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor
from torch.optim import AdamW

from ...contract.errors import Code, JobError
from ...contract.params import TrainBase
from ..files import write_whole
from .candidates import Kept, Ranking
from .train_step import TrainNets

_FORMAT: Final = 2


@dataclass
class Sampler:
    """Draws clips without repetition until all were seen, then shuffles again."""

    clips: int
    generator: torch.Generator
    epoch: int = 0
    order: Tensor = field(default_factory=lambda: torch.empty(0, dtype=torch.int64))
    position: int = 0

    def draw(self, count: int) -> list[int]:
        """Numbers of the next ``count`` clips; a batch may span two epochs."""
        drawn: list[int] = []
        while len(drawn) < count:
            if self.position == len(self.order):
                self._shuffle()
            taken = self.order[self.position : self.position + count - len(drawn)]
            self.position += len(taken)
            drawn += [int(n) for n in taken]
        return drawn

    def _shuffle(self) -> None:
        if len(self.order):
            self.epoch += 1
        self.order = torch.randperm(self.clips, generator=self.generator)
        self.position = 0


class Ending(StrEnum):
    """Why a training came to its end."""

    STEPS = "steps"
    PATIENCE = "patience"
    FINISH = "finish"


@dataclass
class TrainState:
    """What changes while a voice is trained.

    ``identity`` says what the weights depend on (preset, rate, encoder, recordings): a checkpoint
    of another identity is refused. ``noise`` draws on the networks' device, the sampler's generator
    on the CPU. ``first_step`` is where this stretch began: 0, or where an ended training goes on to
    a new ``total_steps``. ``mel_distance_start`` is that of the reference phrase before the first
    step.
    """

    nets: TrainNets
    sampler: Sampler
    noise: torch.Generator
    identity: Mapping[str, str | int]
    total_steps: int
    base: TrainBase = TrainBase.SCRATCH
    step: int = 0
    first_step: int = 0
    adversarial: bool = False
    ending: Ending | None = None
    mel_distance_start: float = 0.0
    losses: dict[str, float] = field(default_factory=dict)
    ranking: Ranking = field(default_factory=Ranking)

    def save(self, path: Path) -> None:
        """Write the checkpoint whole: a crash leaves the former one."""
        content = {
            "format": _FORMAT,
            "identity": dict(self.identity),
            "generator": self.nets.generator.state_dict(),
            "discriminator": self.nets.discriminator.state_dict(),
            "optimiser_g": self.nets.optimiser_g.state_dict(),
            "optimiser_d": self.nets.optimiser_d.state_dict(),
            "noise": self.noise.get_state(),
            "shuffle": self.sampler.generator.get_state(),
            "epoch": self.sampler.epoch,
            "order": self.sampler.order,
            "position": self.sampler.position,
            "total_steps": self.total_steps,
            "base": str(self.base),
            "step": self.step,
            "first_step": self.first_step,
            "adversarial": self.adversarial,
            "ending": str(self.ending) if self.ending else None,
            "mel_distance_start": self.mel_distance_start,
            "losses": self.losses,
            "scored": self.ranking.scored,
            "kept": [kept.content() for kept in self.ranking.kept],
        }
        write_whole(path, lambda aside: torch.save(content, aside))

    def restore(self, path: Path) -> None:
        """Take over a checkpoint of this voice; goes on where it ended if more steps are asked for.

        Raises ``JobError``: CHECKPOINT_UNREADABLE where it is none, CHECKPOINT_MISMATCH where it
        was made of other recordings or settings.
        """
        content = _read(path)
        if content.get("identity") != dict(self.identity):
            made_for = content.get("identity")
            raise JobError(Code.CHECKPOINT_MISMATCH, f"of {made_for}, not {self.identity}")
        try:
            self._take_nets(content)
            self._take_progress(content)
        except (KeyError, RuntimeError, TypeError, ValueError) as error:
            raise JobError(Code.CHECKPOINT_UNREADABLE, str(error)) from error

    def _take_nets(self, content: Mapping[str, Any]) -> None:
        self.nets.generator.load_state_dict(content["generator"])
        self.nets.discriminator.load_state_dict(content["discriminator"])
        take_optimiser(self.nets.optimiser_g, content["optimiser_g"])
        take_optimiser(self.nets.optimiser_d, content["optimiser_d"])
        self.noise.set_state(content["noise"])
        self.sampler.generator.set_state(content["shuffle"])
        self.sampler.epoch = content["epoch"]
        self.sampler.order = content["order"]
        self.sampler.position = content["position"]

    def _take_progress(self, content: Mapping[str, Any]) -> None:
        self.base = TrainBase(content["base"])
        self.step = content["step"]
        self.first_step = content["first_step"]
        self.adversarial = content["adversarial"]
        self.ending = Ending(content["ending"]) if content["ending"] else None
        self.mel_distance_start = content["mel_distance_start"]
        self.losses = content["losses"]
        self.ranking = Ranking(
            content["scored"], [Kept.from_content(kept) for kept in content["kept"]]
        )
        # The same number of steps again is another attempt that only lacks the export.
        if self.ending and self.step < self.total_steps != content["total_steps"]:
            self.ending, self.first_step = None, self.step


def encoder_of(path: Path) -> str:
    """The checksum of the content encoder that a checkpoint was made with.

    Raises ``JobError(CHECKPOINT_UNREADABLE)``.
    """
    return str(_read(path, mmap=True).get("identity", {}).get("encoder"))


def take_optimiser(optimiser: AdamW, state: dict[str, Any]) -> None:
    """Its moments and counters alone: how it computes depends on the step that it will run in."""
    settings = [
        {name: value for name, value in group.items() if name != "params"}
        for group in optimiser.param_groups
    ]
    optimiser.load_state_dict(state)
    for group, own in zip(optimiser.param_groups, settings, strict=True):
        group.update(own)


def _read(path: Path, *, mmap: bool = False) -> dict[str, Any]:
    try:
        content = torch.load(path, map_location="cpu", weights_only=True, mmap=mmap)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise JobError(Code.CHECKPOINT_UNREADABLE, str(error)) from error
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise JobError(Code.CHECKPOINT_UNREADABLE, "not a checkpoint of this version")
    return content
