"""Documents to accept, and the first password of who signed up at a provider, by clicks."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings as configured
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from apps.accounts import legal
from apps.accounts.models import Acceptance, Language, User
from tests.factories import PASSWORD, make_user
from tests.journey.conftest import browser
from tests.journey.test_accessible import violations
from tests.journey.test_usage import Looking, apart
from tests.journey.visitor import artifacts
from tests.operators import operator_browser


@pytest.fixture
def owner(transactional_db: None) -> User:
    return make_user("owner@example.com")


@pytest.fixture
def chromium() -> Iterator[Browser]:
    """Closed before the database is emptied, which needs a thread without Playwright."""
    with browser() as chromium:
        yield chromium


def sign_in(page: Page, client: Client, url: str) -> None:
    cookie = client.cookies[configured.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])


@pytest.fixture
def from_before(owner: User) -> Client:
    """Who accepted the terms, but never the privacy policy."""
    Acceptance.objects.filter(user=owner, document="privacy").delete()
    return operator_browser(owner)


def test_what_is_new_is_asked_for_once(
    owner: User, from_before: Client, live_server: Any, page: Page
) -> None:
    sign_in(page, from_before, live_server.url)
    page.goto(live_server.url)
    dialog = page.get_by_role("dialog", name="약관을 확인해 주세요")
    expect(dialog.get_by_role("checkbox")).to_have_count(1)
    assert violations(Looking(page)) == []  # type: ignore[arg-type]
    page.screenshot(path=artifacts() / "accept-again.png")
    dialog.get_by_role("button", name="나중에").click()
    expect(dialog).to_have_count(0)
    page.goto(f"{live_server.url}/account")
    dialog.get_by_role("button", name="동의하기").click()
    expect(dialog.get_by_role("alert")).to_have_text("모두 읽고 동의해 주세요.")
    dialog.get_by_role("checkbox").click()
    dialog.get_by_role("button", name="동의하기").click()
    expect(dialog).to_have_count(0)
    kept = apart(
        lambda: set(Acceptance.objects.filter(user=owner).values_list("document", "version"))
    )
    assert kept == {(str(document), text.version) for document, text in legal.IN_FORCE.items()}
    page.goto(live_server.url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(dialog).to_have_count(0)
    apart(lambda: Acceptance.objects.filter(user=owner).delete())
    apart(lambda: User.objects.update(language=Language.EN))
    page.goto(live_server.url)
    dialog = page.get_by_role("dialog", name="Please review our terms")
    expect(dialog.get_by_role("checkbox")).to_have_count(2)


@pytest.fixture
def without_password(owner: User, settings: Any) -> Client:
    """Signed up at Kakao, and signed in long ago."""
    app = {"client_id": "id", "secret": "secret", "key": ""}
    settings.SOCIALACCOUNT_PROVIDERS = {"kakao": {"APPS": [app]}}
    owner.set_unusable_password()
    owner.save()
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    SocialAccount.objects.create(user=owner, provider="kakao", uid="1")
    client = Client()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_first_password(
    owner: User, without_password: Client, live_server: Any, page: Page
) -> None:
    sign_in(page, without_password, live_server.url)
    page.goto(f"{live_server.url}/account")
    card = page.get_by_role("region", name="비밀번호 정하기")
    expect(card.get_by_label("새 비밀번호")).to_be_visible()
    expect(card.get_by_label("현재 비밀번호")).to_have_count(0)
    card.get_by_label("새 비밀번호").fill(PASSWORD)
    card.get_by_role("button", name="비밀번호 정하기").click()
    expect(card.get_by_role("alert")).to_contain_text("한 번 더 로그인해 주세요")
    expect(card.get_by_role("button", name="카카오로 계속하기")).to_be_visible()
    page.screenshot(path=artifacts() / "first-password.png")
    assert violations(Looking(page)) == []  # type: ignore[arg-type]
    fresh = apart(lambda: operator_browser(User.objects.get()))
    sign_in(page, fresh, live_server.url)
    page.goto(f"{live_server.url}/account")
    card.get_by_label("새 비밀번호").fill(PASSWORD)
    card.get_by_role("button", name="비밀번호 정하기").click()
    expect(page.get_by_text("비밀번호를 정했습니다")).to_be_visible()
    expect(page.get_by_label("현재 비밀번호")).to_be_visible()
    assert apart(lambda: User.objects.get().check_password(PASSWORD))
