"""The frame of the studio: palette, keys, toasts of jobs, home, and how still pages stand."""

import re
from typing import Final

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journey.visitor import SCREENS, Visitor
from tests.trials.customer import Customer, singing

CLS_MOST: Final = 0.02
CLS_LATE: Final = 0.01  # of fonts alone: answers move nothing
_SHIFTS: Final = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""
STILL: Final = (
    *("/", "/library", "/voices", "/convert", "/results", "/jobs", "/usage"),
    *("/workspace", "/account", "/account/developers"),
)
# What each waits for, one of which comes long after the others.
LATE: Final = {
    "/": ("files", "datasets", "voices", "jobs", "stats", "usage"),
    "/workspace": ("members", "invitations"),
    "/account/developers": ("keys", "webhooks"),
}


def test_the_palette_finds_pages_and_what_the_server_knows(
    visitor: Visitor, customer: Customer
) -> None:
    page = visitor.page
    customer.voice("달빛 목소리")
    song = customer.upload("달빛 노래.wav", singing(3))
    visitor.go("/")
    expect(page.get_by_role("heading", name="한눈에 보기")).to_be_attached()
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="빠른 실행")
    field = palette.get_by_role("combobox")
    expect(field).to_be_focused()
    field.fill("달빛")
    expect(palette.get_by_role("option", name="달빛 목소리")).to_be_visible()
    palette.get_by_role("option", name="달빛 노래.wav").click()
    expect(palette).to_have_count(0)
    expect(page.get_by_role("region", name="재생기")).to_contain_text("달빛 노래.wav")
    page.keyboard.press("Control+k")
    field.fill("달빛 목")
    expect(palette.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/voices/*")
    page.keyboard.press("Control+k")
    field.fill("작업")
    expect(palette.get_by_role("option", name="작업", exact=False).first).to_be_visible()
    field.fill("없는 이름 xyz")
    expect(palette.get_by_role("status")).to_contain_text("맞는 것이 없습니다")
    page.keyboard.press("Escape")
    expect(palette).to_have_count(0)
    assert song


def test_keys_lead_about_and_can_be_turned_off(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("j")
    page.wait_for_url("**/jobs")
    page.get_by_role("searchbox").fill("g")
    page.get_by_role("searchbox").press("l")
    page.wait_for_timeout(500)
    assert "/jobs" in page.url
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="키보드 단축키")
    expect(sheet).to_contain_text("라이브러리")
    visitor.snap("shortcuts")
    sheet.get_by_role("switch").click()
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_timeout(500)
    assert "/jobs" in page.url
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="빠른 실행")).to_be_visible()


def test_a_newcomer_begins_with_our_samples(visitor: Visitor, customer: Customer) -> None:
    page = visitor.page
    visitor.go("/")
    trail = page.get_by_role("list", name="전체 과정")
    expect(trail.get_by_label("완료")).to_have_count(0)
    visitor.snap("home-newcomer")
    visitor.button("예제 녹음으로 시작").click()
    page.wait_for_url("**/voices/new?dataset=*")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    visitor.go("/")
    expect(trail.get_by_label("완료")).to_have_count(2)
    expect(page.get_by_role("link", name="목소리 만들기")).to_be_visible()
    assert len(customer.get("/api/v1/files")["results"]) == 5


def test_a_job_that_ends_elsewhere_is_told_with_the_way_to_it(
    visitor: Visitor, customer: Customer
) -> None:
    page = visitor.page
    file = customer.upload("짧은 노래.wav", singing(2))
    visitor.go("/library")
    expect(page.get_by_text("짧은 노래.wav").first).to_be_visible()
    [job] = customer.make("separations", [file])
    customer.wait_for_success(job)
    toast = page.get_by_role("listitem").filter(has_text="작업이 끝났습니다")
    toast.get_by_role("button", name="보기").click()
    page.wait_for_url(f"**/jobs/{job}")


def test_an_open_page_says_that_the_connection_is_gone(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/voices")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")  # what is loaded after the page has come too
    banner = page.get_by_role("status").filter(has_text="인터넷 연결이 끊겼습니다")
    expect(banner).to_have_count(0)
    page.context.set_offline(True)
    expect(banner).to_be_visible()
    visitor.snap("offline-banner")
    page.context.set_offline(False)
    expect(banner).to_have_count(0)


def test_who_wants_less_motion_gets_none(visitor: Visitor) -> None:
    """A page that waits for its list pulses, but not for them."""
    page = visitor.page
    page.route("**/api/v1/jobs?*", lambda _: None)  # no answer
    visitor.go("/jobs")
    expect(page.get_by_role("status", name="불러오는 중")).to_be_visible()
    visitor.until("document.getAnimations().length > 0")
    page.emulate_media(reduced_motion="reduce")
    visitor.until("document.getAnimations().length === 0")


@pytest.mark.parametrize("screen", SCREENS)
def test_nothing_moves_while_pages_load(visitor: Visitor, screen: str, customer: Customer) -> None:
    """Cumulative layout shift, not timed: of a first load with an empty cache of queries."""
    customer.post("/api/v1/samples")
    width, height = SCREENS[screen]
    page = visitor.page
    page.set_viewport_size({"width": width, "height": height})
    page.add_init_script(_SHIFTS)
    moved = {}
    for path in STILL:
        visitor.go(path)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(600)
        moved[path] = round(page.evaluate("window.shifted"), 4)
    assert {path: shift for path, shift in moved.items() if shift >= CLS_MOST} == {}


def _held(page: Page, address: re.Pattern[str]) -> list[Route]:
    """The requests to ``address`` from now on, which wait until they are continued."""
    held: list[Route] = []
    page.route(address, lambda route: held.append(route))
    return held


@pytest.mark.parametrize("path", LATE)
def test_nothing_moves_whichever_answer_comes_last(
    visitor: Visitor, path: str, customer: Customer
) -> None:
    """On a phone, where everything stands in one column, each answer in turn is the last one."""
    customer.post("/api/v1/samples")
    page = visitor.page
    width, height = SCREENS["phone"]
    page.set_viewport_size({"width": width, "height": height})
    page.add_init_script(_SHIFTS)
    moved = {}
    for late in LATE[path]:
        address = re.compile(rf"/api/v1/(workspaces/[^/]+/)?{late}(\?|$)")
        held = _held(page, address)
        visitor.go(path)
        page.wait_for_timeout(1_200)
        assert held, f"{path} does not ask for {late}"
        for route in held:
            route.continue_()
        page.unroute(address)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(300)
        moved[late] = round(page.evaluate("window.shifted"), 4)
    assert {late: shift for late, shift in moved.items() if shift >= CLS_LATE} == {}
