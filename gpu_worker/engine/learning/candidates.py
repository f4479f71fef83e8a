"""The best checkpoints of a training, kept as small as they are published."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from ...contract.scores import Scores
from ..config import SynthesizerConfig
from ..nets.synthesizer import Synthesizer


@dataclass(frozen=True, slots=True)
class Kept:
    """A scored checkpoint with its weights in half precision on the CPU, less the posterior."""

    step: int
    epoch: int
    scores: Scores
    weights: Mapping[str, Tensor]

    @classmethod
    def of(cls, net: Synthesizer, step: int, epoch: int, scores: Scores) -> "Kept":
        weights = {
            name: tensor.detach().to(
                "cpu", torch.float16, copy=True, memory_format=torch.contiguous_format
            )
            for name, tensor in net.state_dict().items()
            if not name.startswith("enc_q.")
        }
        return cls(step, epoch, scores, weights)

    def build(self, config: SynthesizerConfig) -> Synthesizer:
        """The synthesizer as it will be read from the published file, on the CPU."""
        with torch.device("meta"):
            net = Synthesizer(config, with_posterior=False)
        weights = {name: tensor.float() for name, tensor in self.weights.items()}
        net.load_state_dict(weights, strict=True, assign=True)
        return net.eval().requires_grad_(False)

    def content(self) -> dict[str, Any]:
        """Plain values and tensors, for a checkpoint."""
        return {
            "step": self.step,
            "epoch": self.epoch,
            "scores": self.scores.model_dump(),
            "weights": dict(self.weights),
        }

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> "Kept":
        """Raises KeyError and ValueError for anything else than ``content`` gives."""
        scores = Scores.model_validate(content["scores"])
        return cls(content["step"], content["epoch"], scores, content["weights"])


@dataclass
class Ranking:
    """Every score so far, and the best checkpoints, best first.

    ``scored`` are steps with their quality, in order. Of equals the later one is better.
    """

    scored: list[tuple[int, float]] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)

    @property
    def best(self) -> Kept:
        """Raises IndexError before the first score."""
        return self.kept[0]

    def add(self, net: Synthesizer, step: int, epoch: int, scores: Scores, size: int) -> bool:
        """Take a score, and the weights where they are among the best ``size``.

        Returns whether none before was better.
        """
        self.scored.append((step, scores.quality))
        place = sum(kept.scores.quality > scores.quality for kept in self.kept)
        if place < size:
            self.kept.insert(place, Kept.of(net, step, epoch, scores))
        del self.kept[size:]
        return place == 0
