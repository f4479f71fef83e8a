"""Presets, grids, the mixer, comparisons and the history, on a shelf of finished work."""

import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Locator, expect

from apps.library.sound import inspect
from tests.journey.test_accessible import violations
from tests.journey.ticking import put_tick
from tests.journey.visitor import Visitor
from tests.trials.customer import Customer
from voicestudio.embedded.places import REPOSITORY

_FILL: Final = "from tests.journey.shelf import fill; fill({email!r})"
SONG: Final = "봄비.wav"


@pytest.fixture
def listener(customer: Customer, visitor: Visitor) -> Visitor:
    """A visitor with a shelf of finished work."""
    code = _FILL.format(email=customer.email)
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", code]
    environment = dict(customer.stack.environment)
    subprocess.run(command, cwd=REPOSITORY, env=environment, check=True)
    return visitor


def snap_page(visitor: Visitor, name: str) -> None:
    """Desk and phone, and without faults of accessibility."""
    visitor.snap(name)
    assert violations(visitor) == []


def snap(visitor: Visitor, name: str) -> None:
    """In both languages."""
    page = visitor.page
    snap_page(visitor, name)
    page.evaluate("localStorage.setItem('voice-studio.language', 'en')")
    page.reload()
    page.wait_for_load_state("networkidle")
    visitor.snap(f"{name}-en")
    page.evaluate("localStorage.setItem('voice-studio.language', 'ko')")
    page.reload()


def articles(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("list", name="기록").get_by_role("article")


def test_presets_key_and_grid(listener: Visitor) -> None:
    page = listener.page
    listener.go("/convert")
    put_tick(page.get_by_role("checkbox", name=SONG).first)
    put_tick(page.get_by_role("radio", name="하루"))
    presets = page.get_by_role("list", name="프리셋")
    natural = presets.get_by_role("button", name="자연스럽게")
    expect(natural).to_have_attribute("aria-pressed", "true")
    presets.get_by_role("button", name="더 닮게").click()
    expect(natural).to_have_attribute("aria-pressed", "false")
    listener.button("지금 설정을 프리셋으로 저장").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="프리셋 이름").fill("라이브")
    dialog.get_by_role("switch", name="워크스페이스와 공유").click()
    dialog.get_by_role("button", name="저장", exact=True).click()
    expect(presets.get_by_role("button", name="라이브 공유한 프리셋")).to_be_visible()
    listener.button("라이브 메뉴").click()
    page.get_by_role("menuitem", name="이름 바꾸기").click()
    dialog.get_by_role("textbox", name="이름").fill("무대")
    dialog.get_by_role("button", name="저장").click()
    expect(presets.get_by_role("button", name="무대 공유한 프리셋")).to_be_visible()
    listener.button("무대 메뉴").click()
    page.get_by_role("menuitem", name="삭제").click()
    page.get_by_role("alertdialog").get_by_role("button", name="삭제").click()
    expect(presets.get_by_role("button", name=re.compile("무대"))).to_have_count(0)
    natural.click()
    listener.button("음역 확인").click()
    expect(page.get_by_text(re.compile("부를 음역 .* 목소리 음역 G2–D4"))).to_be_visible()
    expect(page.get_by_text("목소리의 음역에 잘 맞습니다.")).to_be_visible()
    heard_once(listener)
    listener.button("한 옥타브 올림").click()
    expect(page.get_by_text(re.compile("목소리보다 [0-9]+반음 높게"))).to_be_visible()
    listener.button(re.compile("^추천 키 .* 맞추기$")).click()
    expect(page.get_by_text("목소리의 음역에 잘 맞습니다.")).to_be_visible()
    expect(page.get_by_role("slider", name="키 변경")).to_have_value("0")
    page.get_by_text("여러 목소리와 설정으로 한꺼번에").click()
    put_tick(page.get_by_role("checkbox", name="나래 목소리로도 만들기"))
    put_tick(page.get_by_role("checkbox", name="더 닮게 설정으로도 만들기"))
    expect(page.get_by_text("노래 1 × 목소리 2 × 설정 2 = 4건")).to_be_visible()
    expect(page.get_by_text(re.compile("한 건에 .* 크레딧"))).to_be_visible()
    listener.snap("convert-grid")
    assert violations(listener) == []
    listener.button("4건 만들기 시작").click()
    page.wait_for_url("**/batches/*")
    table = page.get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_count(5)
    expect(table.get_by_role("columnheader", name=re.compile("나래.*더 닮게"))).to_be_visible()
    again = table.get_by_role("button", name=re.compile("다시 시도"))
    listener.button("남은 작업 모두 취소").click()
    page.get_by_role("alertdialog").get_by_role("button", name="남은 작업 모두 취소").click()
    expect(again).to_have_count(4)
    again.first.click()
    expect(again).to_have_count(3)
    listener.button("남은 작업 모두 취소").click()
    page.get_by_role("alertdialog").get_by_role("button", name="남은 작업 모두 취소").click()
    expect(again).to_have_count(4)
    snap(listener, "batch-grid")


def heard_once(listener: Visitor) -> None:
    """Another browser knows the song's range without listening."""
    page = listener.page
    browser = page.context.browser
    assert browser
    other = browser.new_context(locale="ko-KR", storage_state=page.context.storage_state())
    elsewhere = other.new_page()
    elsewhere.goto(f"{listener.stack.url}/convert")
    put_tick(elsewhere.get_by_role("checkbox", name=SONG).first)
    put_tick(elsewhere.get_by_role("radio", name="하루"))
    expect(elsewhere.get_by_text("목소리의 음역에 잘 맞습니다.")).to_be_visible()
    other.close()


def test_mixer(listener: Visitor, tmp_path: Path) -> None:
    page = listener.page
    listener.go("/history?kind=cover")
    articles(listener).get_by_role("link", name=SONG).click()
    listener.button("믹서 열기").click()
    strips = page.get_by_role("list", name="스템 믹서").get_by_role("listitem")
    expect(strips).to_have_count(4)
    play = page.get_by_role("region", name="스템 믹서").get_by_role("button", name="재생")
    expect(play).to_be_enabled()
    play.click()
    strips.get_by_role("button", name="반주 음소거").click()
    strips.get_by_role("slider", name="아카펠라 음량").fill("-6")
    expect(strips.filter(has_text="아카펠라")).to_contain_text("-6 dB")
    strips.get_by_role("button", name="리드 보컬만 듣기").click()
    expect(page.get_by_role("button", name="리드 보컬만 듣기")).to_have_attribute(
        "aria-pressed", "true"
    )
    listener.snap("mixer")
    assert violations(listener) == []
    with page.expect_download() as download:
        listener.button("이 믹스 내려받기(WAV)").click()
    path = tmp_path / "mix.wav"
    download.value.save_as(path)
    with path.open("rb") as file:
        sound = inspect(file)
    assert sound.ai_generated, "the mix says what it is"
    assert abs(sound.duration_s - 6.0) < 0.05
    page.get_by_role("link", name="이 음량으로 커버 다시 만들기").click()
    expect(page.get_by_role("radio", name="노래 전체")).to_be_checked()


def test_comparing(listener: Visitor) -> None:
    page = listener.page
    listener.go("/history?kind=convert&state=succeeded")
    expect(articles(listener)).to_have_count(2)
    for tick in page.get_by_role("checkbox", name=f"{SONG} 선택").all():
        put_tick(tick)
    page.get_by_role("region", name="선택한 파일").get_by_role("link").click()
    page.wait_for_url("**/compare?*")
    takes = page.get_by_role("group", name="비교할 소리").get_by_role("button")
    expect(takes).to_have_count(2)
    expect(page.get_by_role("img", name=re.compile("스펙트로그램"))).to_be_visible()
    expect(takes.filter(has_text="-3.5 dB")).to_have_count(1)
    row = page.get_by_role("row", name=re.compile("음색 검색 비율"))
    expect(row).to_contain_text("95%")
    play = listener.button("재생")
    play.click()
    page.wait_for_timeout(600)
    place = page.get_by_role("slider", name="재생 위치")
    before = float(place.input_value())
    page.keyboard.press("2")
    expect(takes.nth(1)).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(300)
    assert float(place.input_value()) > before > 0, "a switch never starts over"
    snap(listener, "compare")
    put_tick(page.get_by_role("radio", name="블라인드"))
    expect(page.get_by_role("img", name=re.compile("스펙트로그램"))).to_have_count(0)
    expect(takes.first).to_contain_text("1번")
    page.get_by_role("button", name=re.compile("가장 좋아요")).click()
    expect(page.get_by_text(re.compile("고른 소리는 [AB] · 봄비"))).to_be_visible()
    put_tick(page.get_by_role("radio", name="ABX"))
    for _ in range(5):
        listener.button("X는 A").click()
    expect(page.get_by_text(re.compile("5번 가운데 [0-5]번 맞힘"))).to_be_visible()
    listener.snap("compare-abx")
    assert violations(listener) == []
    page.reload()
    put_tick(page.get_by_role("radio", name="ABX"))
    record = page.get_by_role("region", name="지난 ABX 기록")
    expect(record.get_by_role("listitem")).to_have_text(re.compile("5번 가운데 [0-5]번 맞힘"))
    snap_page(listener, "compare-abx-record")
    record.get_by_role("button", name="기록 지우기").click()
    expect(record).to_have_count(0)


def label_many(listener: Visitor) -> None:
    page = listener.page
    for tick in page.get_by_role("checkbox", name=f"{SONG} 선택").all()[:3]:
        put_tick(tick)
    selection = page.get_by_role("region", name="선택한 파일")
    selection.get_by_role("button", name="라벨", exact=True).click()
    dialog = page.get_by_role("dialog", name="라벨 달기")
    dialog.get_by_role("textbox", name="새 라벨").fill("1차 시안")
    dialog.get_by_role("button", name="추가", exact=True).click()
    snap_page(listener, "history-labels")
    dialog.get_by_role("button", name="저장").click()
    expect(articles(listener).filter(has_text="1차 시안")).to_have_count(3)
    expect(articles(listener).filter(has_text="타이틀곡")).to_have_count(1)
    selection.get_by_role("button", name="선택 해제").click()


def narrow_to_song(listener: Visitor) -> None:
    page = listener.page
    articles(listener).first.get_by_role("button", name=f"{SONG} 메뉴").click()
    page.get_by_role("menuitem", name="이 노래의 기록만 보기").click()
    page.wait_for_url("**/history?song=*")
    expect(page.get_by_role("search").get_by_text(SONG)).to_be_visible()
    expect(articles(listener)).to_have_count(4)
    snap_page(listener, "history-song")
    listener.button("모든 노래 보기").click()
    page.wait_for_url("**/history")


def test_history(listener: Visitor) -> None:
    page = listener.page
    listener.go("/results")
    page.wait_for_url("**/history")
    expect(articles(listener)).to_have_count(4)
    row = articles(listener).filter(has_text="키 변경 +2")
    row.get_by_role("button", name=f"{SONG}에 라벨 붙이기").click()
    page.get_by_role("combobox", name="새 라벨").fill("타이틀곡")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("타이틀곡")
    snap(listener, "history")
    page.get_by_role("combobox", name="라벨").select_option("타이틀곡")
    expect(articles(listener)).to_have_count(1)
    page.get_by_role("combobox", name="라벨").select_option("")
    label_many(listener)
    narrow_to_song(listener)
    page.get_by_role("combobox", name="결과 종류").select_option("cover")
    expect(articles(listener)).to_have_count(1)
    listener.button(f"{SONG} 메뉴").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="ZIP으로 내려받기").click()
    content = Path(download.value.path()).read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert len(archive.namelist()) == 5
        assert archive.testzip() is None
    page.get_by_role("combobox", name="결과 종류").select_option("")
    page.get_by_role("combobox", name="목소리").select_option(label="나래")
    expect(articles(listener)).to_have_count(1)
    listener.button(f"{SONG} 메뉴").click()
    page.get_by_role("menuitem", name="설정 바꿔 만들기").click()
    presets = page.get_by_role("list", name="프리셋")
    expect(page.get_by_role("radio", name="나래")).to_be_checked()
    expect(page.get_by_role("checkbox", name=SONG).first).to_be_checked()
    expect(presets.get_by_role("button", name="더 닮게")).to_have_attribute("aria-pressed", "false")
    listener.go("/history?state=failed")
    listener.button(f"{SONG} 메뉴").click()
    page.get_by_role("menuitem", name="그대로 다시 만들기").click()
    page.wait_for_url("**/jobs/*")
