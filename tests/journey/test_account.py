"""What people do with their account and with a consent, by clicks."""

import re

import httpx
from playwright.sync_api import expect
from voicestudio_client import read_webhook

from tests.apps.hooks.receiver import listening
from tests.journey.mail import mail_to, text_of
from tests.journey.test_keyboard import tab_to
from tests.journey.ticking import put_tick
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


def test_an_api_key_is_made_by_keyboard_seen_once_and_revoked(
    visitor: Visitor, customer: Customer
) -> None:
    page = visitor.page
    visitor.go("/account")
    page.get_by_role("link", name="개발자").click()
    visitor.button("새 API 키").press("Enter")
    dialog = page.get_by_role("dialog", name="새 API 키")
    tab_to(page, dialog.get_by_label("키 이름"))
    page.keyboard.type("우리 서버")
    tab_to(page, dialog.get_by_role("radio", name="읽기", exact=True))
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("radio", name="읽기와 쓰기")).to_be_checked()
    visitor.snap("key-dialog")
    dialog.get_by_role("button", name="만들기").press("Enter")
    secret = page.get_by_label("비밀 값", exact=True)
    expect(secret).to_have_value(re.compile("^avs_"))
    program = httpx.Client(
        base_url=customer.stack.url, headers={"Authorization": f"Bearer {secret.input_value()}"}
    )
    visitor.snap("key-shown-once")
    visitor.button("옮겨 두었습니다").press("Enter")
    expect(secret).to_have_count(0)
    assert program.get("/api/v1/me").json()["key"]["scopes"] == ["write"]
    visitor.button("우리 서버 폐기").click()
    page.get_by_role("alertdialog").get_by_role("button", name="폐기").click()
    expect(page.get_by_text("아직 API 키가 없습니다.")).to_be_visible()
    assert program.get("/api/v1/me").status_code == 401


def test_a_webhook_is_made_tested_and_its_secret_changed(
    visitor: Visitor, customer: Customer
) -> None:
    page = visitor.page
    visitor.go("/account/developers")
    with listening() as receiver:
        visitor.button("새 웹훅").click()
        dialog = page.get_by_role("dialog", name="새 웹훅")
        dialog.get_by_label("받을 주소").fill("https://192.168.0.1/hook")
        dialog.get_by_role("button", name="만들기").click()
        expect(dialog.get_by_role("alert")).to_contain_text("공개된 https 주소")
        dialog.get_by_label("받을 주소").fill(receiver.url)
        visitor.snap("webhook-dialog")
        dialog.get_by_role("button", name="만들기").click()
        secret = page.get_by_label("비밀 값", exact=True)
        expect(secret).to_have_value(re.compile("^whsec_"))
        first = secret.input_value()
        visitor.button("옮겨 두었습니다").click()
        visitor.button("시험 보내기").click()
        visitor.button("전달 기록").click()
        expect(page.get_by_text("전달됨")).to_be_visible()
        visitor.snap("developers")
        [message] = receiver.received
        assert read_webhook(first, message.headers, message.body)["type"] == "webhook.test"
        visitor.button("비밀 값 바꾸기").click()
        confirm = page.get_by_role("alertdialog")
        confirm.get_by_role("button", name="비밀 값 바꾸기").click()
        expect(secret).to_have_value(re.compile("^whsec_"))
        assert secret.input_value() != first
        visitor.button("옮겨 두었습니다").click()
        visitor.button("시험 메시지 다시 보내기").click()
        wait_for(lambda: len(receiver.received) == 2, 60, "not sent again")
        assert read_webhook(first, receiver.received[1].headers, receiver.received[1].body)
    assert [one["url"] for one in customer.get("/api/v1/webhooks")["results"]] == [receiver.url]


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
    put_tick(dialog.get_by_role("radio", name="내 목소리"))
    put_tick(dialog.get_by_role("checkbox", name="위 내용에 동의합니다"))
    dialog.get_by_role("button", name="저장").click()
    expect(visitor.button("동의 철회")).to_be_visible()
    assert customer.get(f"/api/v1/voices/{voice}")["state"] == "draft"
