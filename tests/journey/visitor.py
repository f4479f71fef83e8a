"""A person at a browser: what each page lets them do, by its accessible names."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Locator, Page, expect

from tests.journey.mail import mail_to, text_of
from tests.journey.ticking import put_tick
from tests.live import LiveStack
from tests.trials.customer import PASSWORD, wait_for
from voicestudio.embedded.places import REPOSITORY

SCREENS: Final = {"desktop": (1280, 860), "phone": (390, 844)}
SHORT_MS: Final = 60_000
JOB_MS: Final = 20 * 60_000


def artifacts() -> Path:
    """Where screenshots are kept: TEST_ARTIFACTS, or var/test-artifacts."""
    folder = Path(os.environ.get("TEST_ARTIFACTS") or REPOSITORY / "var" / "test-artifacts")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass
class Visitor:
    """Somebody with ``page`` open at ``stack``."""

    stack: LiveStack
    page: Page

    def go(self, path: str) -> None:
        self.page.goto(self.stack.url + path)

    def button(self, name: str | re.Pattern[str], *, exact: bool = True) -> Locator:
        return self.page.get_by_role("button", name=name, exact=exact)

    def until(self, expression: str) -> None:
        """Until the page's JavaScript says yes.

        Playwright's ``wait_for_function`` evaluates within the page, which our content security
        policy refuses; ``evaluate`` goes by the browser's debugger.
        """
        wait_for(lambda: bool(self.page.evaluate(expression)), SHORT_MS / 1000, expression)

    def snap(self, name: str) -> None:
        """Keep the page as a picture at the width of a desk and of a phone.

        Fails where the page is wider than the phone.
        """
        for screen, (width, height) in SCREENS.items():
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.evaluate("window.scrollTo(0, 0)")  # bars that stick would stand in mid-page
            self.page.wait_for_timeout(400)
            path = artifacts() / f"{name}-{screen}.png"
            self.page.screenshot(path=path, full_page=True, animations="disabled")
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} px wide at {width} px"
        width, height = SCREENS["desktop"]
        self.page.set_viewport_size({"width": width, "height": height})

    def sign_up(self, address: str) -> None:
        """Through the mail's link to the signed-in home page."""
        page = self.page
        self.go("/signup")
        page.get_by_label("이메일").fill(address)
        page.get_by_label("비밀번호", exact=True).fill(PASSWORD)
        self.button("가입하기").click()
        expect(page.get_by_role("alert")).to_contain_text("동의해 주세요")
        for document in ("이용약관", "개인정보 처리방침"):
            page.get_by_role("checkbox", name=f"{document}에 동의합니다").click()
        self.snap("signup")
        self.button("가입하기").click()
        expect(page.get_by_role("heading", name="메일을 확인해 주세요")).to_be_visible()
        self.snap("signup-mail")
        message = wait_for(lambda: mail_to(self.stack, address), 60, "no mail")
        link = re.search(rf"{re.escape(self.stack.url)}/verify-email/\S+", text_of(message))
        assert link, text_of(message)
        page.goto(link[0])
        self.snap("verify-email")
        self.button("이메일 인증하기").click()
        expect(page.get_by_role("heading", name="무엇을 만들어 볼까요?")).to_be_visible()

    def sign_out(self) -> None:
        self.go("/account")
        self.button("로그아웃").click()
        expect(self.button("로그인")).to_be_visible()

    def sign_in(self, address: str) -> None:
        page = self.page
        self.go("/signin")
        page.get_by_label("이메일").fill(address)
        page.get_by_label("비밀번호", exact=True).fill(PASSWORD)
        self.snap("signin")
        self.button("로그인").click()
        expect(page.get_by_role("heading", name="무엇을 만들어 볼까요?")).to_be_visible()

    def upload(self, files: list[Path]) -> None:
        """Choose files in the library and wait until each can be played."""
        page = self.page
        self.go("/library")
        with page.expect_file_chooser() as chooser:
            self.button("파일 올리기", exact=False).first.click()
        chooser.value.set_files(files)
        for file in files:
            expect(self.button(f"{file.name} 재생")).to_be_visible(timeout=5 * SHORT_MS)

    def make_dataset(self, name: str, files: list[Path]) -> None:
        page = self.page
        self.go("/library")
        for file in files:
            put_tick(page.get_by_role("checkbox", name=f"{file.name} 선택"))
        self.snap("library-selection")
        self.button("데이터셋 만들기").click()
        dialog = page.get_by_role("dialog", name="데이터셋 만들기")
        dialog.get_by_role("textbox", name="데이터셋 이름").fill(name)
        self.snap("dataset-dialog")
        dialog.get_by_role("button", name="만들기", exact=True).click()
        expect(page.get_by_role("article", name=name)).to_be_visible()

    def start_training(self, dataset: str, voice: str, steps: int) -> None:
        """From the dataset's card to the job's page."""
        page = self.page
        self.go("/library?tab=datasets")
        article = page.get_by_role("article", name=dataset)
        article.get_by_role("link", name="이 데이터로 학습").click()
        self.consent(voice)
        self.next_step("진단")
        self.next_step("설정")
        put_tick(page.get_by_role("radio", name="풀"))
        expect(page.get_by_role("note")).to_be_hidden()
        put_tick(page.get_by_role("radio", name="드래프트"))
        expect(page.get_by_role("note")).to_contain_text("스타터 엔진으로 만듭니다")
        page.get_by_role("spinbutton", name="학습 스텝").fill(str(steps))
        page.get_by_text("고급 설정").click()
        page.get_by_role("spinbutton", name="배치 크기").fill("2")
        page.get_by_role("spinbutton", name="미리듣기 수").fill("1")
        self.snap("voice-new")
        self.next_step("확인")
        self.button("학습 시작").click()
        page.wait_for_url("**/jobs/*")

    def consent(self, voice: str) -> None:
        """Fill in the first step of the way to a voice, and go on to the sources."""
        page = self.page
        page.get_by_role("textbox", name="목소리 이름").fill(voice)
        page.get_by_role("textbox", name="가창자 이름").fill("합성 화자")
        put_tick(page.get_by_role("radio", name="내 목소리"))
        put_tick(page.get_by_role("checkbox", name="위 내용에 동의합니다"))
        self.next_step("녹음")

    def next_step(self, heading: str) -> None:
        """On to the wizard's next step, of this heading."""
        self.button("다음").click()
        title = self.page.get_by_role("heading", name=heading, exact=True)
        expect(title).to_be_visible()
        expect(title).to_be_focused()

    def start_conversion(self, song: Path, voice: str, semitones: int) -> None:
        page = self.page
        self.go("/convert")
        put_tick(page.get_by_role("checkbox", name=song.name))
        put_tick(page.get_by_role("radio", name=voice))
        key = page.get_by_role("button", name="반음 올리기" if semitones > 0 else "반음 내리기")
        for _ in range(abs(semitones)):
            key.click()
        expect(page.get_by_role("slider", name="키 변경")).to_have_value(str(semitones))
        self.snap("convert")
        self.button("변환 시작").click()
        page.wait_for_url("**/jobs/*")
