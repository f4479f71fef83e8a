"""Where websockets are blocked, pages keep themselves fresh by asking."""

import re

import pytest
from playwright.sync_api import WebSocketRoute, expect

from tests.journey.material import recordings
from tests.journey.visitor import JOB_MS, Visitor
from tests.trials.customer import Customer


@pytest.fixture
def blocked(visitor: Visitor) -> list[str]:
    """Addresses of the websockets that were refused."""
    refused: list[str] = []

    def refuse(socket: WebSocketRoute) -> None:
        refused.append(socket.url)
        socket.close(code=1011)

    visitor.page.route_web_socket(re.compile("/ws/"), refuse)
    return refused


def test_a_job_is_watched_and_cancelled_without_websockets(
    visitor: Visitor, blocked: list[str]
) -> None:
    page = visitor.page
    speech = recordings("a")[:1]
    visitor.upload(speech)
    visitor.make_dataset("낭독", speech)
    visitor.start_training("낭독", "막힌 길", steps=500)
    expect(page.get_by_text("진행 중", exact=True).first).to_be_visible(timeout=JOB_MS)
    visitor.button("작업 취소").click()
    page.get_by_role("alertdialog").get_by_role("button", name="작업 취소").click()
    expect(page.get_by_text("취소됨", exact=True).first).to_be_visible(timeout=JOB_MS)
    assert blocked, "the page never tried a websocket"


def test_the_page_says_what_the_server_says_after_a_pause(
    visitor: Visitor, customer: Customer
) -> None:
    """Offline for a while: what happened meanwhile shows by itself afterwards."""
    page = visitor.page
    visitor.go("/library")
    expect(page.get_by_text("파일 올리기").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.wait_for_timeout(3000)
    file = recordings("a")[0]
    customer.upload("그사이.opus", file.read_bytes())
    page.context.set_offline(False)
    expect(visitor.button("그사이.opus 재생")).to_be_visible()
