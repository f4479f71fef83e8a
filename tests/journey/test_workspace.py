"""Two people in one workspace: invited by mail, accepted in another browser, with less to do."""

import re
from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journey.conftest import PATIENCE_MS
from tests.journey.mail import mail_to, text_of
from tests.journey.test_accessible import violations
from tests.journey.visitor import Visitor
from tests.live import LiveStack
from tests.trials.customer import PASSWORD, Customer, wait_for

_numbers = count(1)
HOME = "무엇을 만들어 볼까요?"


@pytest.fixture
def second_page(chromium: Browser) -> Iterator[Page]:
    """A browser of somebody else."""
    context = chromium.new_context(locale="ko-KR")
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def guest(live_stack: LiveStack, second_page: Page) -> Visitor:
    return Visitor(live_stack, second_page)


def invite(visitor: Visitor, email: str) -> str:
    """By the owner's clicks; the mail's link."""
    page = visitor.page
    visitor.go("/workspace")
    visitor.button("초대하기").click()
    dialog = page.get_by_role("dialog", name="초대하기")
    dialog.get_by_label("초대할 이메일").fill(email)
    visitor.snap("invite-dialog")
    dialog.get_by_role("button", name="초대하기").click()
    expect(visitor.button(f"{email} 초대 취소")).to_be_visible()
    message = wait_for(lambda: mail_to(visitor.stack, email), 60, "no mail")
    link = re.search(rf"{re.escape(visitor.stack.url)}/invitations/\S+", text_of(message))
    assert link, text_of(message)
    return link[0]


def snap_both(visitor: Visitor, name: str) -> None:
    """In Korean and in English, at a desk and on a phone; axe finds nothing."""
    visitor.snap(name)
    assert violations(visitor) == []
    visitor.page.evaluate("localStorage.setItem('voice-studio.language', 'en')")
    visitor.page.reload()
    visitor.page.wait_for_load_state("networkidle")
    visitor.snap(f"{name}-en")
    visitor.page.evaluate("localStorage.setItem('voice-studio.language', 'ko')")
    visitor.page.reload()
    visitor.page.wait_for_load_state("networkidle")


def test_a_customer_accepts_and_works_as_a_member(visitor: Visitor, guest: Visitor) -> None:
    mate = Customer.arrive(visitor.stack)
    link = invite(visitor, mate.email)
    snap_both(visitor, "workspace-owner")

    page = guest.page
    page.goto(link)
    expect(page.get_by_role("heading", name="초대를 받았어요")).to_be_visible()
    snap_both(guest, "invitation")
    page.get_by_role("link", name="로그인하고 받아들이기").click()
    expect(page.get_by_label("이메일")).to_have_value(mate.email)
    page.get_by_label("비밀번호", exact=True).fill(PASSWORD)
    guest.button("로그인").click()
    guest.button("초대 받아들이기").click()
    expect(page.get_by_role("heading", name=HOME)).to_be_visible()

    # the owner's page hears of it by itself
    expect(visitor.page.locator("#members ~ ul")).to_contain_text(mate.email)
    expect(visitor.page.get_by_text("답을 기다리는 초대가 없습니다.")).to_be_visible()

    guest.go("/workspace")
    expect(page.get_by_text("소유자만 바꿀 수 있습니다", exact=False)).to_be_visible()
    expect(guest.button("초대하기")).to_have_count(0)
    snap_both(guest, "workspace-member")
    guest.go("/account/developers")
    expect(page.get_by_text("소유자만 바꿀 수 있습니다", exact=False).first).to_be_visible()
    expect(guest.button("새 키")).to_have_count(0)

    # back to one's own workspace, and to the shared one again
    guest.go("/")
    guest.button("워크스페이스 바꾸기").click()
    page.wait_for_timeout(300)
    guest.snap("workspace-switch")
    page.reload()
    guest.button("워크스페이스 바꾸기").click()
    mine, shared = (
        page.get_by_role("menuitemradio").nth(0),
        page.get_by_role("menuitemradio").nth(1),
    )
    expect(shared).to_be_checked()
    mine.click()
    guest.go("/workspace")
    expect(guest.button("초대하기")).to_be_visible()
    page.locator("main fieldset label").nth(1).click()
    expect(page.get_by_role("heading", name=HOME)).to_be_visible()

    # removed while the page is open: it falls back to the person's own
    guest.go("/workspace")
    expect(page.get_by_text("소유자만 바꿀 수 있습니다", exact=False)).to_be_visible()
    visitor.go("/workspace")
    visitor.button(f"{mate.email} 관리").click()
    visitor.page.get_by_role("menuitem", name="내보내기").click()
    visitor.page.get_by_role("alertdialog").get_by_role("button", name="내보내기").click()
    expect(visitor.page.locator("#members ~ ul")).not_to_contain_text(mate.email)
    expect(page.get_by_role("heading", name=HOME)).to_be_visible()
    guest.go("/workspace")
    expect(guest.button("초대하기")).to_be_visible()


def test_another_account_than_the_invited_one(visitor: Visitor, guest: Visitor) -> None:
    """The refusal says which address it takes, and there is a way to it."""
    mate, other = Customer.arrive(visitor.stack), Customer.arrive(visitor.stack)
    link = invite(visitor, mate.email)
    page = guest.page
    guest.sign_in(other.email)
    page.goto(link)
    guest.button("초대 받아들이기").click()
    expect(page.get_by_text(f"이 초대는 {mate.email} 주소로", exact=False)).to_be_visible()
    guest.snap("invitation-other")
    guest.button("다른 계정으로 로그인").click()
    page.get_by_label("이메일").fill(mate.email)
    page.get_by_label("비밀번호", exact=True).fill(PASSWORD)
    guest.button("로그인").click()
    expect(page.get_by_role("heading", name="초대를 받았어요")).to_be_visible()
    guest.button("초대 받아들이기").click()
    expect(page.get_by_role("heading", name=HOME)).to_be_visible()


def test_a_newcomer_signs_up_on_the_way(visitor: Visitor, guest: Visitor) -> None:
    address = f"newcomer{next(_numbers)}@example.com"
    link = invite(visitor, address)
    page = guest.page
    page.goto(link)
    page.get_by_role("link", name="새로 가입하기").click()
    expect(page.get_by_label("이메일")).to_have_value(address)
    page.get_by_label("비밀번호", exact=True).fill(PASSWORD)
    for document in ("이용약관", "개인정보 처리방침"):
        page.get_by_role("checkbox", name=f"{document}에 동의합니다").click()
    guest.button("가입하기").click()
    expect(page.get_by_role("heading", name="메일을 확인해 주세요")).to_be_visible()

    def verification() -> str | None:
        message = mail_to(guest.stack, address)
        text = text_of(message) if message else ""
        found = re.search(rf"{re.escape(guest.stack.url)}/verify-email/\S+", text)
        return found[0] if found else None

    page.goto(wait_for(verification, 60, "no mail"))
    guest.button("이메일 인증하기").click()
    expect(page.get_by_role("heading", name="초대를 받았어요")).to_be_visible()
    guest.button("초대 받아들이기").click()
    expect(page.get_by_role("heading", name=HOME)).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", name="쓸 수 없는 초대예요")).to_be_visible()
    guest.snap("invitation-gone")
