"""Home: what runs, what is left, what there is and was done, and the newest results."""

import re
from typing import Final

from playwright.sync_api import expect

from tests.journey.visitor import Visitor
from tests.trials.customer import Customer, singing, wait_for

FILES: Final = 4


def figures(visitor: Visitor) -> list[str]:
    """Each card's label, value and note."""
    region = visitor.page.get_by_role("region", name="한눈에 보기")
    cards = region.get_by_role("listitem")
    expect(cards).to_have_count(6)
    expect(cards.filter(has_text="–")).to_have_count(0)
    return [text.replace("\n", " ").strip() for text in cards.all_inner_texts()]


def test_home_tells_what_runs_what_is_left_and_what_was_made(
    visitor: Visitor, customer: Customer
) -> None:
    page = visitor.page
    short = customer.upload("짧은 노래.wav", singing(2))
    [done] = customer.make("separations", [short])
    cost = customer.wait_for_success(done)["cost"]
    long = customer.upload("긴 노래.wav", singing(50))
    customer.voice("달빛")
    [running] = customer.make("separations", [long])

    # two songs, and the first one's stems once they were measured
    wait_for(lambda: customer.get("/api/v1/stats")["files"]["ready"] == FILES, 60, "stems")
    visitor.go("/")
    card = page.get_by_role("region", name="진행 중인 작업").get_by_role("article")
    expect(card).to_have_count(1)
    expect(card).to_contain_text("긴 노래")
    expect(card.get_by_role("progressbar")).to_be_visible()
    found = figures(visitor)
    available, reserved = customer.credits()
    used = customer.get("/api/v1/usage")["minutes"]["used"]
    assert found[0] == f"남은 크레딧 {available:,} {reserved} 예약됨"
    assert found[1] == f"이번 달 남은 시간 제한 없음 이번 달 {used}분 사용"
    assert found[2].startswith("목소리 0")
    assert found[3].startswith(f"오디오 파일 {FILES} ")
    assert found[4] == "변환한 노래 0"
    assert found[5].startswith("GPU 시간 ")
    assert found[5] != "GPU 시간 0초 최근 30일"
    visitor.snap("home-running")

    card.get_by_role("link").click()
    page.wait_for_url(f"**/jobs/{running}")
    customer.post(f"/api/v1/jobs/{running}/cancel", status=200)
    customer.wait_for_job(running, lambda job: bool(job["state"] == "cancelled"))
    visitor.go("/")
    assert figures(visitor)[0] == f"남은 크레딧 {available + reserved:,} 30일 동안 {cost} 사용"
    expect(page.get_by_role("region", name="진행 중인 작업")).to_have_count(0)


def test_a_page_that_cannot_be_read_says_what_to_do(visitor: Visitor) -> None:
    page = visitor.page
    of_jobs = re.compile(r"/api/v1/jobs(\?|$)")
    page.route(of_jobs, lambda route: route.fulfill(status=503, body="{}"))
    visitor.go("/")
    alert = page.get_by_role("alert")
    expect(alert).to_be_visible()
    page.unroute(of_jobs)
    alert.get_by_role("button", name="다시 시도").click()
    expect(alert).to_have_count(0)
    expect(page.get_by_role("heading", name="이렇게 만들어집니다")).to_be_visible()
