"""Signing up, and buying by the keyboard on the page of usage.

A real page and database, a Stripe of our own; no workers: what a webhook starts the test does.
"""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from django.conf import settings as configured
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from apps.accounts import legal
from apps.accounts.models import Acceptance, Workspace
from apps.billing import follow, services
from apps.billing.plans import PACKS, WELCOME_CREDITS
from tests.factories import PASSWORD, make_user, workspace_of
from tests.journey.conftest import browser
from tests.journey.test_accessible import violations
from tests.journey.visitor import SCREENS, artifacts
from tests.stripe.fake import FakeStripe
from tests.stripe.server import serving

SMALL = PACKS["small"]


@pytest.fixture
def fake() -> Iterator[FakeStripe]:
    with serving(FakeStripe()) as fake:
        yield fake


@pytest.fixture
def workspace(transactional_db: None) -> Workspace:
    return workspace_of(make_user("buyer@example.com"))


@pytest.fixture
def cookie(workspace: Workspace) -> str:
    client = Client()
    owner = workspace.members.get()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    return str(client.cookies["sessionid"].value)


@pytest.fixture
def studio(fake: FakeStripe, live_server: Any, settings: Any, cookie: str) -> str:
    """The address of a studio that sells."""
    settings.STRIPE_API, settings.STRIPE_SECRET_KEY = fake.url, fake.key
    settings.STRIPE_WEBHOOK_SECRET = fake.secret
    settings.PUBLIC_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    return str(live_server.url)


@dataclass
class Looking:
    """As much of a visitor as ``violations`` needs."""

    page: Page


@pytest.fixture
def chromium() -> Iterator[Browser]:
    """Closed before the database is emptied, which needs a thread without Playwright."""
    with browser() as chromium:
        yield chromium


def apart(work: Callable[[], Any]) -> Any:
    """In a thread of its own: Playwright's looks asynchronous to Django."""

    def done() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(done).result()


def tell(fake: FakeStripe, studio: str) -> None:
    """Stripe's webhooks, and what they start."""
    for event in fake.events:
        body, signature = fake.signed(event)
        headers = {"Stripe-Signature": signature, "Content-Type": "application/json"}
        httpx.post(f"{studio}/provider/v1/stripe", content=body, headers=headers).raise_for_status()
        apart(lambda event=event: follow.follow(event["id"]))  # type: ignore[misc]


def reach(page: Page, name: str) -> None:
    """Press Tab until the button has the focus, and Enter."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == name:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{name} can't be reached by keyboard")


def test_credits_and_a_plan_are_bought_by_keyboard(
    studio: str, fake: FakeStripe, workspace: Workspace, cookie: str, page: Page
) -> None:
    name = configured.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": cookie, "url": studio}])
    page.goto(f"{studio}/usage")
    expect(page.get_by_role("heading", name="요금제 고르기")).to_be_visible()
    expect(page.get_by_text("₩19,900 / 월")).to_be_visible()
    for screen, (width, height) in SCREENS.items():
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, screen
        page.screenshot(path=artifacts() / f"usage-{screen}.png", full_page=True)
    assert violations(Looking(page)) == []  # type: ignore[arg-type]
    reach(page, "5,000 크레딧 사기")
    page.wait_for_url(re.compile(f"{fake.url}/pay/cs_"))
    fake.pay(page.url.rpartition("/")[2])
    tell(fake, studio)
    total = WELCOME_CREDITS + SMALL.credits
    page.goto(f"{studio}/usage?paid=1")
    expect(page.get_by_text("고맙습니다.")).to_be_visible()
    expect(page.get_by_role("main").get_by_text(f"{total:,}", exact=True)).to_be_visible()
    page.get_by_role("radio", name="원화").press("ArrowRight")
    expect(page.get_by_text("$15.00 / 월")).to_be_visible()
    reach(page, "스타터 시작하기")
    page.wait_for_url(re.compile(f"{fake.url}/pay/cs_"))
    session = fake.pay(page.url.rpartition("/")[2])
    assert (session["currency"], session["amount_total"]) == ("usd", 1500)
    tell(fake, studio)
    page.goto(f"{studio}/usage")
    expect(page.get_by_text("쓰고 있는 요금제")).to_be_visible()
    expect(page.get_by_text(re.compile("에 갱신됩니다"))).to_be_visible()
    fake.fail(session["subscription"])
    tell(fake, studio)
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("까지는 그대로 쓸 수 있습니다")
    reach(page, "결제 관리")
    page.wait_for_url(re.compile(f"{fake.url}/portal/cus_"))
    assert apart(lambda: services.balance_of(workspace.id).available) == total + 10_000
    assert apart(services.unbalanced) == []


def test_sign_up_accepts_the_documents(live_server: Any, settings: Any, page: Page) -> None:
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    page.goto(f"{live_server.url}/signup")
    page.get_by_label("이메일").fill("new@example.com")
    page.get_by_label("비밀번호", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="가입하기").click()
    expect(page.get_by_role("alert")).to_contain_text("동의해 주세요")
    assert violations(Looking(page)) == []  # type: ignore[arg-type]
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="이용약관 읽기").click()
    expect(opened.value.get_by_role("heading", name="이용약관", level=1)).to_be_visible()
    expect(opened.value.get_by_role("heading", name="크레딧과 결제")).to_be_visible()
    assert violations(Looking(opened.value)) == []  # type: ignore[arg-type]
    for document in ("이용약관", "개인정보 처리방침"):
        page.get_by_role("checkbox", name=f"{document}에 동의합니다").press("Space")
    page.get_by_role("button", name="가입하기").click()
    expect(page.get_by_role("heading", name="메일을 확인해 주세요")).to_be_visible()
    accepted = apart(lambda: sorted(Acceptance.objects.values_list("document", "version")))
    assert accepted == sorted((str(one), text.version) for one, text in legal.IN_FORCE.items())
