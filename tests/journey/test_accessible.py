"""Names, roles, landmarks and contrast of every page, as axe-core finds them, and its language.

The pages are the router's own list: a new route is looked at from its first day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from apps.common import storage
from tests.journey.conftest import PATIENCE_MS, browser
from tests.journey.everything import Owner, arrive
from tests.journey.routes import routes
from tests.journey.visitor import SCREENS, Visitor

AXE: Final = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
WCAG: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
MORE: Final = (
    "/library?tab=datasets",
    "/library?state=trashed",
    "/history?kind=cover",
    "/jobs/{failed}",
    "/nowhere",
)
MORE_FOR_GUESTS: Final = ("/signin/social?error=cancelled",)
"""States of a page that its bare address does not show."""
_COUNT_READS: Final = """
window.reading = 0;
const plain = window.fetch;
window.fetch = (...given) => {
  window.reading += 1;
  return plain(...given).finally(() => setTimeout(() => (window.reading -= 1), 50));
};
"""
_AT_REST: Final = """
() => window.reading === 0 && document.querySelector("main h1, main h2")
  && !document.querySelector("[role=status][aria-label='불러오는 중']")
"""
_SPEAK: Final = """
(language) => {
  const key = "voice-studio.language";
  localStorage.setItem(key, language);
  dispatchEvent(new StorageEvent("storage", {key}));  // as if another window had chosen it
}
"""
_KOREAN: Final = """
() => {
  const found = [], seen = /[가-힣]/;
  const own = (node) => node.closest("[lang=ko]") === null;
  for (const node of document.body.querySelectorAll("*")) {
    if (!own(node)) continue;
    for (const name of ["aria-label", "title", "placeholder", "alt", "aria-description"])
      if (seen.test(node.getAttribute(name) ?? "")) found.push(node.getAttribute(name));
    for (const child of node.childNodes)
      if (child.nodeType === 3 && seen.test(child.data)) found.push(child.data.trim());
  }
  if (seen.test(document.title)) found.push(document.title);
  return found;
}
"""


def violations(visitor: Visitor) -> list[str]:
    """What axe-core objects to on the open page by WCAG 2 A and AA, where a journey passes it."""
    page = visitor.page
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)  # the page's fade-in is over
    return examine(page, {"type": "tag", "values": WCAG})


def examine(page: Page, only: dict[str, Any] | None = None) -> list[str]:
    """With the first element of each; all rules, the best practices too, unless some are named."""
    page.evaluate(AXE)  # by evaluation: the content security policy refuses a script element
    options = {"resultTypes": ["violations"]} | ({"runOnly": only} if only else {})
    found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


@dataclass(frozen=True, slots=True)
class Studio:
    """A studio without workers, and a customer who has one of everything."""

    url: str
    owner: Owner


@pytest.fixture
def studio(transactional_db: None, live_server: Any, settings: Any) -> Studio:
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    storage.ensure_bucket([live_server.url])
    return Studio(live_server.url, arrive("singer@example.com"))


@pytest.fixture
def chromium(studio: Studio) -> Iterator[Browser]:
    """Closed before the database is emptied, which needs a thread without Playwright."""
    with browser() as chromium:
        yield chromium


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Nothing fades in, and each page comes from the server."""
    context = chromium.new_context(locale="ko-KR", reduced_motion="reduce", service_workers="block")
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(_COUNT_READS)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert problems == []


def paths(studio: Studio, *, for_guests: bool) -> list[str]:
    """Every page of a guest, or of a customer."""
    more = MORE_FOR_GUESTS if for_guests else MORE
    found = [one.address(studio.owner.ids) for one in routes() if one.for_guests == for_guests]
    return [*found, *(one.format(**studio.owner.ids) for one in more)]


def problems(page: Page) -> dict[str, list[str]]:
    """Of the page that is open: on every screen, then what stays Korean once it is in English."""
    found = {}
    for screen, (width, height) in SCREENS.items():
        page.set_viewport_size({"width": width, "height": height})
        found[screen] = examine(page)
    page.evaluate(_SPEAK, "en")
    page.wait_for_function("() => document.documentElement.lang === 'en'")
    found["english"] = page.evaluate(_KOREAN)
    page.evaluate(_SPEAK, "ko")
    return {where: listed for where, listed in found.items() if listed}


def test_every_page(studio: Studio, page: Page) -> None:
    """Accessible on every screen; in English no word of the interface stays Korean.

    What ``early.js`` asked the server for was what the page itself wanted.
    """
    found = {}
    for for_guests in (True, False):
        if not for_guests:
            name, value = studio.owner.cookie["name"], studio.owner.cookie["value"]
            page.context.add_cookies([{"name": name, "value": value, "url": studio.url}])
        for path in paths(studio, for_guests=for_guests):
            page.goto(studio.url + path, wait_until="domcontentloaded")
            page.wait_for_function(_AT_REST)
            if listed := problems(page):
                found[path] = listed
            if unwanted := page.evaluate("Object.keys(globalThis.early ?? {})"):
                found[f"{path}, unwanted"] = {"reads": unwanted}
    assert found == {}


def test_the_routes_are_read_from_the_router() -> None:
    listed = [one.path for one in routes()]
    assert {"/", "/signin", "/voices/$voiceId", "/jobs/$jobId", "/workspace"} <= set(listed)
    assert len(listed) == len(set(listed))
