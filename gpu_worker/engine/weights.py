"""How the engine asks for pretrained weights, without knowing where they lie."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar, cast

from gpu_worker.contract.errors import Code, JobError

NetworkT = TypeVar("NetworkT")


@dataclass(frozen=True, slots=True)
class WeightFiles:
    """Verified files of one set of weights.

    ``paths`` are the parts in order (most have one); ``sha256`` is that of the parts joined.
    ``kept`` is where a process of many jobs keeps what it loaded from them; ``None`` keeps nothing.
    """

    paths: tuple[Path, ...]
    sha256: str
    kept: dict[Hashable, object] | None = field(default=None, compare=False, repr=False)

    @property
    def path(self) -> Path:
        """The only part. Raises ``ValueError`` where there are several."""
        (path,) = self.paths
        return path

    def loaded(self, key: Hashable, load: Callable[[], NetworkT]) -> NetworkT:
        """What ``load`` makes of these files, or what it made before under this ``key``.

        Only for what is used without being changed; the key names all that ``load`` depends on,
        such as the device.
        """
        if self.kept is None:
            return load()
        if key not in self.kept:
            self.kept[key] = load()
        return cast(NetworkT, self.kept[key])


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
