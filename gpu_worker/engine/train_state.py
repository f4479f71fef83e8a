"""Everything that a training needs to go on where it ended, in one file written whole."""

import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from ..contract.errors import Code, JobError
from .files import write_whole
from .train_step import TrainNets

_FORMAT: Final = 1


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


@dataclass
class TrainState:
    """What changes while a voice is trained.

    ``identity`` says what the weights depend on (preset, rate, encoder, number of clips): a
    checkpoint of another identity is refused. ``noise`` draws on the networks' device, the
    sampler's generator on the CPU.
    """

    nets: TrainNets
    sampler: Sampler
    noise: torch.Generator
    identity: Mapping[str, str | int]
    step: int = 0
    mel_distance_start: float = 0.0
    mel_distance_end: float = 0.0

    def save(self, path: Path) -> None:
        """Write the checkpoint whole: a crash leaves the former one."""
        content = {
            "format": _FORMAT,
            "identity": dict(self.identity),
            "step": self.step,
            "mel_distance_start": self.mel_distance_start,
            "generator": self.nets.generator.state_dict(),
            "discriminator": self.nets.discriminator.state_dict(),
            "optimiser_g": self.nets.optimiser_g.state_dict(),
            "optimiser_d": self.nets.optimiser_d.state_dict(),
            "mel_distance_end": self.mel_distance_end,
            "noise": self.noise.get_state(),
            "shuffle": self.sampler.generator.get_state(),
            "epoch": self.sampler.epoch,
            "order": self.sampler.order,
            "position": self.sampler.position,
        }
        write_whole(path, lambda aside: torch.save(content, aside))

    def restore(self, path: Path) -> None:
        """Take over a checkpoint; ``CHECKPOINT_UNREADABLE`` where it is not one of this voice."""
        content = _read(path)
        if content["identity"] != dict(self.identity):
            made_for = content["identity"]
            raise JobError(Code.CHECKPOINT_UNREADABLE, f"of {made_for}, not {self.identity}")
        try:
            self.nets.generator.load_state_dict(content["generator"])
            self.nets.discriminator.load_state_dict(content["discriminator"])
            self.nets.optimiser_g.load_state_dict(content["optimiser_g"])
            self.nets.optimiser_d.load_state_dict(content["optimiser_d"])
            self.noise.set_state(content["noise"])
            self.sampler.generator.set_state(content["shuffle"])
        except (KeyError, RuntimeError, ValueError) as error:
            raise JobError(Code.CHECKPOINT_UNREADABLE, str(error)) from error
        self.sampler.epoch = content["epoch"]
        self.sampler.order = content["order"]
        self.sampler.position = content["position"]
        self.step = content["step"]
        self.mel_distance_start = content["mel_distance_start"]
        self.mel_distance_end = content["mel_distance_end"]


def _read(path: Path) -> dict[str, Any]:
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise JobError(Code.CHECKPOINT_UNREADABLE, str(error)) from error
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise JobError(Code.CHECKPOINT_UNREADABLE, "not a checkpoint of this version")
    return content
