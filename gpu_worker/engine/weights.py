"""How the engine asks for pretrained weights, without knowing where they lie."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gpu_worker.contract.errors import Code, JobError


@dataclass(frozen=True, slots=True)
class WeightFiles:
    """Verified files of one set of weights.

    ``paths`` are the parts in order (most have one); ``sha256`` is that of the parts joined.
    """

    paths: tuple[Path, ...]
    sha256: str

    @property
    def path(self) -> Path:
        """The only part. Raises ``ValueError`` where there are several."""
        (path,) = self.paths
        return path


class WeightsDiffer(JobError):
    """Weights are there, but not what is pinned: damaged, or of another version."""

    def __init__(self, name: str) -> None:
        super().__init__(Code.WEIGHTS_MISSING, f"{name}: checksum differs from the pin")


class WeightSource(Protocol):
    """Finds weights by their name in the manifest.

    ``find`` raises ``JobError(WEIGHTS_MISSING)`` where they are absent, ``WeightsDiffer`` where
    they are not what is pinned.
    """

    def find(self, name: str) -> WeightFiles: ...
