"""Who hears how a training goes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Protocol

from ...contract.scores import Scores
from ...contract.stage import Stage


class TrainReporter(Protocol):
    """``fraction`` is of the work done here, in 0..1."""

    def progress(
        self,
        stage: Stage,
        fraction: float,
        *,
        eta_s: float | None = None,
        step: int | None = None,
        total_steps: int | None = None,
        losses: Mapping[str, float] | None = None,
    ) -> None: ...

    def checkpoint(self, step: int, path: Path) -> None:
        """A resumable checkpoint lies at ``path``."""
        ...

    def preview(self, number: int, step: int, mel_distance: float, path: Path) -> None:
        """The reference phrase as the voice of ``step`` sings it; the last one is exported."""
        ...

    def evaluated(self, step: int, scores: Scores, best: bool) -> None:
        """A checkpoint was scored; ``best`` where none before was better."""
        ...

    def candidate(self, slot: int, step: int, path: Path) -> None:
        """At the end: one of the next best checkpoints as a published file, slots from 1."""
        ...

    def log(
        self, ko: str, en: str, level: Literal["info", "warning", "error"] = "info"
    ) -> None: ...
