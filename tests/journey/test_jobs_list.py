"""The list of all jobs: filters in the address, two thousand rows, cancel and retry of several."""

import re
import subprocess
import sys
from typing import Final

from playwright.sync_api import APIResponse, Locator, Route, expect

from tests.journey.visitor import SCREENS, SHORT_MS, Visitor
from tests.trials.customer import Customer, singing, wait_for
from voicestudio.embedded.places import REPOSITORY

MANY: Final = 2_000
_MAKE: Final = """
import uuid
from apps.accounts.models import User
from apps.jobs.models import Job
workspace = User.objects.get(email={email!r}).memberships.get().workspace_id
Job.objects.bulk_create(
    Job(workspace_id=workspace, kind="convert" if n % 2 else "train", title=f"노래 {{n:04}}",
        state="failed" if n % 10 == 0 else "succeeded", params={{}}, quote=9,
        cost=None if n % 10 == 0 else 7,
        inputs={{"source": {{"id": str(uuid.uuid4()), "name": "x"}}}})
    for n in range({many})
)
"""


def make_many(customer: Customer) -> None:
    """Jobs that have ended already, as if the customer had worked here for a year."""
    subprocess.run(
        [
            *(sys.executable, "manage.py", "shell", "-v0", "-c"),
            _MAKE.format(email=customer.email, many=MANY),
        ],
        cwd=REPOSITORY,
        env=dict(customer.stack.environment),
        check=True,
    )


def rows(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("list", name="작업").get_by_role("listitem")


def test_two_thousand_jobs_scroll_to_the_end(visitor: Visitor, customer: Customer) -> None:
    """Pages are read as they are needed, and only rows near the window stand in the page."""
    make_many(customer)
    page = visitor.page
    visitor.go("/jobs")
    expect(rows(visitor).first).to_be_visible()
    last = rows(visitor).filter(has_text="노래 0000")

    def scrolled_to_the_end() -> bool:
        page.mouse.wheel(0, 6_000)
        page.wait_for_timeout(40)
        assert rows(visitor).count() < 60
        return last.count() > 0

    for width, height in SCREENS.values():
        page.set_viewport_size({"width": width, "height": height})
        page.mouse.move(width / 2, height / 2)
        wait_for(scrolled_to_the_end, 5 * SHORT_MS / 1000, "the last job never came")
        expect(last).to_be_visible()
        page.evaluate("window.scrollTo(0, 0)")
        expect(rows(visitor).filter(has_text=f"노래 {MANY - 1:04}")).to_be_visible()


def test_filters_stand_in_the_address(visitor: Visitor, customer: Customer) -> None:
    make_many(customer)
    page = visitor.page
    visitor.go("/jobs")
    page.get_by_role("combobox", name="상태").select_option(label="실패")
    page.wait_for_url(re.compile(r"state=failed"))
    expect(rows(visitor).first).to_contain_text("노래 1990")
    page.get_by_role("combobox", name="종류").select_option(label="노래 변환")
    expect(page.get_by_role("heading", name="찾는 작업이 없습니다")).to_be_visible()
    page.get_by_role("link", name="조건 지우기").click()
    page.get_by_role("searchbox", name="작업 이름으로 검색").fill("노래 001")
    page.wait_for_url(re.compile(r"q="))
    expect(rows(visitor)).to_have_count(10)
    page.reload()
    expect(rows(visitor)).to_have_count(10)
    expect(page.get_by_role("searchbox", name="작업 이름으로 검색")).to_have_value("노래 001")
    rows(visitor).first.get_by_role("link").click()
    page.wait_for_url("**/jobs/*")
    page.go_back()
    expect(rows(visitor)).to_have_count(10)
    visitor.snap("jobs")


def test_several_are_cancelled_and_tried_again(visitor: Visitor, customer: Customer) -> None:
    page = visitor.page
    files = [customer.upload(f"긴 노래 {number}.wav", singing(45)) for number in (1, 2)]
    jobs = customer.make("separations", files)
    visitor.go("/jobs")
    for number in (1, 2):
        page.get_by_role("checkbox", name=re.compile(f"긴 노래 {number}.* 선택")).click()
    visitor.button("2개 취소").click()
    dialog = page.get_by_role("alertdialog", name="작업 2개를 취소할까요?")
    dialog.get_by_role("button", name="작업 취소").click()
    expect(rows(visitor).filter(has_text="취소됨")).to_have_count(2)
    assert {customer.job(job)["state"] for job in jobs} == {"cancelled"}
    expect(page.get_by_role("region", name="선택한 작업")).to_have_count(0)
    held: list[tuple[Route, APIResponse]] = []
    page.route("**/retry", lambda route: held.append((route, route.fetch())))

    def answered() -> bool:
        page.wait_for_timeout(40)
        return bool(held)

    tick = page.locator("main li").get_by_role("checkbox", include_hidden=True).first
    tick.click()
    rows(visitor).first.get_by_role("button", name=re.compile("다시 시도")).click()
    expect(rows(visitor).filter(has_text="취소됨")).to_have_count(1)
    expect(tick).to_be_checked()
    rows(visitor).first.get_by_role("button", name=re.compile("취소")).click()
    dialog = page.get_by_role("alertdialog", name="작업을 취소할까요?")
    expect(dialog).to_be_visible()
    wait_for(answered, SHORT_MS / 1000, "the retry was never answered")
    [(retry, answer)] = held
    retry.fulfill(response=answer)
    expect(tick).not_to_be_checked()
    dialog.get_by_role("button", name="작업 취소").click()
    expect(rows(visitor).filter(has_text="취소됨")).to_have_count(2)
