"""A browser at a running studio, signed in as its demo customer, and the pages that there are."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, sync_playwright

CHROMIUM: Final = "/usr/bin/chromium"
CUSTOMER: Final = "demo@voicestudio.local"
WIDTHS: Final = {"desktop": (1440, 900), "phone": (390, 844)}
LOCALES: Final = {"ko": "ko-KR", "en": "en-US"}
GUEST_PAGES: Final = ("/signin", "/signup", "/reset-password", "/terms", "/privacy")
PAGES: Final = (
    "/",
    "/library",
    "/library?tab=datasets",
    "/library/record",
    "/voices",
    "/voices/new",
    "/voices/import",
    "/convert",
    "/compare",
    "/history",
    "/jobs",
    "/usage",
    "/workspace",
    "/account",
    "/account/developers",
    "/nowhere",
)
_ONE_OF: Final = ("datasets", "voices", "jobs", "batches")
_LANGUAGE: Final = "localStorage.setItem('voice-studio.language', '{language}')"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the studio answers, and the demo customer's password."""

    url: str
    password: str

    @classmethod
    def of(cls, url: str, var: Path) -> "Place":
        """The studio at ``url`` whose VAR_DIR is ``var``."""
        words: dict[str, str] = json.loads((var / "demo.json").read_text("utf-8"))
        return cls(url.rstrip("/"), words[CUSTOMER])


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def context(
    browser: Browser, width: str, language: str = "ko", *, state: Any = None
) -> BrowserContext:
    """A fresh profile without service worker: what is measured comes from the server."""
    across, down = WIDTHS[width]
    made = browser.new_context(
        viewport={"width": across, "height": down},
        locale=LOCALES[language],
        service_workers="block",
        storage_state=state,
    )
    made.add_init_script(_LANGUAGE.format(language=language))
    return made


def sign_in(browser: Browser, place: Place) -> Any:
    """The storage state of a browser that is signed in."""
    visitor = context(browser, "desktop")
    page = visitor.new_page()
    page.goto(f"{place.url}/signin")
    page.get_by_label("이메일").fill(CUSTOMER)
    page.get_by_label("비밀번호", exact=True).fill(place.password)
    page.get_by_role("button", name="로그인", exact=True).click()
    page.wait_for_url(f"{place.url}/")
    state = visitor.storage_state()
    visitor.close()
    return state


def pages_of(browser: Browser, place: Place, state: Any) -> list[str]:
    """Every page of the customer: the lists, and one of each thing that there is."""
    visitor = context(browser, "desktop", state=state)
    found = list(PAGES)
    for noun in _ONE_OF:
        answer = visitor.request.get(f"{place.url}/api/v1/{noun}?page_size=1").json()
        found += [f"/{noun}/{row['id']}" for row in answer["results"]]
    visitor.close()
    return found
