"""The way to a voice, the view of its training and its own page, in a real browser.

A real page, database and store; no workers: what a training would do is written down by the test.
"""

import io
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from django.conf import settings as configured
from django.test import Client
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from apps.accounts.models import User, Workspace
from apps.billing.models import Balance
from apps.common import storage
from apps.jobs.models import Attempt, EventType, Job, JobEvent, VoiceUse
from apps.jobs.states import AttemptState, JobState
from apps.library.models import AudioFile
from apps.voices import services as voices
from apps.voices import statement
from apps.voices.models import Consent, Voice, VoiceState
from gpu_worker.contract.params import TrainParams
from tests.apps.voices.made import make_ready
from tests.factories import make_file, make_user, tone, wav_bytes, workspace_of
from tests.journey.conftest import browser
from tests.journey.test_accessible import violations
from tests.journey.test_usage import Looking, apart
from tests.journey.ticking import put_tick
from tests.journey.visitor import SCREENS, artifacts
from tests.trials.customer import wait_for

SCORES: Final = {
    "quality": 61.0,
    "mel_distance": 0.8,
    "f0_correlation": 0.9,
    "speaker_similarity": 0.7,
    "dnsmos": None,
}


@pytest.fixture
def workspace(transactional_db: None) -> Workspace:
    return workspace_of(make_user("singer@example.com"))


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return workspace.members.get()


@pytest.fixture
def studio(live_server: Any, settings: Any) -> str:
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    storage.ensure_bucket([live_server.url])
    return str(live_server.url)


@pytest.fixture
def cookie(owner: User) -> str:
    client = Client()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    return str(client.cookies["sessionid"].value)


@pytest.fixture
def voice(workspace: Workspace, owner: User) -> Voice:
    made: Voice = apart(lambda: make_voice(workspace, owner))
    return made


def make_voice(workspace: Workspace, owner: User) -> Voice:
    made = voices.create(workspace.id, "두리", owner)
    Consent.objects.create(
        workspace=workspace,
        voice=made,
        user=owner,
        statement_version=statement.VERSION,
        statement_text="…",
        singer_name="합성 화자",
        scope="own",
    )
    return made


@pytest.fixture
def chromium() -> Iterator[Browser]:
    """Closed before the database is emptied, which needs a thread without Playwright."""
    with browser() as chromium:
        yield chromium


@dataclass
class Room:
    """A signed-in person's browser at the studio."""

    page: Page
    url: str

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def at(self, heading: str) -> None:
        title = self.page.get_by_role("heading", name=heading, exact=True)
        expect(title).to_be_visible()

    def look(self, name: str) -> None:
        """Accessible, and no wider than a phone; keeps pictures."""
        assert violations(Looking(self.page)) == []  # type: ignore[arg-type]
        for screen, (width, height) in SCREENS.items():
            self.page.set_viewport_size({"width": width, "height": height})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} px wide at {width} px"
            self.page.screenshot(path=artifacts() / f"{name}-{screen}.png", full_page=True)
        width, height = SCREENS["desktop"]
        self.page.set_viewport_size({"width": width, "height": height})


@pytest.fixture
def room(studio: str, cookie: str, page: Page) -> Room:
    name = configured.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": cookie, "url": studio}])
    return Room(page, studio)


@pytest.fixture
def recordings(workspace: Workspace) -> list[AudioFile]:
    names = ("첫 녹음.wav", "둘째 녹음.wav")
    return [
        apart(lambda name=name: make_file(workspace, name=name, duration_s=200.0))  # type: ignore[misc]
        for name in names
    ]


def consent(room: Room) -> None:
    page = room.page
    page.get_by_role("textbox", name="목소리 이름").fill("두리")
    page.get_by_role("textbox", name="가창자 이름").fill("합성 화자")
    put_tick(page.get_by_role("checkbox", name="위 내용에 동의합니다"))


def to_the_start(room: Room) -> None:
    """Through all the steps, on two recordings."""
    page = room.page
    room.go("/voices/new")
    consent(room)
    room.button("다음").click()
    for name in ("첫 녹음.wav", "둘째 녹음.wav"):
        put_tick(page.get_by_role("checkbox", name=name))
    room.button("다음").click()
    room.at("진단")
    room.button("다음").click()
    room.at("설정")
    room.button("다음").click()
    room.at("확인")


def test_a_draft_outlives_reloads_and_the_browser_s_history(
    room: Room, recordings: list[AudioFile]
) -> None:
    page = room.page
    room.go("/voices/new?step=settings")
    room.at("동의")  # what comes before is not done
    room.button("다음").click()
    expect(page.get_by_role("alert")).to_have_text("목소리 이름을 적어 주세요.")
    consent(room)
    page.reload()
    expect(page.get_by_role("textbox", name="목소리 이름")).to_have_value("두리")
    expect(page.get_by_role("checkbox", name="위 내용에 동의합니다")).to_be_checked()
    room.look("wizard-consent")
    room.button("다음").click()
    room.at("녹음")
    assert "step=sources" in page.url
    put_tick(page.get_by_role("checkbox", name="둘째 녹음.wav"))
    expect(page.get_by_text("파일 1개, 모두 3분 20초")).to_be_visible()
    record = page.get_by_role("link", name="녹음하러 가기")
    expect(record).to_have_attribute("href", "/library/record?wizard=new")
    page.reload()
    expect(page.get_by_role("checkbox", name="둘째 녹음.wav")).to_be_checked()
    room.look("wizard-sources")
    page.go_back()
    room.at("동의")
    page.go_forward()
    room.at("녹음")
    page.get_by_role("navigation", name="목소리를 만드는 단계").get_by_role("link").first.click()
    room.at("동의")


def test_from_the_first_step_to_a_training_in_line(
    room: Room, recordings: list[AudioFile], workspace: Workspace, owner: User
) -> None:
    page = room.page
    to_the_start(room)
    facts = page.get_by_role("region", name="견적")
    expect(facts).to_contain_text(re.compile("최대 [0-9]+ 크레딧"))
    room.look("wizard-start")
    page.get_by_role("link", name="스텝 바꾸기").click()
    room.at("설정")
    put_tick(page.get_by_role("radio", name="빠르게"))
    expect(page.get_by_role("spinbutton", name="학습 스텝")).to_have_value("300")
    room.look("wizard-settings")
    room.button("다음").click()
    room.button("학습 시작").click()
    page.wait_for_url("**/jobs/*")
    expect(page.get_by_role("status").filter(has_text="1번째")).to_be_visible()
    expect(page.get_by_role("heading", name="이 화면을 떠나도 됩니다")).to_be_visible()
    job = apart(lambda: Job.objects.get())
    assert (job.asked_by_id, job.params["previews"], job.params["checkpoint_every"]) == (
        owner.pk,
        6,
        50,
    )
    files = {file["id"] for file in job.inputs["files"]}
    assert files == {str(file.pk) for file in recordings}
    kept = apart(lambda: Consent.objects.get())
    assert (kept.singer_name, kept.statement_version) == ("합성 화자", statement.VERSION)
    room.go("/voices/new")
    expect(page.get_by_role("textbox", name="목소리 이름")).to_have_value("")


def test_too_few_credits_are_refused_with_the_way_to_more(
    room: Room, recordings: list[AudioFile], workspace: Workspace
) -> None:
    apart(lambda: Balance.objects.filter(workspace=workspace).update(available=1))
    to_the_start(room)
    alert = room.page.get_by_role("alert").filter(has_text="모자라")
    expect(alert.get_by_role("link")).to_have_attribute("href", "/usage")
    expect(room.button("학습 시작")).to_be_disabled()
    room.look("wizard-short")


# -- the view of a training ----------------------------------------------------------------------


@pytest.fixture
def job(workspace: Workspace, voice: Voice, owner: User) -> Job:
    made: Job = apart(lambda: make_job(workspace, voice, owner))
    return made


def make_job(workspace: Workspace, voice: Voice, owner: User) -> Job:
    """A training that was sent to a GPU."""
    made = Job.objects.create(
        workspace=workspace,
        kind="train",
        state=JobState.DISPATCHED,
        title=voice.name,
        params=TrainParams(previews=2).model_dump(mode="json"),
        inputs={"source": {"id": str(uuid.uuid4()), "name": "낭독"}, "files": []},
        quote=10,
        fence=1,
        total_steps=200,
        asked_by=owner,
    )
    VoiceUse.objects.create(job=made, voice=voice)
    Attempt.objects.create(
        job=made,
        fence=1,
        state=AttemptState.DISPATCHED,
        backend="runpod",
        not_before=timezone.now(),
    )
    return made


def progress(job: Job) -> None:
    """The worker is at step 100: two checkpoints were scored and heard, some losses told."""
    now = timezone.now()
    attempt = job.attempts.get()
    Attempt.objects.filter(pk=attempt.pk).update(state=AttemptState.RUNNING, started_at=now)
    Job.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING,
        started_at=now,
        stage="train",
        step=100,
        fraction=0.5,
        eta_s=90.0,
        version=2,
    )
    seq = iter(range(1, 100))

    def tell(kind: EventType, **payload: Any) -> None:
        JobEvent.objects.create(
            job=job, attempt=attempt, seq=next(seq), type=kind, at=now, payload=payload
        )

    for step in range(0, 100, 5):
        losses = {"mel": 2.0 - step / 100 + (step % 10) / 20}
        tell(EventType.PROGRESS, stage="train", fraction=0.1, step=step, losses=losses)
    for number, step in enumerate((0, 100)):
        name = f"preview-{number:02d}.flac"
        sound = wav_bytes(tone(1.0, 24_000), 24_000)
        storage.write_bytes(f"jobs/{job.id}/{attempt.id}/{name}", sound)
        file = {"name": name, "size": len(sound), "sha256": "0" * 64}
        tell(EventType.EVALUATED, step=step, scores=SCORES, best=step > 0)
        tell(EventType.PREVIEW, step=step, mel_distance=0.8, file=file)


def ends(job: Job, state: JobState) -> None:
    Job.objects.filter(pk=job.pk).update(state=state, finished_at=timezone.now(), version=3)


RECORD_NOTICES: Final = """
window.told = [];
window.Notification = class {
  static permission = "default";
  static requestPermission() { this.permission = "granted"; return Promise.resolve("granted"); }
  constructor(title, options) { window.told.push([title, options.tag]); }
};
Object.defineProperty(document, "hidden", {get: () => window.away === true});
"""


def test_a_training_is_watched_from_the_line_to_its_end(room: Room, job: Job, owner: User) -> None:
    page = room.page
    page.add_init_script(RECORD_NOTICES)
    room.go(f"/jobs/{job.id}")
    expect(page.get_by_role("status").filter(has_text="GPU를 기다리고 있습니다")).to_be_visible()
    expect(page.get_by_text("GPU 대기 중", exact=True)).to_be_visible()
    room.look("training-gpu")
    room.button("브라우저 알림 받기").click()
    expect(room.button("브라우저 알림 켜짐")).to_have_attribute("aria-pressed", "true")
    apart(lambda: progress(job))
    rows = page.get_by_role("region", name="체크포인트").get_by_role("listitem")
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("61점")
    for row in rows.all():
        row.scroll_into_view_if_needed()
        expect(row.locator("canvas[data-drawn]")).to_be_visible()
    compare = page.get_by_role("region", name="체크포인트").get_by_role("link")
    expect(compare).to_have_text("체크포인트 비교해서 듣기")
    expect(compare).to_have_attribute("href", f"/compare?training={job.id}")
    rows.nth(1).get_by_role("button", name="100스텝 재생").click()
    player = page.get_by_role("region", name="재생기")
    expect(player.get_by_role("slider", name="재생 위치")).not_to_have_value("0")
    player.get_by_role("button", name="재생기 닫기").click()
    curve = page.get_by_role("region", name="학습 곡선")
    smooth = curve.get_by_role("slider", name="다듬기")
    line = curve.locator("svg path").last
    before = line.get_attribute("d")
    smooth.press("Home")
    expect(curve.get_by_text("끔", exact=True)).to_be_visible()
    assert line.get_attribute("d") != before
    room.look("training-running")
    page.evaluate("window.away = true")
    apart(lambda: ends(job, JobState.SUCCEEDED))
    wait_for(lambda: page.evaluate("window.told.length > 0"), 60, "no notification")
    page.wait_for_timeout(3000)
    assert page.evaluate("window.told") == [["“두리” 목소리가 완성되었습니다", str(job.id)]]


def test_mails_are_switched_off_where_one_waits(room: Room, job: Job, owner: User) -> None:
    room.go(f"/jobs/{job.id}")
    switch = room.page.get_by_role("switch", name="학습이 끝나면 메일 받기")
    expect(switch).to_be_checked()
    switch.click()
    expect(switch).not_to_be_checked()
    room.go("/account")
    expect(switch).not_to_be_checked()
    assert apart(lambda: User.objects.get(pk=owner.pk).mails_trainings) is False
    room.look("account-notices")


# -- the voice's own page ------------------------------------------------------------------------


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "teal").save(out, "PNG")
    return out.getvalue()


def stored(voice: Voice) -> Callable[[], Voice]:
    return lambda: Voice.objects.get(pk=voice.pk)


def test_a_voice_gets_a_picture_tags_and_stars(room: Room, voice: Voice) -> None:
    apart(lambda: make_ready(voice))
    page = room.page
    room.go(f"/voices/{voice.id}")
    expect(page.get_by_text("singer@example.com").last).to_be_visible()
    expect(
        page.get_by_role("img", name="음역은 G2부터 D4까지, 가운데 음은 F#3입니다.")
    ).to_be_visible()
    file = page.get_by_label("사진 파일")
    file.set_input_files({"name": "big.png", "mimeType": "image/png", "buffer": b"x" * (2**21 + 1)})
    expect(page.get_by_text("사진이 너무 큽니다")).to_be_visible()
    file.set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(page.get_by_text("읽을 수 없는 사진입니다")).to_be_visible()
    file.set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": a_picture()})
    expect(page.get_by_role("main").locator("img")).to_be_visible()
    for tag in ("발라드", "남성"):
        page.get_by_label("태그 추가", exact=True).fill(tag)
        page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="태그").get_by_role("listitem")).to_have_count(2)
    first = page.get_by_role("radio", name="별 1개")
    first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="별 4개")).to_be_checked()

    def is_kept() -> bool:
        kept = apart(stored(voice))
        return (kept.tags, kept.rating) == (["발라드", "남성"], 4)

    wait_for(is_kept, 30, "tags and stars were not kept")
    room.button("남성 태그 빼기").click()
    expect(page.get_by_role("list", name="태그").get_by_role("listitem")).to_have_count(1)
    room.look("voice-page")
    apart(lambda: make_file(voice.workspace, name="봄비.wav"))
    room.go(f"/convert?voice={voice.id}")
    expect(page.get_by_role("region", name="목소리 선택").locator("img")).to_be_visible()
    room.look("convert-picture")
    room.go(f"/voices/{voice.id}")
    room.button("사진 바꾸기").click()
    page.get_by_role("menuitem", name="사진 지우기").click()
    expect(page.get_by_role("main").locator("img")).to_have_count(0)


def test_a_deletion_says_what_goes_and_what_stays(room: Room, voice: Voice) -> None:
    apart(lambda: make_ready(voice))
    page = room.page
    room.go(f"/voices/{voice.id}")
    room.button("두리 메뉴").click()
    page.get_by_role("menuitem", name="삭제").click()
    dialog = page.get_by_role("alertdialog")
    gone = dialog.get_by_role("list", name="함께 삭제됩니다").get_by_role("listitem")
    expect(gone).to_have_text(["목소리 모델과 인덱스(15 B)", "고를 수 있는 체크포인트 1개"])
    kept = dialog.get_by_role("list", name="그대로 남습니다").get_by_role("listitem")
    expect(kept).to_have_text(["학습에 쓴 녹음과 데이터셋", "동의 기록"])
    room.look("voice-delete")
    dialog.get_by_role("button", name="삭제").click()
    page.wait_for_url("**/voices")
    expect(page.get_by_role("heading", name="아직 목소리가 없습니다")).to_be_visible()
    assert apart(stored(voice)).state == VoiceState.DELETED


def test_voices_are_found_and_sorted(room: Room, workspace: Workspace) -> None:
    rows: list[tuple[str, list[str], float | None, int | None]] = [
        ("다온", ["발라드"], 50.0, None),
        ("가람", ["락", "발라드"], None, 3),
        ("나래", [], 80.0, 5),
    ]

    def make() -> None:
        for name, tags, quality, rating in rows:
            Voice.objects.create(
                workspace=workspace, name=name, tags=tags, quality=quality, rating=rating
            )

    apart(make)
    page = room.page
    room.go("/voices")
    names = page.get_by_role("article").get_by_role("heading")
    expect(names).to_have_text(["나래", "가람", "다온"])
    page.get_by_role("combobox", name="정렬").select_option(label="품질순")
    expect(names).to_have_text(["나래", "다온", "가람"])
    page.get_by_role("combobox", name="정렬").select_option(label="별점순")
    expect(names).to_have_text(["나래", "가람", "다온"])
    page.get_by_role("link", name="발라드 2").click()
    expect(names).to_have_text(["가람", "다온"])
    assert "sort=rating" in page.url
    page.reload()
    expect(names).to_have_text(["가람", "다온"])
    page.get_by_role("searchbox", name="이름이나 태그 검색").fill("락")
    expect(names).to_have_text(["가람"])
    room.look("voices-found")
    page.get_by_role("searchbox", name="이름이나 태그 검색").fill("없는 목소리")
    expect(page.get_by_role("heading", name="찾는 목소리가 없습니다")).to_be_visible()


def test_a_voice_of_another_program_is_sent_to_be_checked(room: Room, workspace: Workspace) -> None:
    page = room.page
    room.go("/voices")
    page.get_by_role("link", name="가져오기").first.click()
    room.at("목소리 가져오기")
    consent(room)
    room.button("올리고 확인하기").click()
    expect(page.get_by_role("alert")).to_have_text("모델 파일(.pth)을 골라 주세요.")
    room.look("voice-import")
    for label, name in (("모델 파일(.pth)", "두리.pth"), ("인덱스 파일(.index)", "두리.index")):
        page.get_by_label(label).set_input_files(
            {"name": name, "mimeType": "application/octet-stream", "buffer": name.encode()}
        )
    room.button("올리고 확인하기").click()
    page.wait_for_url("**/jobs/*")
    expect(page.get_by_text("목소리 가져오기").first).to_be_visible()
    job = apart(lambda: Job.objects.get())
    assert job.kind == "import"
    assert storage.read_bytes(job.inputs["model"]["key"]) == "두리.pth".encode()
    assert storage.read_bytes(job.inputs["index"]["key"]) == "두리.index".encode()
