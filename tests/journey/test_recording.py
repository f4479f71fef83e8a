"""Recording with a microphone, as Chromium makes one up out of a file."""

import io
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, expect

from tests.factories import wav_bytes
from tests.journey.conftest import browser
from tests.journey.test_accessible import violations
from tests.journey.visitor import Visitor
from tests.trials.customer import Customer

RATE: Final = 48_000
PITCH_HZ: Final = 440.0
QUIET_S, LOUD_S = 20, 12


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Its microphone hears a tone: far too quiet at first, then louder than can be written."""
    seconds = np.arange((QUIET_S + LOUD_S) * RATE) / RATE
    gain = np.where(seconds < QUIET_S, 0.003, 1.0)
    sound = (gain * np.sin(2 * np.pi * PITCH_HZ * seconds))[None].astype(np.float32)
    path: Path = tmp_path_factory.mktemp("microphone") / "heard.wav"
    path.write_bytes(wav_bytes(sound, RATE))
    with browser(
        "--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={path}"
    ) as found:
        yield found


def periods(wave: NDArray[np.float64]) -> NDArray[np.float64]:
    """Samples from one rising zero crossing to the next, each crossing placed between samples.

    Chromium's made-up device misses its time on a busy machine: then a period or two are torn, and
    all others keep their length. A spectrum would be smeared by one such gap.
    """
    before = np.flatnonzero((wave[:-1] < 0) & (wave[1:] >= 0))
    return np.diff(before + wave[before] / (wave[before] - wave[before + 1]))


def test_a_take_is_recorded_and_kept(visitor: Visitor, customer: Customer) -> None:
    page = visitor.page
    page.context.grant_permissions(["microphone"])
    visitor.go("/library")
    page.get_by_role("link", name="녹음하기").click()
    expect(page.get_by_role("heading", name="읽을 글")).to_be_visible()
    visitor.button("마이크 켜기").click()
    expect(page.get_by_role("combobox", name="마이크 선택")).to_be_visible()
    meter = page.get_by_role("meter", name="입력 크기")
    expect(meter).not_to_have_attribute("aria-valuenow", "-60")
    assert violations(visitor) == []
    visitor.button("녹음 시작").click()
    expect(page.get_by_role("status").get_by_text("3", exact=True)).to_be_visible()
    expect(page.get_by_role("timer")).to_be_visible()
    warning = page.get_by_role("alert")
    expect(warning).to_contain_text("소리가 너무 작습니다")
    expect(warning).to_contain_text("소리가 너무 커서 깨졌습니다")
    visitor.button("녹음 끝내기").click()
    heard = page.get_by_label("녹음 듣기")
    expect(heard).to_be_visible()
    visitor.until("document.querySelector('audio[controls]').readyState > 0")
    length_s: float = heard.evaluate("audio => audio.duration")
    visitor.snap("record-taken")

    # Nobody loses a take by a click beside it.
    page.get_by_role("link", name="목소리", exact=True).first.click()
    asked = page.get_by_role("alertdialog", name="저장하지 않고 나갈까요?")
    asked.get_by_role("button", name="그대로 두기").click()
    expect(heard).to_be_visible()

    page.get_by_role("textbox", name="파일 이름").fill("첫 녹음")
    visitor.button("라이브러리에 저장").click()
    expect(visitor.button("첫 녹음.wav 재생")).to_be_visible()
    [file] = customer.get("/api/v1/files?kind=recording")["results"]
    assert (file["name"], file["sample_rate"], file["channels"]) == ("첫 녹음.wav", RATE, 1)
    assert file["duration_s"] == pytest.approx(length_s, abs=0.001)
    link = customer.get(f"/api/v1/files/{file['id']}/download")["url"]
    with wave.open(io.BytesIO(httpx.get(link).content)) as take:
        assert (take.getsampwidth(), take.getnchannels(), take.getframerate()) == (3, 1, RATE)
        raw = np.frombuffer(take.readframes(take.getnframes()), np.uint8).reshape(-1, 3)
    samples = np.pad(raw, ((0, 0), (1, 0))).view("<i4")[:, 0] / 2**31
    assert np.max(np.abs(samples)) > 0.99
    pitches = RATE / periods(samples)
    assert len(pitches) > 0.7 * PITCH_HZ * length_s
    assert np.median(pitches) == pytest.approx(PITCH_HZ, rel=0.002)
    assert np.mean(np.abs(pitches / PITCH_HZ - 1) < 0.01) > 0.8


def test_a_take_comes_back_to_the_voice_it_is_for(visitor: Visitor) -> None:
    page = visitor.page
    page.context.grant_permissions(["microphone"])
    visitor.go("/voices/new")
    visitor.consent("하루")
    page.get_by_role("link", name="녹음하러 가기").click()
    page.wait_for_url("**/library/record?wizard=new")
    visitor.button("마이크 켜기").click()
    visitor.button("녹음 시작").click()
    expect(page.get_by_role("timer")).to_contain_text("0:03")
    visitor.button("녹음 끝내기").click()
    page.get_by_role("textbox", name="파일 이름").fill("낭독")
    visitor.snap("record-for-voice")
    visitor.button("저장하고 목소리 만들기로 돌아가기").click()
    expect(page.get_by_role("heading", name="녹음", exact=True)).to_be_visible()
    expect(page.get_by_role("checkbox", name="낭독.wav")).to_be_checked()
    expect(visitor.button("낭독.wav 재생")).to_be_visible()
    visitor.snap("wizard-take")
    assert violations(visitor) == []
    visitor.next_step("진단")


def test_a_take_is_given_up_and_done_again(visitor: Visitor) -> None:
    page = visitor.page
    page.context.grant_permissions(["microphone"])
    visitor.go("/library/record")
    visitor.button("마이크 켜기").click()
    visitor.button("녹음 시작").click()
    visitor.button("취소").click()
    visitor.button("녹음 시작").click()
    expect(page.get_by_role("timer")).to_contain_text("0:01")
    visitor.button("녹음 끝내기").click()
    visitor.button("다시 녹음").click()
    expect(visitor.button("녹음 시작")).to_be_visible()


def test_a_blocked_microphone(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/library/record")
    visitor.button("마이크 켜기").click()
    expect(page.get_by_role("heading", name="마이크 사용이 막혀 있습니다")).to_be_visible()
    visitor.snap("record-denied")
    page.context.grant_permissions(["microphone"])
    visitor.button("다시 시도").click()
    expect(visitor.button("녹음 시작")).to_be_visible()
