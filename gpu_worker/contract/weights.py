"""Which pretrained weights there are, and how a download of them is going.

The manifest (``weights.toml`` beside this package) is the one list of all: worker, images, the
operator's page and the README's table are held to it.
"""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import Field

from .base import Frozen
from .errors import Code

MANIFEST: Final = Path(__file__).parents[1] / "weights.toml"
ABSENT: Final = {
    "lead-and-backing": "no model of clear licence; separation gives vocals and accompaniment",
    "dereverb": "no model of clear licence; the report card advises to record drier",
}
"""What customers may look for and no weights do: name -> why, and what there is instead."""


class Entry(Frozen):
    """One set of weights in the manifest.

    Either ``packages`` and ``files`` (paths inside installed distributions, one each), or ``own``
    (inside the worker's package), or ``file`` (below WEIGHTS_DIR) and ``url``. Of files that their
    publisher names by the first digits of their checksum, and that we could not read ourselves,
    only ``sha256_prefix`` is known. ``need_ko`` and ``need_en`` say who wants them.
    """

    name: str
    title: str
    licence: str
    source: str
    need_ko: str = ""
    need_en: str = ""
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
    return {name: Entry(name=name, **table) for name, table in tables.items()}


class Presence(StrEnum):
    """How weights lie on a machine; ``differs``: damaged, or not what is pinned."""

    PRESENT = "present"
    MISSING = "missing"
    DIFFERS = "differs"


class Found(Frozen):
    """What a machine has of one entry; ``size`` in bytes."""

    presence: Presence
    size: int = Field(0, ge=0)


class FetchOutcome(StrEnum):
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


class FetchStatus(Frozen):
    """How far a download is, in bytes; without an outcome it goes on, or was killed."""

    done: int = Field(0, ge=0)
    total: int | None = Field(None, ge=0)
    outcome: FetchOutcome | None = None
    code: Code | None = None
    detail: str = ""
