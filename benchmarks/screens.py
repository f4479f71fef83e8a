"""Pictures of every page, at the width of a desk and of a phone, in both languages.

    python -m benchmarks.screens FOLDER [--url http://localhost:8000] [--var var] [--only /jobs ...]

Looks at a running studio as its demo customer. Nothing is committed of it: it is for looking.
"""

import argparse
import re
import sys
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, FloatRect

from benchmarks.browsing import (
    GUEST_PAGES,
    LOCALES,
    WIDTHS,
    Place,
    chromium,
    context,
    pages_of,
    sign_in,
)

LONGEST: Final = 2_600
"""Pixels of a page that are shown: lists may be a hundred thousand long."""


def file_name(path: str) -> str:
    """A page's address as a file's name; ids are left out."""
    without_ids = re.sub(r"/[0-9a-f-]{36}", "/one", path)
    return re.sub(r"\W+", "-", without_ids).strip("-") or "home"


def take(browser: Browser, place: Place, state: Any, paths: list[str], folder: Path) -> int:
    """Photograph the pages; how many pictures were taken."""
    taken = 0
    for width in WIDTHS:
        for language in LOCALES:
            visitor = context(browser, width, language, state=state)
            page = visitor.new_page()
            for path in paths:
                page.goto(place.url + path)
                page.wait_for_timeout(1_200)
                picture = folder / f"{file_name(path)}-{width}-{language}.png"
                long = page.evaluate("document.documentElement.scrollHeight")
                across, _ = WIDTHS[width]
                clip: FloatRect = {"x": 0, "y": 0, "width": across, "height": min(long, LONGEST)}
                page.screenshot(path=picture, full_page=True, clip=clip, animations="disabled")
                taken += 1
            visitor.close()
    return taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--var", type=Path, default=Path("var"))
    parser.add_argument("--only", nargs="+", help="these addresses alone")
    given = parser.parse_args()
    place = Place.of(given.url, given.var)
    given.folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        state = sign_in(browser, place)
        own = given.only or pages_of(browser, place, state)
        taken = take(browser, place, state, own, given.folder)
        if not given.only:
            taken += take(browser, place, None, list(GUEST_PAGES), given.folder)
    print(f"{taken} pictures in {given.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
