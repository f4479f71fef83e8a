"""A real browser for the journeys."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.journey.visitor import Visitor
from tests.live import LiveStack
from tests.trials.customer import Customer

CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
PATIENCE_MS: Final = 60_000  # CPUs are shared with a training


@contextmanager
def browser(*flags: str) -> Iterator[Browser]:
    """While Playwright runs, Django takes the thread for an asynchronous one."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """For a module only, so that others may use the database."""
    with browser() as chromium:
        yield chromium


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of a person whose browser speaks Korean; script errors fail the test."""
    context = chromium.new_context(locale="ko-KR", accept_downloads=True)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert problems == []


@pytest.fixture
def customer(live_stack: LiveStack) -> Customer:
    return Customer.arrive(live_stack)


@pytest.fixture
def visitor(customer: Customer, page: Page) -> Visitor:
    """The customer at a browser, already signed in."""
    for cookie in customer.http.cookies.jar:
        page.context.add_cookies(
            [{"name": cookie.name, "value": cookie.value or "", "url": customer.stack.url}]
        )
    return Visitor(customer.stack, page)
