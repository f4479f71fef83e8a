"""``python -m gpu_worker.weights_process``: the studio's hands in the folder of weights.

    fetch NAME --status FILE     download one entry; FILE always holds a ``FetchStatus``
    look                         a JSON object of every entry's name and ``Found``

The manifest and WEIGHTS_DIR are those of this machine; ``--manifest`` names another one.
"""

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Final

import httpx

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.weights import MANIFEST, Entry, FetchOutcome, FetchStatus, read_manifest
from gpu_worker.engine.stop import Stopped
from gpu_worker.fetching import fetch
from gpu_worker.pretrained import Pretrained
from gpu_worker.stopping import StopReason, StopSwitch

TIMEOUT_S: Final = 30.0
_TOLD_EVERY_S: Final = 0.5


class StatusFile:
    """Keeps how far a download is where others read it, never half written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = 0.0
        self._last = FetchStatus()

    def progress(self, done: int, total: int | None) -> None:
        self._last = FetchStatus(done=done, total=total)
        if time.monotonic() - self._at >= _TOLD_EVERY_S:
            self._write(self._last)
            self._at = time.monotonic()

    def end(self, outcome: FetchOutcome, code: Code | None = None, detail: str = "") -> None:
        changes = {"outcome": outcome, "code": code, "detail": detail}
        self._write(self._last.model_copy(update=changes))

    def _write(self, status: FetchStatus) -> None:
        aside = self._path.with_suffix(".new")
        aside.write_text(status.model_dump_json(), "utf-8")
        aside.replace(self._path)


def fetch_one(entry: Entry, folder: Path, status: StatusFile, switch: StopSwitch) -> int:
    """Download ``entry`` and say how it ended; 0 where its file is there now."""
    try:
        with httpx.Client(timeout=TIMEOUT_S) as client:
            path = fetch(entry, folder, status.progress, client, switch)
    except JobError as error:
        status.end(FetchOutcome.FAILED, error.code, error.detail)
        return 1
    except Stopped:
        status.end(FetchOutcome.STOPPED)
        return 3
    size = path.stat().st_size
    status.progress(size, size)
    status.end(FetchOutcome.DONE)
    return 0


def look(folder: Path, manifest: Path) -> str:
    """Every entry's ``Found``, as JSON."""
    pretrained = Pretrained(folder, read_manifest(manifest))
    found = {each.name: pretrained.look(each).model_dump() for each in pretrained.entries}
    return json.dumps(found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--manifest", type=Path, default=MANIFEST)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("look")
    fetching = commands.add_parser("fetch")
    fetching.add_argument("name")
    fetching.add_argument("--status", type=Path, required=True)
    given = parser.parse_args()
    folder = Path(os.environ["WEIGHTS_DIR"])
    if given.command == "look":
        print(look(folder, given.manifest))
        return 0
    switch = StopSwitch()
    signal.signal(signal.SIGTERM, lambda *_: switch.throw(StopReason.TERMINATED))
    entry = read_manifest(given.manifest)[given.name]
    return fetch_one(entry, folder, StatusFile(given.status), switch)


if __name__ == "__main__":
    sys.exit(main())
