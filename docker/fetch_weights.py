"""Weights for an image: ``python docker/fetch_weights.py FOLDER NAME...``, needs no torch.

Only what is pinned by a whole sha256 and of clear licence; the rest is the operator's own fetch
(``python -m gpu_worker weights --fetch NAME``), never part of an image.
"""

import sys
from pathlib import Path

import httpx

from gpu_worker.contract.weights import MANIFEST, Entry, read_manifest
from gpu_worker.fetching import fetch

CLEAR = frozenset({"MIT", "Apache-2.0", "MIT or Apache-2.0"})


def refusal(entry: Entry) -> str | None:
    """Why ``entry`` may not lie in an image that others get."""
    if entry.licence not in CLEAR:
        return f"licence {entry.licence}"
    return None if entry.sha256 else "no whole checksum is known"


def main(folder: Path, names: list[str], manifest: Path = MANIFEST) -> int:
    entries = [read_manifest(manifest)[name] for name in names]
    for entry in entries:
        if reason := refusal(entry):
            print(f"{entry.name}: {reason}", file=sys.stderr)
            return 1
    with httpx.Client(timeout=60.0) as client:
        for entry in entries:
            fetch(entry, folder, lambda done, total: None, client)
            print(f"{entry.name}: {entry.sha256}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
