"""The studio without a mouse."""

from typing import Final

from playwright.sync_api import Locator, Page, expect

from tests.journey.material import SONG
from tests.journey.visitor import Visitor
from tests.trials.customer import PASSWORD, Customer

MOST_TABS: Final = 60


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the element has the focus, as a person without a mouse does."""
    wanted.wait_for()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{wanted} can't be reached by Tab")


def test_sign_in_and_choose_a_song_by_keyboard(visitor: Visitor, customer: Customer) -> None:
    page = visitor.page
    customer.upload(SONG.name, SONG.read_bytes())
    page.context.clear_cookies()
    visitor.go("/signin")
    tab_to(page, page.get_by_label("이메일"))
    page.keyboard.type(customer.email)
    tab_to(page, page.get_by_label("비밀번호", exact=True))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="무엇을 만들어 볼까요?")).to_be_visible()

    tab_to(page, page.get_by_role("link", name="라이브러리", exact=True).first)
    page.keyboard.press("Enter")
    tick = page.get_by_role("checkbox", name=f"{SONG.name} 선택")
    tab_to(page, tick)
    page.keyboard.press("Space")
    expect(tick).to_be_checked()
    make = visitor.button("데이터셋 만들기")
    tab_to(page, make)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="데이터셋 만들기")
    field = dialog.get_by_role("textbox", name="데이터셋 이름")
    tab_to(page, field)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(make).to_be_focused()
