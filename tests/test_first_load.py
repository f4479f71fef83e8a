"""What a browser has to fetch before a page of the studio stands, from the build's own manifest."""

import gzip
import json
from collections.abc import Iterator
from typing import Any, Final

import pytest

from voicestudio.embedded.places import REPOSITORY

DIST: Final = REPOSITORY / "frontend" / "dist"
MOST_KB: Final = 300
ENTRY: Final = "index.html"
PAGES: Final = "src/pages/"
ENGINE: Final = "src/uploads/engine.ts"
ALWAYS: Final = (ENTRY, "src/ui/Toasts.tsx", "src/i18n/ko.ts")
"""What the first page comes with whichever it is; of the languages Korean is the heavier one."""

Manifest = dict[str, Any]


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    text = (DIST / ".vite" / "manifest.json").read_text("utf-8")
    found: Manifest = json.loads(text)
    return found


def needed(manifest: Manifest, *chunks: str) -> set[str]:
    """The files of the chunks and of all that they import before they run."""
    files: set[str] = set()
    waiting = list(chunks)
    while waiting:
        chunk = manifest[waiting.pop()]
        if chunk["file"] not in files:
            files.add(chunk["file"])
            waiting += chunk.get("imports", [])
    return files


def weight_kb(files: set[str]) -> float:
    """Of the code among them, as gzip sends it at its best."""
    return sum(
        len(gzip.compress((DIST / name).read_bytes(), 9)) / 1_000
        for name in files
        if name.endswith(".js")
    )


def pages(manifest: Manifest) -> Iterator[str]:
    return (name for name in manifest if name.startswith(PAGES))


def test_every_page_s_first_load_is_light(manifest: Manifest) -> None:
    weights = {
        page: round(weight_kb(needed(manifest, *ALWAYS, ENGINE, page)), 1)
        for page in pages(manifest)
    }
    assert len(weights) >= 20, "each page is a chunk of its own"
    assert {page: kb for page, kb in weights.items() if kb > MOST_KB} == {}


def test_what_every_page_shares_holds_no_page(manifest: Manifest) -> None:
    """A static import of a page or of the uploads' engine would make all pages pay for it."""
    shared = needed(manifest, ENTRY)
    later = [
        *pages(manifest),
        *ALWAYS[1:],
        "src/i18n/en.ts",
        "src/uploads/engine.ts",
        "src/player/PlayerBar.tsx",
    ]
    assert {name for name in later if manifest[name]["file"] in shared} == set()
