"""Pretrained weights: one manifest, found or refused, never fetched behind anybody's back."""

import hashlib
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.weights import MANIFEST, Entry, Found, Presence, read_manifest
from gpu_worker.engine.weights import WeightFiles, WeightsDiffer

_BLOCK = 1 << 20


class Pretrained:
    """Finds weights of the manifest; a ``gpu_worker.engine.weights.WeightSource``.

    Each file is hashed once in this object's life, before its first use. ``keep``: networks that
    were loaded stay in memory as long as this object, for a process that serves several jobs.
    """

    def __init__(
        self,
        folder: Path | None = None,
        manifest: Mapping[str, Entry] | None = None,
        *,
        keep: bool = False,
    ) -> None:
        self._folder = folder
        self._keep = keep
        self._manifest = read_manifest() if manifest is None else manifest
        self._found: dict[str, WeightFiles] = {}

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(self._manifest.values())

    def entry(self, name: str) -> Entry:
        """Raises ``JobError(WEIGHTS_MISSING)`` for a name that the manifest has not."""
        try:
            return self._manifest[name]
        except KeyError:
            raise JobError(Code.WEIGHTS_MISSING, f"{name} is in no manifest") from None

    def find(self, name: str) -> WeightFiles:
        """The verified files of ``name``. Raises ``JobError(WEIGHTS_MISSING)``."""
        if name not in self._found:
            self._found[name] = self._verified(self.entry(name))
        return self._found[name]

    def look(self, entry: Entry) -> Found:
        """What is there of ``entry``; reads and hashes all of it."""
        try:
            paths = self.find(entry.name).paths
        except WeightsDiffer:
            return Found(presence=Presence.DIFFERS, size=_size(self.place(entry)))
        except JobError:
            return Found(presence=Presence.MISSING)
        return Found(presence=Presence.PRESENT, size=_size(paths))

    def place(self, entry: Entry) -> tuple[Path, ...]:
        """Where the parts of ``entry`` lie or would lie. Raises ``JobError(WEIGHTS_MISSING)``."""
        if entry.own is not None:
            return (MANIFEST.parent / entry.own,)
        if entry.file is not None:
            if self._folder is None:
                raise JobError(Code.WEIGHTS_MISSING, f"{entry.name}: WEIGHTS_DIR is not set")
            return (self._folder / entry.file,)
        return tuple(
            _inside_package(package, file)
            for package, file in zip(entry.packages, entry.files, strict=True)
        )

    def _verified(self, entry: Entry) -> WeightFiles:
        paths = self.place(entry)
        missing = [path.name for path in paths if not path.is_file()]
        if missing:
            raise JobError(Code.WEIGHTS_MISSING, f"{entry.name}: no {', '.join(missing)}")
        sha256 = joined_sha256(paths)
        if not entry.is_pinned(sha256):
            raise WeightsDiffer(entry.name)
        return WeightFiles(paths, sha256, {} if self._keep else None)


def joined_sha256(paths: tuple[Path, ...]) -> str:
    """Checksum of the files' contents one after the other."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()


def _size(paths: tuple[Path, ...]) -> int:
    return sum(path.stat().st_size for path in paths)


def _inside_package(package: str, file: str) -> Path:
    try:
        distribution = metadata.distribution(package)
    except metadata.PackageNotFoundError:
        raise JobError(
            Code.WEIGHTS_MISSING, f"package {package} (requirements/weights.txt) is not installed"
        ) from None
    return Path(str(distribution.locate_file(file)))
