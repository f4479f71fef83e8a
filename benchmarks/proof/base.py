"""What every part of the report shares: its tools, its tables, and what is expected of figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.material import Material
from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.scores import Scores
from gpu_worker.contract.stage import Stage
from gpu_worker.engine.learning.scoring import Ears
from gpu_worker.tasks import Tools, VoiceFiles

Floats = NDArray[np.float32]
Cell = float | str | None
Row = dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Bench:
    """``folder`` takes what the parts write; ``ears`` listen by other networks than lead."""

    material: Material
    tools: Tools
    ears: Ears
    folder: Path

    def place(self, name: str) -> Path:
        """A folder of a part's own."""
        path = self.folder / name
        path.mkdir(parents=True, exist_ok=True)
        return path


@dataclass(frozen=True, slots=True)
class Voice:
    """A trained voice, as it would be handed to a conversion, and its singer's embedding."""

    files: VoiceFiles
    singer: Floats


@dataclass(slots=True)
class Table:
    """One table of the report. ``how`` says how it was measured; ``bad`` what was not as expected.

    Cells are numbers, words, or ``None`` where nothing can be measured.
    """

    name: str
    title: str
    how: str
    rows: list[Row] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)

    def add(self, row: Row, **expected: "Expected") -> None:
        """Keep a row; ``expected`` names cells and what they should be."""
        self.rows.append(row)
        first = next(iter(row.values()))
        for name, bound in expected.items():
            value = row[name]
            if isinstance(value, float | int) and not bound.holds(value):
                self.bad.append(f"{first}: {name} is {value:g}, {bound} was expected")


@dataclass(frozen=True, slots=True)
class Expected:
    """``low`` <= a figure <= ``high``."""

    low: float = -np.inf
    high: float = np.inf

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high

    def __str__(self) -> str:
        if self.high == np.inf:
            return f"at least {self.low:g}"
        return f"at most {self.high:g}" if self.low == -np.inf else f"{self.low:g} to {self.high:g}"


class Listener:
    """A reporter that keeps what a training says of its checkpoints, and all warnings."""

    def __init__(self) -> None:
        self.scores: dict[int, Scores] = {}
        self.warnings: list[str] = []

    def progress(
        self,
        stage: Stage,
        fraction: float,
        *,
        eta_s: float | None = None,
        step: int | None = None,
        total_steps: int | None = None,
        losses: Mapping[str, float] | None = None,
    ) -> None:
        """Of no interest here."""

    def checkpoint(self, step: int, path: Path) -> None:
        """Of no interest here."""

    def preview(self, number: int, step: int, mel_distance: float, path: Path) -> None:
        """Of no interest here."""

    def evaluated(self, step: int, scores: Scores, best: bool) -> None:
        self.scores[step] = scores

    def candidate(self, slot: int, step: int, path: Path) -> None:
        """Of no interest here."""

    def log(self, ko: str, en: str, level: Literal["info", "warning", "error"] = "info") -> None:
        if level != "info":
            self.warnings.append(en)


def is_installed(tools: Tools, name: str) -> bool:
    """Whether the weights of that name are there."""
    try:
        tools.weights.find(name)
    except JobError as error:
        if error.code is not Code.WEIGHTS_MISSING:
            raise
        return False
    return True


def rounded(value: float | None, digits: int = 2) -> float | None:
    return None if value is None or not np.isfinite(value) else round(float(value), digits)
