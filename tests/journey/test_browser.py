"""The whole way in a browser: sign up, recordings in, a voice trained, a song out."""

import re
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journey.material import SONG, cut, recordings
from tests.journey.measure import likeness
from tests.journey.test_accessible import violations
from tests.journey.visitor import JOB_MS, Visitor
from tests.live import LiveStack

STEPS = 16
SPEECH_S = 20.0
SONG_S = 8.0
SEMITONES = -5
VOICE = "두리"
DATASET = "두리 낭독"


def train(visitor: Visitor) -> None:
    """Make a voice and watch its training until it ends, live: nothing is loaded again."""
    page = visitor.page
    visitor.start_training(DATASET, VOICE, STEPS)
    bar = page.get_by_role("progressbar", name="진행률").first
    expect(bar).to_be_visible()
    seen: set[str] = set()
    ended = page.get_by_role("status").filter(has_text="학습이 끝났습니다")
    for _ in range(JOB_MS // 500):
        if ended.is_visible():
            break
        if bar.is_visible():
            seen.add(bar.get_attribute("aria-valuenow") or "")
        if len(seen) == 2:
            visitor.snap("job-training")
            seen.add("and a picture was taken")
        page.wait_for_timeout(250)
    expect(ended).to_be_visible()
    assert len(seen) > 3, f"progress was only seen at {seen}"
    expect(page.get_by_role("img", name="손실")).to_be_visible()
    expect(page.get_by_role("log", name="기록")).to_contain_text(re.compile("[가-힣]"))
    visitor.snap("job-trained")
    assert violations(visitor) == []


def convert(visitor: Visitor, song: Path, folder: Path) -> Path:
    """Convert the dry vocal, play it, save it."""
    page = visitor.page
    visitor.start_conversion(song, VOICE, SEMITONES)
    ended = page.get_by_role("status").filter(has_text="변환이 끝났습니다")
    expect(ended).to_be_visible(timeout=JOB_MS)
    visitor.snap("job-converted")
    card = page.get_by_role("article").first
    card.get_by_role("button", name=re.compile("재생$")).click()
    player = page.get_by_role("region", name="재생기")
    expect(player.get_by_role("button", name="일시정지")).to_be_visible()
    position = player.get_by_role("slider", name="재생 위치")
    expect(position).not_to_have_value("0")
    visitor.snap("player")
    assert violations(visitor) == []
    with page.expect_download() as download:
        card.get_by_role("button", name=re.compile("다운로드$")).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def look_around(visitor: Visitor) -> None:
    """A picture of every other page."""
    page = visitor.page
    for path, name, heading in (
        ("/", "home", "무엇을 만들어 볼까요?"),
        ("/library", "library", None),
        ("/library?tab=datasets", "datasets", None),
        ("/voices", "voices", None),
        ("/results", "results", None),
        ("/account", "account", None),
        ("/nowhere", "not-found", None),
    ):
        visitor.go(path)
        page.wait_for_load_state("networkidle")
        if heading:
            expect(page.get_by_role("heading", name=heading)).to_be_visible()
        visitor.snap(name)
    visitor.go("/voices")
    page.get_by_role("link", name=VOICE).first.click()
    expect(page.get_by_role("heading", name=VOICE, level=1)).to_be_visible()
    note = page.get_by_role("note")
    expect(note).to_contain_text("스타터 엔진으로 만들었습니다")
    expect(note.get_by_role("link")).to_be_hidden()  # only the operator can do something about it
    visitor.snap("voice")
    assert violations(visitor) == []
    page.get_by_role("button", name=f"{VOICE} 메뉴").click()
    page.get_by_role("menuitem", name="이름 바꾸기").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert violations(visitor) == []


def test_recordings_in_and_a_song_out(live_stack: LiveStack, page: Page, tmp_path: Path) -> None:
    visitor = Visitor(live_stack, page)
    address = f"{uuid.uuid4().hex[:10]}@example.com"
    visitor.sign_up(address)
    visitor.sign_out()
    visitor.sign_in(address)
    visitor.snap("home-new")
    speech = cut(recordings("b")[0], SPEECH_S, tmp_path)
    song = cut(SONG, SONG_S, tmp_path)
    visitor.upload([speech, song])
    visitor.snap("library-uploaded")
    visitor.make_dataset(DATASET, [speech])
    train(visitor)
    made = convert(visitor, song, tmp_path)
    look_around(visitor)
    heard = likeness(made, song)
    assert heard.seconds == pytest.approx(heard.source_seconds, abs=0.05)
    assert heard.rms_db > -40
    assert heard.voiced > 0.8
    assert heard.correlation > 0.9
    assert heard.shift == pytest.approx(SEMITONES, abs=0.3)
