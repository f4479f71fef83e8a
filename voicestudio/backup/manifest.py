"""What a backup consists of: one JSON line a file, with its checksum."""

import gzip
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from .targets import Target

FOLDER: Final = "backups"
OBJECTS: Final = "objects"
RECEIPTS: Final = "receipts.jsonl"
CHUNK: Final = 2**20


@dataclass(frozen=True, slots=True)
class Stored:
    """An object of the bucket as it lies in the target."""

    key: str
    size: int
    etag: str
    sha256: str

    @property
    def name(self) -> str:
        """The same key with other bytes is another file: older backups keep theirs."""
        return f"{OBJECTS}/{self.key}@{self.etag or self.sha256}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """A backup: when, its dump, its objects."""

    name: str
    dump_sha256: str
    dump_size: int
    objects: tuple[Stored, ...]

    @property
    def dump(self) -> str:
        return f"{FOLDER}/{self.name}/database.dump"


def names(target: Target) -> list[str]:
    """The whole backups in a target, the oldest first; one without a manifest never ended."""
    return [name for name in target.folders(FOLDER) if target.size(_path(name)) is not None]


def write(target: Target, manifest: Manifest) -> None:
    """The last thing that a backup writes: with it, it is whole."""
    head = {"name": manifest.name, "sha256": manifest.dump_sha256, "size": manifest.dump_size}
    lines = [head, *map(asdict, manifest.objects)]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    target.write_bytes(_path(manifest.name), gzip.compress(text.encode(), mtime=0))


def read(target: Target, name: str) -> Manifest:
    lines = gzip.decompress(target.read_bytes(_path(name))).decode().splitlines()
    head: dict[str, Any] = json.loads(lines[0])
    objects = tuple(Stored(**json.loads(line)) for line in lines[1:])
    return Manifest(head["name"], head["sha256"], head["size"], objects)


def _path(name: str) -> str:
    return f"{FOLDER}/{name}/manifest.jsonl.gz"


def digest(file: Any) -> str:
    """SHA-256 of an open binary file, in hex."""
    found = hashlib.sha256()
    while chunk := file.read(CHUNK):
        found.update(chunk)
    return found.hexdigest()


def read_receipts(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def write_receipts(receipts: Iterable[dict[str, Any]]) -> str:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in receipts)
