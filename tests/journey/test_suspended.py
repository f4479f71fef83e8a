"""A suspended workspace's pages say so, in both languages, and go back to normal."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from apps.accounts import services
from apps.accounts.models import Language, User, Workspace
from tests.factories import make_user, workspace_of
from tests.journey.conftest import browser
from tests.journey.test_accessible import violations
from tests.journey.test_usage import Looking, apart
from tests.journey.visitor import SCREENS, artifacts

PAGES = ("/", "/voices", "/library", "/convert", "/results", "/usage", "/account")


@pytest.fixture
def workspace(transactional_db: None) -> Workspace:
    workspace = workspace_of(make_user("owner@example.com"))
    services.suspend(workspace.pk)
    return workspace


@pytest.fixture
def cookie(workspace: Workspace) -> Any:
    client = Client()
    owner = workspace.members.get()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies[configured.SESSION_COOKIE_NAME]


@pytest.fixture
def chromium() -> Iterator[Browser]:
    """Closed before the database is emptied, which needs a thread without Playwright."""
    with browser() as chromium:
        yield chromium


def test_every_page_says_what_to_do(
    workspace: Workspace, cookie: Any, live_server: Any, page: Page
) -> None:
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    banner = page.get_by_text("이 워크스페이스는 정지되어 있어요.")
    for path in PAGES:
        page.goto(f"{live_server.url}{path}")
        expect(banner).to_be_visible()
    for screen, (width, height) in SCREENS.items():
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, screen
        page.screenshot(path=artifacts() / f"suspended-{screen}.png")
    assert violations(Looking(page)) == []  # type: ignore[arg-type]
    page.get_by_role("link", name="파일 내려받기").click()
    page.wait_for_url("**/library")
    apart(lambda: User.objects.update(language=Language.EN))
    page.goto(live_server.url)
    expect(page.get_by_text("This workspace is suspended.")).to_be_visible()
    apart(lambda: services.resume(workspace.pk))
    page.goto(live_server.url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("This workspace is suspended.")).to_have_count(0)
