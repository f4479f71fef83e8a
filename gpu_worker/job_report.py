"""What a task of a job tells, brought to the web: rescaled progress, files stored on the way."""

from collections.abc import Mapping
from pathlib import Path

from gpu_worker.contract.errors import JobError
from gpu_worker.contract.job import CHECKPOINT, Stored, candidate_name, preview_name
from gpu_worker.contract.scores import Scores
from gpu_worker.contract.stage import Stage

from .report import LogLevel, Reporter
from .transfer import Transfer


class JobReport:
    """A task's reporter. Its 0..1 becomes ``low``..``high`` of the whole job."""

    def __init__(self, reporter: Reporter, transfer: Transfer, low: float, high: float) -> None:
        self._reporter = reporter
        self._transfer = transfer
        self._low = low
        self._high = high
        self._stored: dict[str, Stored] = {}

    @property
    def stored(self) -> tuple[Stored, ...]:
        """Previews, kept checkpoints and the last resumable one that lie in storage by now."""
        return tuple(self._stored.values())

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
        self._reporter.progress(
            stage,
            self._low + (self._high - self._low) * fraction,
            eta_s=eta_s,
            step=step,
            total_steps=total_steps,
            losses=losses,
        )

    def checkpoint(self, step: int, path: Path) -> None:
        if stored := self._store(CHECKPOINT, path):
            self._reporter.checkpoint(step, stored)

    def preview(self, number: int, step: int, mel_distance: float, path: Path) -> None:
        if stored := self._store(preview_name(number), path):
            self._reporter.preview(step, mel_distance, stored)

    def evaluated(self, step: int, scores: Scores, best: bool) -> None:
        self._reporter.evaluated(step, scores, best)

    def candidate(self, slot: int, step: int, path: Path) -> None:
        self._store(candidate_name(slot), path)

    def log(self, ko: str, en: str, level: LogLevel = "info") -> None:
        self._reporter.log(ko, en, level)

    def _store(self, name: str, path: Path) -> Stored | None:
        """Store a file that the job can do without: training goes on where storage refuses."""
        try:
            stored = self._transfer.store(name, path)
        except JobError as error:
            self.log(
                f"{name}을(를) 저장하지 못했습니다. 학습은 계속합니다.",
                f"{name} could not be stored ({error.detail}). Training goes on.",
                "warning",
            )
            return None
        self._stored[name] = stored
        return stored
