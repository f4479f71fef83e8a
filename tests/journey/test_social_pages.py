"""What the pages show of Kakao, Naver and Google. The flow itself is walked in tests/apps/accounts:
here the studio's answers are those of one where they are configured.
"""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.journey.test_accessible import violations
from tests.journey.visitor import Visitor
from tests.live import LiveStack

AUTH = "**/_allauth/browser/v1"
NAMES = ("kakao", "naver", "google")
LABELS = ("카카오로 계속하기", "네이버로 계속하기", "Google로 계속하기")


@pytest.fixture
def guest(live_stack: LiveStack, page: Page) -> Visitor:
    return Visitor(live_stack, page)


def says(page: Page, path: str, data: Any, status: int = 200) -> None:
    """The studio answers so from now on."""
    body = json.dumps({"status": status, "data": data, "meta": {"is_authenticated": False}})

    def answer(route: Route) -> None:
        route.fulfill(status=status, content_type="application/json", body=body)

    page.route(f"{AUTH}{path}", answer)


def offer(page: Page, *names: str) -> None:
    providers = [{"id": name, "name": name, "flows": ["provider_redirect"]} for name in names]
    says(page, "/config", {"socialaccount": {"providers": providers}})


def test_nothing_is_offered_that_is_not_configured(guest: Visitor) -> None:
    guest.go("/signin")
    guest.page.wait_for_load_state("networkidle")
    expect(guest.button("로그인")).to_be_visible()
    for label in LABELS:
        expect(guest.button(label)).to_have_count(0)


def test_buttons_lead_to_the_provider_by_a_form(guest: Visitor) -> None:
    page = guest.page
    offer(page, *NAMES)
    for path in ("/signin?next=/voices", "/signup"):
        guest.go(path)
        for label in LABELS:
            expect(guest.button(label)).to_be_visible()
        guest.snap(f"social{path[:7].replace('/', '-')}")
        assert violations(guest) == []
    sent: list[Request] = []

    def stop(route: Route) -> None:
        sent.append(route.request)
        route.fulfill(status=204)

    page.route(f"{AUTH}/auth/provider/redirect", stop)
    guest.go("/signin?next=/voices")
    with page.expect_request(f"{AUTH}/auth/provider/redirect"):
        guest.button(LABELS[0]).click()
    page.wait_for_timeout(300)
    said = {name: values[0] for name, values in parse_qs(sent[0].post_data or "").items()}
    assert said.pop("csrfmiddlewaretoken")
    assert said == {
        "provider": "kakao",
        "process": "login",
        "callback_url": f"{guest.stack.url}/signin/social?next=%2Fvoices",
    }


def test_who_is_new_accepts_the_terms(guest: Visitor) -> None:
    page = guest.page
    pending = [{"id": "login"}, {"id": "provider_signup", "is_pending": True}]
    says(page, "/auth/session", {"flows": pending}, status=401)
    says(page, "/auth/provider/signup", {"email": [{"email": "new@example.com", "verified": True}]})
    guest.go("/signin/social")
    expect(page.get_by_text("new@example.com 주소로 가입합니다", exact=False)).to_be_visible()
    guest.button("가입하기").click()
    expect(page.get_by_role("alert")).to_contain_text("동의해 주세요")
    guest.snap("social-new")
    assert violations(guest) == []


@pytest.mark.parametrize(
    ("query", "heading"),
    [("cancelled", "로그인을 취소했어요"), ("unknown", "로그인하지 못했어요")],
)
def test_what_went_wrong_is_said(guest: Visitor, query: str, heading: str) -> None:
    guest.go(f"/signin/social?error={query}&error_process=login")
    expect(guest.page.get_by_role("heading", name=heading)).to_be_visible()
    guest.snap(f"social-{query}")
    guest.page.get_by_role("link", name="로그인하러 가기").click()
    expect(guest.button("로그인")).to_be_visible()


def test_the_accounts_page_connects(visitor: Visitor) -> None:
    page = visitor.page
    offer(page, *NAMES)
    says(page, "/account/providers", [{"uid": "1", "display": "x", "provider": {"id": "naver"}}])
    visitor.go("/account")
    expect(visitor.button("네이버 연결 끊기")).to_be_visible()
    expect(visitor.button("카카오 연결하기")).to_be_visible()
    visitor.snap("social-account")
    assert violations(visitor) == []
