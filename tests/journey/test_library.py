"""The library at a browser: ten thousand files, many at once, the trash, cuts, the player."""

import json
import re
import uuid
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.factories import tone, wav_bytes
from tests.journey.visitor import Visitor, artifacts
from tests.trials.customer import Customer, wait_for

MANY: Final = 10_000
MOST_ROWS: Final = 60
MOST_ELEMENTS: Final = 3_000
"""Of the whole page, however many files there are."""
_MAKE_ROWS: Final = """
from datetime import timedelta
from django.utils import timezone
from apps.accounts.models import User
from apps.library.models import AudioFile
workspace = User.objects.get(email={email!r}).memberships.get().workspace
files = [
    AudioFile(
        workspace=workspace, name=f"테이크 {{n:05d}}.wav", state="ready", origin="upload",
        key=f"uploads/{{workspace.pk}}/{{n}}/source", size=1000 + n, content_type="audio/wav",
        duration_s=1.0 + n, sample_rate=48000, channels=1, peaks=[[-50, 50]] * 100,
    )
    for n in range({count})
]
AudioFile.objects.bulk_create(files, batch_size=2000)
newest = timezone.now()
for n, file in enumerate(files):
    file.created_at = newest - timedelta(seconds=n)
AudioFile.objects.bulk_update(files, ["created_at"], batch_size=2000)
"""
_WATCH_LONG_TASKS: Final = """
window.longTasks = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.longTasks.push(Math.round(entry.duration));
}).observe({ type: "longtask", buffered: true });
"""


def rows(page: Page) -> Locator:
    return page.get_by_role("list", name="오디오 파일").get_by_role("listitem")


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem", name=name, exact=True)


def tick(page: Page, name: str) -> Locator:
    return page.get_by_role("checkbox", name=f"{name} 선택", exact=True)


def names(customer: Customer, **query: str) -> set[str]:
    found = customer.get(f"/api/v1/files?{urlencode(query)}")["results"]
    return {file["name"] for file in found}


@pytest.fixture
def takes(customer: Customer) -> list[str]:
    """Five ready files of two seconds; the last one is the newest."""
    made = [f"take-{number}.wav" for number in range(5)]
    for name in made:
        customer.upload(name, wav_bytes(tone(2.0)))
    return made


def long_tasks(page: Page) -> list[int]:
    """Milliseconds of the tasks over 50 ms since this was asked last; only kept, never judged."""
    tasks: list[int] = page.evaluate("window.longTasks.splice(0)")
    return tasks


def make_rows(customer: Customer, count: int) -> None:
    """Ready files, straight into the database: nobody uploads so many in a test."""
    customer.stack.shell(_MAKE_ROWS.format(email=customer.email, count=count))


def test_ten_thousand_files_scroll(visitor: Visitor, customer: Customer) -> None:
    make_rows(customer, MANY)
    page = visitor.page
    page.add_init_script(_WATCH_LONG_TASKS)
    visitor.go("/library")
    expect(row(page, "테이크 00000.wav")).to_be_visible()
    expect(rows(page).first).to_have_attribute("aria-setsize", str(MANY))
    figures: dict[str, Any] = {"files": MANY, "loading": long_tasks(page)}
    for _ in range(50):  # as somebody looks through it
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(100)
    figures["looking"] = long_tasks(page)
    most_rows = most_elements = 0
    for _ in range(2_000):
        most_rows = max(most_rows, rows(page).count())
        most_elements = max(most_elements, page.locator("*").count())
        if row(page, f"테이크 {MANY - 1:05d}.wav").count():
            break
        page.mouse.wheel(0, 20_000)
        page.wait_for_timeout(50)
    expect(row(page, f"테이크 {MANY - 1:05d}.wav")).to_be_visible()
    assert most_rows <= MOST_ROWS
    assert most_elements <= MOST_ELEMENTS
    figures |= {"flying": long_tasks(page), "rows": most_rows, "elements": most_elements}
    (artifacts() / "library-scroll.json").write_text(json.dumps(figures, indent=1))
    print(figures)

    page.keyboard.press("Home")
    page.get_by_role("searchbox", name="파일 이름 검색").fill("09876")
    expect(rows(page)).to_have_count(1)
    expect(page).to_have_url(re.compile(r"q=%2209876%22|q=09876"))
    page.reload()
    expect(row(page, "테이크 09876.wav")).to_be_visible()
    expect(rows(page)).to_have_count(1)


def test_many_at_once(visitor: Visitor, customer: Customer, takes: list[str]) -> None:
    page = visitor.page
    visitor.go("/library")
    # From the newest down, with Shift.
    tick(page, "take-4.wav").click()
    tick(page, "take-2.wav").click(modifiers=["Shift"])
    chosen = page.get_by_role("region", name="선택한 파일")
    expect(chosen).to_contain_text("3개 선택")
    # Two more by keys: Shift goes on from where the last one was.
    page.keyboard.press("Shift+ArrowDown")
    expect(tick(page, "take-1.wav")).to_be_checked()
    expect(tick(page, "take-1.wav")).to_be_focused()
    expect(chosen).to_contain_text("4개 선택")
    page.keyboard.press("Control+a")
    expect(chosen).to_contain_text("5개 선택")
    page.keyboard.press("Escape")
    expect(chosen).to_have_count(0)

    tick(page, "take-3.wav").click()
    tick(page, "take-1.wav").click(modifiers=["Shift"])
    chosen.get_by_role("button", name="태그 달기").click()
    dialog = page.get_by_role("dialog", name="태그 달기")
    dialog.get_by_role("textbox", name="새 태그").fill("#후렴")
    dialog.get_by_role("button", name="추가").click()
    expect(dialog.get_by_role("listitem")).to_contain_text("후렴")
    dialog.get_by_role("button", name="저장").click()
    expect(row(page, "take-2.wav")).to_contain_text("#후렴")
    assert names(customer, tag="후렴") == {"take-1.wav", "take-2.wav", "take-3.wav"}
    page.get_by_role("combobox", name="태그").select_option("후렴")
    expect(rows(page)).to_have_count(3)
    visitor.snap("library-tag")
    visitor.button("조건 지우기").click()
    expect(rows(page)).to_have_count(5)


def test_deleted_and_undone(visitor: Visitor, customer: Customer, takes: list[str]) -> None:
    page = visitor.page
    visitor.go("/library")
    tick(page, "take-4.wav").click()
    tick(page, "take-3.wav").click(modifiers=["Shift"])
    page.keyboard.press("Delete")
    expect(rows(page)).to_have_count(3)
    assert names(customer, state="trashed") == {"take-3.wav", "take-4.wav"}
    visitor.button("실행 취소").click()
    expect(rows(page)).to_have_count(5)
    assert names(customer, state="trashed") == set()

    row(page, "take-0.wav").get_by_role("button", name="take-0.wav 메뉴").click()
    page.get_by_role("menuitem", name="삭제").click()
    expect(rows(page)).to_have_count(4)
    visitor.button("휴지통", exact=True).click()
    expect(row(page, "take-0.wav")).to_contain_text("지워집니다")
    expect(page.get_by_text("휴지통 64 KB")).to_be_visible()
    visitor.snap("library-trash")
    visitor.button("take-0.wav 되돌리기").click()
    expect(page.get_by_role("heading", name="휴지통이 비어 있습니다")).to_be_visible()
    visitor.button("휴지통", exact=True).click()
    expect(rows(page)).to_have_count(5)


def zoom_in(dialog: Locator) -> None:
    """Closer about the end, where a click then moves it by less than a pixel of the whole did."""
    end = dialog.get_by_role("slider", name="끝 (초)")
    shown = dialog.get_by_role("slider", name="보이는 부분")
    expect(shown).to_be_disabled()
    end.press("+")
    expect(shown).to_be_enabled()
    before = shown.get_attribute("aria-valuetext")
    dialog.get_by_role("button", name="확대").click()
    expect(shown).not_to_have_attribute("aria-valuetext", before or "")
    end.press("0")
    expect(shown).to_be_disabled()
    dialog.get_by_role("button", name="확대").click()
    expect(end).to_have_attribute("aria-valuenow", "1.5")


def test_a_cut_by_keyboard(visitor: Visitor, customer: Customer, takes: list[str]) -> None:
    page = visitor.page
    visitor.go("/library")
    row(page, "take-4.wav").get_by_role("button", name="take-4.wav 메뉴").click()
    page.get_by_role("menuitem", name="구간 자르기").click()
    dialog = page.get_by_role("dialog", name="구간 자르기")
    save = dialog.get_by_role("button", name="새 파일로 저장")
    expect(save).to_be_disabled()
    start = dialog.get_by_role("slider", name="시작 (초)")
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "Alt+ArrowLeft"):
        start.press(key)
    expect(start).to_have_attribute("aria-valuenow", "0.29")
    field = dialog.get_by_role("spinbutton", name="끝 (초)")
    field.fill("1.5")
    field.press("Enter")
    expect(dialog.get_by_role("status")).to_contain_text("1.2초")
    zoom_in(dialog)
    visitor.snap("library-trim")
    dialog.get_by_role("button", name="고른 구간 듣기").click()
    expect(dialog.get_by_role("button", name="일시정지")).to_be_visible()
    expect(dialog.get_by_role("button", name="고른 구간 듣기")).to_be_visible()  # it has ended
    save.click()
    made = "take-4 (0m00s-0m01s).wav"
    expect(visitor.button(f"{made} 재생")).to_be_visible()
    [cut] = [f for f in customer.get("/api/v1/files")["results"] if f["name"] == made]
    assert cut["duration_s"] == pytest.approx(1.21, abs=1e-9)


def test_the_player_goes_along(visitor: Visitor, takes: list[str]) -> None:
    page = visitor.page
    visitor.go("/library")
    visitor.button("take-3.wav 재생").click()
    player = page.get_by_role("region", name="재생기")
    expect(player).to_contain_text("take-3.wav")
    player.get_by_role("button", name="다음 곡").click()
    expect(player).to_contain_text("take-2.wav")
    player.get_by_role("button", name="이전 곡").click()
    player.get_by_role("button", name="이전 곡").click()
    expect(player).to_contain_text("take-4.wav")
    expect(player.get_by_role("button", name="이전 곡")).to_be_disabled()
    player.get_by_role("button", name="일시정지").click()
    position = player.get_by_role("slider", name="재생 위치")
    expect(position).to_have_attribute("max", "2")  # its length is known
    player.get_by_role("button", name="다음 곡").focus()
    page.keyboard.press("Home")
    expect(position).to_have_value("0")
    page.keyboard.press("ArrowRight")
    expect(position).to_have_value("2")  # five seconds on, and the file has two
    title = page.evaluate("navigator.mediaSession.metadata?.title")
    assert title == "take-4.wav"
    page.get_by_role("link", name="목소리", exact=True).first.click()
    expect(page.get_by_role("heading", name="목소리", level=1)).to_be_visible()
    expect(player).to_contain_text("take-4.wav")


def test_the_view_is_remembered(visitor: Visitor, takes: list[str]) -> None:
    page = visitor.page
    visitor.go("/library?sort=oldest")
    expect(rows(page).first).to_have_accessible_name("take-0.wav")
    visitor.button("격자로 보기").click()
    first, second = rows(page).nth(0), rows(page).nth(1)
    assert _box(first)["y"] == _box(second)["y"], "side by side"
    visitor.snap("library-grid")
    page.reload()
    expect(visitor.button("격자로 보기")).to_have_attribute("aria-pressed", "true")
    expect(rows(page).first).to_have_accessible_name("take-0.wav")


def _box(locator: Locator) -> Any:
    expect(locator).to_be_visible()
    box = locator.bounding_box()
    assert box
    return box


def test_files_dropped_on_any_page(visitor: Visitor, customer: Customer, tmp_path: Path) -> None:
    page = visitor.page
    visitor.go("/voices")
    expect(page.get_by_role("heading", name="목소리", level=1)).to_be_visible()
    name = f"{uuid.uuid4().hex}.wav"
    data = page.evaluate_handle(
        """([name, bytes]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(bytes)], name, { type: "audio/wav" }));
          return transfer;
        }""",
        [name, list(wav_bytes(tone(1.0)))],
    )
    page.dispatch_event("body", "dragenter", {"dataTransfer": data})
    expect(page.get_by_text("여기에 놓으면 바로 올라갑니다")).to_be_visible()
    page.dispatch_event("body", "drop", {"dataTransfer": data})
    expect(page.get_by_text("여기에 놓으면 바로 올라갑니다")).to_have_count(0)
    wait_for(lambda: name in names(customer, state="ready"), 60, "the dropped file")
