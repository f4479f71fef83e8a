"""Pretrained weights: one manifest, found or refused, never fetched behind anybody's back."""

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

import httpx

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.engine.weights import WeightFiles, WeightsDiffer

MANIFEST = Path(__file__).with_name("weights.toml")
ABSENT: Final = {
    "lead-and-backing": "no model of clear licence; separation gives vocals and accompaniment",
    "dereverb": "no model of clear licence; the report card advises to record drier",
}
"""What customers may look for and no weights do: name -> why, and what there is instead."""
_BLOCK = 1 << 20

FetchProgress = Callable[[int, int | None], None]
"""Told (bytes so far, bytes in all or ``None``)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One set of weights in the manifest.

    Either ``packages`` and ``files`` (paths inside installed distributions, one each), or ``own``
    (inside this package), or ``file`` (below WEIGHTS_DIR) and ``url``. Of files that their
    publisher names by the first digits of their checksum, and that we could not read ourselves,
    only ``sha256_prefix`` is known.
    """

    name: str
    title: str
    licence: str
    source: str
    sha256: str | None = None
    packages: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    own: str | None = None
    file: str | None = None
    url: str | None = None
    sha256_prefix: str | None = None

    def is_pinned(self, sha256: str) -> bool:
        """Whether a file of this checksum is the one that is meant."""
        if self.sha256 is not None:
            return sha256 == self.sha256
        return bool(self.sha256_prefix) and sha256.startswith(self.sha256_prefix or "")


def read_manifest(path: Path = MANIFEST) -> Mapping[str, Entry]:
    """Every known set of weights by name."""
    tables = tomllib.loads(path.read_text("utf-8"))
    return {name: _entry(name, table) for name, table in tables.items()}


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


def fetch(entry: Entry, folder: Path, progress: FetchProgress, client: httpx.Client) -> Path:
    """Download ``entry`` below ``folder``, resuming an earlier try, and verify it.

    The file appears under its name only when whole. Raises ``JobError(WEIGHTS_MISSING)`` where it
    can't be fetched or its checksum differs (the damaged download is then dropped).
    """
    if entry.file is None or entry.url is None:
        raise JobError(Code.WEIGHTS_MISSING, f"{entry.name} comes with a package: install it")
    target = folder / entry.file
    part = target.with_name(target.name + ".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        _download(entry.url, part, progress, client)
    except (httpx.HTTPError, OSError) as error:
        raise JobError(
            Code.WEIGHTS_MISSING, f"{entry.name}: {type(error).__name__} after {_size(part)} bytes"
        ) from error
    if not entry.is_pinned(joined_sha256((part,))):
        part.unlink()
        raise JobError(Code.WEIGHTS_MISSING, f"{entry.name}: the download's checksum differs")
    part.replace(target)
    return target


def joined_sha256(paths: tuple[Path, ...]) -> str:
    """Checksum of the files' contents one after the other."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()


def _download(url: str, part: Path, progress: FetchProgress, client: httpx.Client) -> None:
    have = _size(part)
    headers = {"Range": f"bytes={have}-"} if have else {}
    with client.stream("GET", url, headers=headers, follow_redirects=True) as response:
        if have and response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            return  # nothing is left to fetch; the checksum decides
        response.raise_for_status()
        resumed = response.status_code == httpx.codes.PARTIAL_CONTENT
        done = have if resumed else 0
        length = response.headers.get("Content-Length")
        total = done + int(length) if length else None
        with part.open("ab" if resumed else "wb") as file:
            for block in response.iter_bytes(_BLOCK):
                file.write(block)
                done += len(block)
                progress(done, total)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _inside_package(package: str, file: str) -> Path:
    try:
        distribution = metadata.distribution(package)
    except metadata.PackageNotFoundError:
        raise JobError(
            Code.WEIGHTS_MISSING, f"package {package} (requirements/weights.txt) is not installed"
        ) from None
    return Path(str(distribution.locate_file(file)))


def _entry(name: str, table: Mapping[str, object]) -> Entry:
    fields = {key: tuple(v) if isinstance(v, list) else v for key, v in table.items()}
    return Entry(name=name, **fields)  # type: ignore[arg-type]
