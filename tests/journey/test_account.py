"""What people do with their account and with a consent, by clicks."""

import re

import httpx
from playwright.sync_api import expect

from tests.journey.mail import mail_to, text_of
from tests.journey.visitor import Visitor
from tests.trials.customer import Customer, wait_for

NEW_PASSWORD = "푸른 밤 열두 곡 2026"


def test_a_forgotten_password_is_set_anew_by_mail(visitor: Visitor, customer: Customer) -> None:
    page, stack = visitor.page, visitor.stack
    page.context.clear_cookies()
    visitor.go("/signin")
    page.get_by_role("link", name="비밀번호를 잊으셨나요?").click()
    expect(page.get_by_role("heading", name="비밀번호 재설정")).to_be_visible()
    page.get_by_label("이메일").fill(customer.email)
    visitor.button("재설정 메일 받기").click()
    expect(page.get_by_role("heading", name="메일을 확인해 주세요")).to_be_visible()

    message = wait_for(lambda: mail_to(stack, customer.email), 60, "no mail")
    link = re.search(rf"{re.escape(stack.url)}/reset-password/\S+", text_of(message))
    assert link, text_of(message)
    page.goto(link[0])
    page.get_by_label("새 비밀번호").fill("12345678")
    visitor.button("비밀번호 바꾸기").click()
    expect(
        page.get_by_text("비밀번호").filter(has_text=re.compile("흔|숫자")).first
    ).to_be_visible()
    page.get_by_label("새 비밀번호").fill(NEW_PASSWORD)
    visitor.snap("reset-password")
    visitor.button("비밀번호 바꾸기").click()
    expect(page.get_by_role("heading", name="비밀번호를 바꿨습니다")).to_be_visible()

    page.get_by_role("link", name="로그인하러 가기").click()
    expect(visitor.button("로그인")).to_be_visible()
    page.get_by_label("이메일").fill(customer.email)
    page.get_by_label("비밀번호", exact=True).fill(NEW_PASSWORD)
    visitor.button("로그인").click()
    expect(page.get_by_role("heading", name="무엇을 만들어 볼까요?")).to_be_visible()
    page.goto(link[0])
    page.get_by_label("새 비밀번호").fill(NEW_PASSWORD + "!")
    visitor.button("비밀번호 바꾸기").click()
    expect(page.get_by_role("alert").first).to_be_visible()


def test_another_device_is_signed_out_from_the_account(
    visitor: Visitor, customer: Customer
) -> None:
    """Its session ends on the server, not only on the page."""
    other = httpx.Client(base_url=customer.stack.url, timeout=60)
    other.headers["User-Agent"] = "Mozilla/5.0 (iPhone) Mobile Safari/604.1"
    away = Customer(customer.stack, other, customer.email)
    away.sign_in()
    assert other.get("/api/v1/me").status_code == 200
    visitor.go("/account")
    page = visitor.page
    phone = page.get_by_role("listitem").filter(has_text="Safari · iOS")
    phone.get_by_role("button", name=re.compile("로그아웃$")).click()
    expect(phone).to_have_count(0)
    assert other.get("/api/v1/me").status_code in (401, 403)


def test_a_consent_is_revoked_and_given_again(visitor: Visitor, customer: Customer) -> None:
    page = visitor.page
    voice = customer.voice("소리")
    visitor.go(f"/voices/{voice}")
    visitor.button("동의 철회").click()
    page.get_by_role("alertdialog").get_by_role("button", name="동의 철회").click()
    expect(page.get_by_text("철회한 때")).to_be_visible()
    assert customer.get(f"/api/v1/voices/{voice}")["state"] == "disabled"
    visitor.snap("voice-revoked")

    visitor.button("동의 기록하기").click()
    dialog = page.get_by_role("dialog", name="동의 기록하기")
    dialog.get_by_role("textbox", name="가창자 이름").fill("김하나")
    dialog.get_by_role("radio", name="내 목소리").check(force=True)
    dialog.get_by_role("checkbox", name="위 내용에 동의합니다").check(force=True)
    dialog.get_by_role("button", name="저장").click()
    expect(visitor.button("동의 철회")).to_be_visible()
    assert customer.get(f"/api/v1/voices/{voice}")["state"] == "draft"
