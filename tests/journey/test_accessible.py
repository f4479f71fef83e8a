"""Names, roles and contrast of every page, as axe-core finds them (WCAG 2 A and AA).

Pages that need a job or a voice are looked at on the way, in test_browser.py.
"""

from importlib import resources
from typing import Any, Final

import pytest

from tests.journey.visitor import SCREENS, Visitor

AXE: Final = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
PAGES: Final = [
    "/",
    "/library",
    "/library?tab=datasets",
    "/library?state=trashed",
    "/library/record",
    "/voices",
    "/voices/new",
    "/convert",
    "/history",
    "/compare",
    "/account",
    "/usage",
    "/account/developers",
    "/workspace",
    "/nowhere",
]
GUEST_PAGES: Final = ["/signin", "/signup", "/reset-password", "/terms", "/privacy"]


def violations(visitor: Visitor) -> list[str]:
    """What axe-core objects to on the open page, with the first element of each."""
    page = visitor.page
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)  # the page's fade-in is over
    page.evaluate(AXE)  # by evaluation: the content security policy refuses a script element
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
    )
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


@pytest.mark.parametrize("screen", SCREENS)
def test_pages_of_a_customer(visitor: Visitor, screen: str) -> None:
    width, height = SCREENS[screen]
    visitor.page.set_viewport_size({"width": width, "height": height})
    found = {}
    for path in PAGES:
        visitor.go(path)
        found[path] = violations(visitor)
    assert {path: problems for path, problems in found.items() if problems} == {}


def test_pages_of_a_guest(visitor: Visitor) -> None:
    visitor.page.context.clear_cookies()
    found = {}
    for path in GUEST_PAGES:
        visitor.go(path)
        found[path] = violations(visitor)
    assert {path: problems for path, problems in found.items() if problems} == {}
