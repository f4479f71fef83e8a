"""What can be made besides a conversion: report cards, covers, stems, batches, better voices."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from playwright.sync_api import Locator, expect

from gpu_worker.engine.sound.audio import decode
from tests.factories import wav_bytes
from tests.journey.material import MIX, SONG, beginning, recordings
from tests.journey.test_accessible import violations
from tests.journey.ticking import put_tick
from tests.journey.visitor import JOB_MS, Visitor
from tests.trials.customer import Customer

SPEECH_S: Final = 20.0
SONG_S: Final = 8.0
NOISY: Final = "잡음 녹음.wav"
DATASET: Final = "두리 낭독"
VOICE: Final = "두리"
SNR_DB: Final = 5.0
CHECKPOINT_EVERY: Final = 4
STEPS: Final = 400
"""More than the test has patience for: it says when it has heard enough."""


def short(path: Path) -> str:
    """What the beginning of a sound is called in the library."""
    return f"{path.stem}.wav"


def noisy(path: Path) -> bytes:
    """A recording with white noise so loud that nobody should train on it."""
    wave, rate = decode(path)
    voice = np.atleast_2d(wave)[:1, : round(SPEECH_S * rate)].astype(np.float32)
    level = float(np.sqrt(np.mean(voice**2))) * 10 ** (-SNR_DB / 20)
    noise = np.random.default_rng(1).standard_normal(voice.shape) * level
    return wav_bytes((voice + noise).astype(np.float32), rate)


def ended(visitor: Visitor, sentence: str) -> Locator:
    """The banner of a job that ended well, once it is there."""
    banner = visitor.page.get_by_role("status").filter(has_text=sentence)
    expect(banner).to_be_visible(timeout=JOB_MS)
    return banner


def examine(visitor: Visitor) -> None:
    """From the dataset's card to its report, and a noisy recording replaced by a clean one."""
    page = visitor.page
    visitor.go("/library?tab=datasets")
    card = page.get_by_role("article", name=DATASET)
    card.get_by_role("button", name="분석").click()
    card.get_by_role("link", name="리포트 보기").click(timeout=JOB_MS)
    expect(page.get_by_role("heading", name="음높이 분포")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("가운데 음은 [A-G]#?[0-9]"))).to_be_visible()
    page.get_by_text("표로 보기").click()
    expect(page.get_by_role("table", name="음높이 분포")).to_be_visible()
    row = page.get_by_role("listitem", name=NOISY)
    row.get_by_role("button", name="잡음 제거").click()
    dialog = page.get_by_role("dialog", name="학습용으로 다듬기")
    assert violations(visitor) == []
    dialog.get_by_role("button", name="다듬기 시작").click()
    row.get_by_role("button", name="다듬은 녹음으로 바꾸기").click(timeout=JOB_MS)
    expect(row.get_by_text("데이터셋에서 뺀 파일입니다.")).to_be_visible()
    expect(page.get_by_text("분석한 뒤에 데이터셋의 파일이 바뀌었습니다.")).to_be_visible()
    visitor.snap("report")
    assert violations(visitor) == []


def train_until_heard_enough(visitor: Visitor) -> None:
    """See the report again where the training starts, watch the quality, end it early."""
    page = visitor.page
    visitor.go("/library?tab=datasets")
    page.get_by_role("article", name=DATASET).get_by_role("link", name="이 데이터로 학습").click()
    visitor.consent(VOICE)
    visitor.next_step("진단")
    expect(page.get_by_role("heading", name="음높이 분포")).to_be_visible()
    visitor.next_step("설정")
    page.get_by_role("spinbutton", name="학습 스텝").fill(str(STEPS))
    page.get_by_text("고급 설정").click()
    page.get_by_role("spinbutton", name="배치 크기").fill("2")
    page.get_by_role("spinbutton", name="체크포인트 간격").fill(str(CHECKPOINT_EVERY))
    visitor.next_step("확인")
    visitor.button("학습 시작").click()
    page.wait_for_url("**/jobs/*")
    step = re.compile(f"[{CHECKPOINT_EVERY}-9]스텝에서 최고")
    expect(page.get_by_role("img", name=step)).to_be_visible(timeout=JOB_MS)
    expect(page.get_by_role("img", name=re.compile("^품질 100점 중"))).to_be_visible()
    visitor.snap("job-quality")
    assert violations(visitor) == []
    visitor.button("지금 마무리").click()
    page.get_by_role("alertdialog").get_by_role("button", name="지금 마무리").click()
    ended(visitor, "학습이 끝났습니다")


def choose_another_checkpoint(visitor: Visitor) -> None:
    page = visitor.page
    page.get_by_role("link", name="목소리 보기").click()
    checkpoints = page.get_by_role("region", name="체크포인트")
    in_use = checkpoints.get_by_role("listitem").filter(has_text="사용 중")
    before = in_use.inner_text()
    checkpoints.get_by_role("button", name=re.compile("스텝 사용$")).first.click()
    expect(in_use).not_to_have_text(before, use_inner_text=True)
    visitor.snap("voice-quality")
    assert violations(visitor) == []
    visitor.button("이어서 학습").click()
    dialog = page.get_by_role("dialog", name="이어서 학습")
    dialog.get_by_role("spinbutton", name="모두 합한 스텝").fill("1")
    expect(dialog.get_by_role("alert")).to_be_visible()
    expect(dialog.get_by_role("button", name="이어서 학습")).to_be_disabled()
    page.keyboard.press("Escape")


def separate(visitor: Visitor) -> None:
    """From a file's menu to its stems, which the library finds again."""
    page = visitor.page
    visitor.go("/library")
    visitor.button(f"{short(MIX)} 메뉴").click()
    page.get_by_role("menuitem", name="보컬과 반주 분리").click()
    page.get_by_role("dialog").get_by_role("button", name="분리 시작").click()
    page.wait_for_url("**/jobs/*")
    ended(visitor, "보컬과 반주를 나눴습니다")
    expect(page.get_by_role("article")).to_have_count(2)
    visitor.go("/library")
    page.get_by_role("combobox", name="파일 종류").select_option(label="반주")
    ticks = page.get_by_role("checkbox")
    expect(ticks).to_have_count(1)
    expect(ticks).to_have_accessible_name(re.compile(r"arirang-mix - instrumental\.flac"))


def cover(visitor: Visitor, folder: Path) -> None:
    """A whole song: all its tracks are there, the mix first, and can be saved."""
    page = visitor.page
    visitor.go("/convert")
    put_tick(page.get_by_role("radio", name="노래 전체"))
    put_tick(page.get_by_role("checkbox", name=short(MIX)))
    put_tick(page.get_by_role("radio", name=VOICE))
    page.get_by_text("고급 설정").click()
    page.get_by_text("이펙트", exact=True).click()
    visitor.snap("convert-song")
    assert violations(visitor) == []
    visitor.button("커버 만들기").click()
    page.wait_for_url("**/jobs/*")
    ended(visitor, "커버가 완성되었습니다")
    tracks = page.get_by_role("list", name="트랙").get_by_role("listitem")
    expect(tracks).to_have_count(5)
    expect(tracks.first).to_contain_text("완성된 노래")
    visitor.snap("job-cover")
    assert violations(visitor) == []
    with page.expect_download() as download:
        tracks.first.get_by_role("button", name=re.compile("다운로드$")).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    made, rate = decode(path)
    assert abs(made.shape[-1] / rate - SONG_S) < 0.05


def convert_two_at_once(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/convert")
    for song in (short(SONG), short(recordings("b")[0])):
        put_tick(page.get_by_role("checkbox", name=song).first)
    put_tick(page.get_by_role("radio", name=VOICE))
    visitor.button("2곡 변환 시작").click()
    page.wait_for_url("**/batches/*")
    expect(page.get_by_text("2건 중 2건 끝남")).to_be_visible(timeout=JOB_MS)
    expect(page.get_by_role("article")).to_have_count(2)
    visitor.snap("batch")
    assert violations(visitor) == []


def test_all_that_can_be_made(visitor: Visitor, customer: Customer, tmp_path: Path) -> None:
    speech = recordings("b")[:2]
    files = {short(path): beginning(path, SPEECH_S) for path in speech}
    files |= {short(path): beginning(path, SONG_S) for path in (SONG, MIX)}
    files[NOISY] = noisy(recordings("b")[2])
    uploaded = {name: customer.upload(name, content) for name, content in files.items()}
    members = [uploaded[short(path)] for path in speech] + [uploaded[NOISY]]
    customer.post("/api/v1/datasets", {"name": DATASET, "file_ids": members})
    ways: list[Callable[[Visitor], None]] = [
        examine,
        train_until_heard_enough,
        choose_another_checkpoint,
        separate,
        convert_two_at_once,
    ]
    for way in ways:
        way(visitor)
    cover(visitor, tmp_path)
