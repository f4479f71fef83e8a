"""Taking everything along and going, by clicks; and an operator who erases a customer."""

import zipfile
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.journey.mail import mail_to, text_of
from tests.journey.test_accessible import violations
from tests.journey.test_second_step import appoint, enrol, sign_in
from tests.journey.visitor import SHORT_MS, Visitor
from tests.live import LiveStack
from tests.trials.customer import PASSWORD, Customer, wait_for

_DUE = """
from django.utils import timezone
from apps.leaving.models import Removal
now = timezone.now()
print(Removal.objects.filter(state="pending").update(due_at=now, not_before=now))
"""
_REFUSAL = (
    '{"error": {"code": "confirm-first", "message": {"ko": "확인", "en": "Confirm"}, '
    '"field": null, "fields": {}}}'
)


def make_due(stack: LiveStack) -> None:
    """The week is over."""
    stack.shell(_DUE)


def test_everything_is_exported_and_downloaded(
    visitor: Visitor, customer: Customer, tmp_path: Path
) -> None:
    page = visitor.page
    visitor.go("/account")
    visitor.button("압축 파일 만들기").click()
    expect(visitor.button("내려받기")).to_be_visible(timeout=2 * SHORT_MS)
    visitor.snap("account-export")
    with page.expect_download() as download:
        visitor.button("내려받기").click()
    path = tmp_path / "all.zip"
    download.value.save_as(path)
    assert download.value.suggested_filename.startswith("ai-voice-studio-")
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert customer.email in archive.read("data/account.json").decode()
    message = wait_for(lambda: mail_to(visitor.stack, customer.email), 60, "no mail")
    assert "내보내기가 준비되었습니다" in str(message["Subject"])


def test_an_account_is_left_kept_and_left(visitor: Visitor, customer: Customer) -> None:
    page = visitor.page
    visitor.go("/account")
    card = page.get_by_role("region", name="삭제", exact=True)
    card.get_by_role("button", name="계정 삭제").click()
    dialog = page.get_by_role("dialog", name="계정 삭제")
    expect(dialog.get_by_role("button", name="삭제 예약")).to_be_disabled()
    visitor.snap("account-leave-dialog")
    assert violations(visitor) == []
    dialog.get_by_role("textbox").fill(customer.email)
    refuse_once(page)
    dialog.get_by_role("button", name="삭제 예약").click()
    dialog.get_by_label("비밀번호", exact=True).fill(PASSWORD)
    visitor.snap("account-leave-confirm")
    dialog.get_by_role("button", name="확인", exact=True).click()
    expect(card.get_by_text("에 삭제됩니다")).to_be_visible()
    expect(dialog).to_be_hidden()
    visitor.snap("account-leaving")
    assert violations(visitor) == []
    message = wait_for(lambda: mail_to(visitor.stack, customer.email), 60, "no mail")
    assert "/account#leaving" in text_of(message)

    visitor.button("삭제 취소").click()
    expect(page.get_by_text("삭제를 취소했습니다")).to_be_visible()
    card.get_by_role("button", name="계정 삭제").press("Enter")
    dialog.get_by_role("textbox").fill(customer.email)
    page.keyboard.press("Enter")
    expect(visitor.button("삭제 취소")).to_be_visible()
    make_due(visitor.stack)
    wait_for(lambda: is_gone(customer), 120, "the account is still there")
    visitor.go("/account")
    expect(visitor.button("로그인")).to_be_visible()


def is_gone(customer: Customer) -> bool:
    return customer.http.get("/api/v1/me").status_code in (401, 403)


def refuse_once(page: Page) -> None:
    """As when the password was given longer ago than five minutes."""

    def answer(route: Route) -> None:
        route.fulfill(status=403, content_type="application/json", body=_REFUSAL)

    page.route("**/api/v1/erasures/account", answer, times=1)


def test_the_account_page_in_english(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/account")
    page.get_by_role("radio", name="English").click(force=True)
    expect(page.get_by_role("heading", name="Export my data")).to_be_visible()
    visitor.snap("account-english")


def test_an_operator_erases_a_customer(live_stack: LiveStack, page: Page) -> None:
    guest = Visitor(live_stack, page)
    victim, email = Customer.arrive(live_stack), Customer.arrive(live_stack).email
    pk = victim.http.get("/api/v1/me").json()["user"]["id"]
    appoint(live_stack, email)
    guest.go("/admin/")
    sign_in(guest, email)
    page.get_by_role("link", name="등록하러 가기 (enrol)").click()
    enrol(guest)
    code = page.locator("#second-step ul.font-mono li").first.inner_text()
    guest.go(f"/admin/accounts/user/{pk}/change/")
    page.get_by_label("인증 코드").fill(code)
    guest.button("확인").click()
    page.get_by_role("link", name="지우기 (erase)").click()
    guest.snap("panel-erase")
    page.locator("input[name=typed]").fill("somebody@else")
    page.locator("textarea[name=reason]").fill("본인 요청 12")
    guest.button("지우기 (erase)").click()
    expect(page.get_by_text("같지 않습니다", exact=False)).to_be_visible()
    page.locator("input[name=typed]").fill(victim.email)
    guest.button("지우기 (erase)").click()
    expect(page.get_by_role("heading", name="계정 · 완료")).to_be_visible(timeout=2 * SHORT_MS)
    guest.snap("panel-receipt")
    assert is_gone(victim)
    with page.expect_download() as download:
        page.get_by_role("link", name="영수증 내려받기 (download)").click()
    assert victim.email not in Path(download.value.path()).read_text()
    guest.go("/admin/leaving/removal/")
    guest.snap("panel-receipts")
