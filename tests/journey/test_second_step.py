"""Two-step sign-in in a browser: an app is enrolled, the panel opens, a passkey is enough."""

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from tests.journey.visitor import Visitor
from tests.live import LiveStack
from tests.trials.customer import PASSWORD, Customer

PERIOD_S = 30
_APPOINT = """
from apps.accounts.models import User
User.objects.filter(email={email!r}).update(is_staff=True, is_superuser=True)
"""


def code_of(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238)."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD_S)))


def appoint(stack: LiveStack, email: str) -> None:
    """Make a customer an operator."""
    stack.shell(_APPOINT.format(email=email))


@pytest.fixture
def guest(live_stack: LiveStack, page: Page) -> Visitor:
    return Visitor(live_stack, page)


def sign_in(guest: Visitor, email: str) -> None:
    guest.page.get_by_label("이메일").fill(email)
    guest.page.get_by_label("비밀번호", exact=True).fill(PASSWORD)
    guest.button("로그인").click()


def confirm_password(guest: Visitor) -> None:
    """What changes the account's safety asks for the password once more."""
    form = guest.page.locator("#second-step form", has_text="비밀번호를 한 번 더")
    form.get_by_label("비밀번호", exact=True).fill(PASSWORD)
    form.get_by_role("button", name="확인").click()


def enrol(guest: Visitor) -> str:
    """Add an authenticator app on the account's page; its secret."""
    page = guest.page
    guest.button("인증 앱 추가").click()
    expect(page.get_by_role("img", name="인증 앱에 넣을 QR 코드")).to_be_visible()
    secret = page.locator("#second-step code").inner_text()
    page.get_by_label("인증 코드").fill("000000")
    guest.button("확인").click()
    expect(page.get_by_text("코드가 올바르지 않습니다", exact=False)).to_be_visible()
    page.get_by_label("인증 코드").fill(code_of(secret))
    guest.button("확인").click()
    confirm_password(guest)
    expect(page.get_by_text("켜져 있습니다")).to_be_visible()
    expect(page.locator("#second-step ul.font-mono li")).to_have_count(10)
    return secret


def test_an_operator_enrols_and_enters_the_panel(live_stack: LiveStack, guest: Visitor) -> None:
    page = guest.page
    email = Customer.arrive(live_stack).email
    appoint(live_stack, email)
    guest.go("/admin/")
    sign_in(guest, email)
    expect(page.get_by_role("heading", name="2단계 인증이 필요합니다")).to_be_visible()
    page.get_by_role("link", name="등록하러 가기 (enrol)").click()
    enrol(guest)
    codes = page.locator("#second-step ul.font-mono li").all_inner_texts()
    guest.snap("second-step-card")

    guest.go("/admin/")
    expect(page.get_by_role("heading", name="한 번 더 확인할게요")).to_be_visible()
    guest.snap("second-step")
    page.get_by_label("인증 코드").fill(codes[0])
    guest.button("확인").click()
    expect(page.get_by_role("heading", name="끝난 작업 (jobs ended)")).to_be_visible()
    guest.snap("panel")

    page.context.clear_cookies()
    guest.go("/signin")
    sign_in(guest, email)
    page.get_by_label("인증 코드").fill(codes[0])
    guest.button("확인").click()
    expect(page.get_by_text("코드가 올바르지 않습니다", exact=False)).to_be_visible()
    page.get_by_label("인증 코드").fill(codes[1])
    guest.button("확인").click()
    expect(page.get_by_role("heading", name="무엇을 만들어 볼까요?")).to_be_visible()

    guest.go("/admin/")
    expect(page.get_by_role("heading", name="끝난 작업 (jobs ended)")).to_be_visible()


def test_a_customer_signs_in_with_a_passkey_alone(live_stack: LiveStack, guest: Visitor) -> None:
    page = guest.page
    email = Customer.arrive(live_stack).email
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    guest.go("/signin?next=/account")
    sign_in(guest, email)
    guest.button("패스키 추가").click()
    confirm_password(guest)
    expect(page.get_by_text("켜져 있습니다")).to_be_visible()
    expect(guest.button("패스키 삭제")).to_be_visible()
    guest.sign_out()
    guest.button("패스키로 로그인").click()
    expect(page.get_by_role("heading", name="무엇을 만들어 볼까요?")).to_be_visible()
