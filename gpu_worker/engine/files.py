"""Files written whole: aside, flushed to the disk, then renamed over the old one."""

import os
import uuid
from collections.abc import Callable
from pathlib import Path


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Call ``write`` with a path aside, then move the finished file to ``path``.

    A crash at any point leaves either the former file or the new one, never half of one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        write(aside)
        with aside.open("rb+") as stream:
            os.fsync(stream.fileno())
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
