"""One file of reference vectors, and how far computed values lie from it."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from tests.gpu_worker.golden.formula_weights import load_into

Module = TypeVar("Module", bound=nn.Module)

TOLERANCE = 1e-5


@dataclass(frozen=True, slots=True)
class Finding:
    """The relative error of one quantity."""

    name: str
    error: float
    tolerance: float = TOLERANCE

    @property
    def share(self) -> float:
        """Of the tolerance; infinite where the error is no number."""
        return self.error / self.tolerance if math.isfinite(self.error) else math.inf

    @property
    def holds(self) -> bool:
        return self.share <= 1

    def line(self, title: str) -> str:
        verdict = "ok  " if self.holds else "FAIL"
        return f"{verdict} {title:24} {self.error:.1e} (at most {self.tolerance:.0e})  {self.name}"


@dataclass(frozen=True, slots=True)
class Vectors:
    """Arrays by name, beside the path they came from and the salt of the weights."""

    path: Path
    arrays: dict[str, NDArray[Any]]
    salt: str

    @classmethod
    def load(cls, path: Path, salt: str) -> "Vectors":
        with np.load(path, allow_pickle=False) as archive:
            return cls(path, {name: archive[name] for name in archive.files}, salt)

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.arrays[name]

    def tensor(self, name: str) -> Tensor:
        return torch.from_numpy(self.arrays[name])

    def number(self, name: str) -> float:
        return float(self.arrays[name])

    def weighted(self, module: Module) -> Module:
        """The module with formula weights, in evaluation mode."""
        load_into(module, self.salt)
        return module.eval()

    def compare(
        self, name: str, computed: Tensor | ArrayLike, tolerance: float = TOLERANCE
    ) -> Finding:
        """How far a computed value lies from the array of that name."""
        return Finding(name, relative_error(computed, self.arrays[name]), tolerance)


def relative_error(computed: Tensor | ArrayLike, expected: NDArray[Any]) -> float:
    """||computed - expected|| / ||expected|| in double; infinite where shapes or NaNs differ."""
    ours = np.asarray(computed.detach() if isinstance(computed, Tensor) else computed, np.float64)
    theirs = np.asarray(expected, np.float64)
    if ours.shape != theirs.shape or not np.array_equal(np.isnan(ours), np.isnan(theirs)):
        return math.inf
    difference = float(np.linalg.norm(np.nan_to_num(ours - theirs, nan=0.0)))
    size = float(np.linalg.norm(np.nan_to_num(theirs, nan=0.0)))
    return difference / size if size else difference
