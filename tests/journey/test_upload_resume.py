"""An upload that is broken off by a reload goes on where it was."""

import re
import threading
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Request, Route, expect

from tests.factories import wav_bytes
from tests.journey.visitor import Visitor
from tests.trials.customer import Customer

PART = re.compile(r"[?&]partNumber=(\d+)")
RATE = 48_000


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A WAV file of 40 MB: three parts."""
    seconds = 210
    time_s = np.arange(seconds * RATE) / RATE
    tone = 0.2 * np.sin(2 * np.pi * 220 * time_s) * (1 + np.sin(2 * np.pi * 0.5 * time_s))
    path = tmp_path / "긴 녹음.wav"
    path.write_bytes(wav_bytes(np.stack([tone, tone]).astype(np.float32), RATE))
    assert path.stat().st_size > 2 * 16 * 2**20
    return path


def part_of(request: Request) -> int | None:
    """The number of the part that a request sends, if it sends one."""
    found = PART.search(request.url)
    return int(found[1]) if found and request.method == "PUT" else None


def choose(visitor: Visitor, file: Path) -> None:
    with visitor.page.expect_file_chooser() as chooser:
        visitor.button("파일 올리기", exact=False).first.click()
    chooser.value.set_files([file])


def test_a_reload_in_mid_upload_loses_nothing(
    visitor: Visitor, customer: Customer, recording: Path
) -> None:
    page = visitor.page
    sent: list[int] = []
    held = threading.Event()

    def hold(route: Route) -> None:
        """Let the first part through; the others stay on the way until the page is left."""
        if (part_of(route.request) or 0) > 1:
            held.set()
        else:
            route.continue_()

    def note(request: Request) -> None:
        if (part := part_of(request)) is not None:
            sent.append(part)

    page.on("requestfinished", note)
    page.route(PART, hold)
    visitor.go("/library")
    choose(visitor, recording)
    for _ in range(300):
        if held.is_set() and 1 in sent:
            break
        page.wait_for_timeout(200)
    visitor.snap("library-uploading")
    assert sent == [1]
    page.unroute(PART)
    page.reload()
    # A browser that did not keep the file itself asks for it, and then sends the rest only.
    ghost = page.get_by_text("이어서 올리려면 같은 파일을 다시 선택해 주세요.")
    ready = visitor.button(f"{recording.name} 재생")
    expect(ghost.or_(ready).first).to_be_visible(timeout=180_000)
    if ghost.is_visible():
        choose(visitor, recording)
    expect(ready).to_be_visible(timeout=180_000)
    # One that was on the way at the reload may have arrived without its page hearing of it.
    assert len(sent) == len(set(sent)), "no part was sent twice"
    assert set(sent) <= {1, 2, 3}
    assert 3 in sent
    [file] = customer.get("/api/v1/files")["results"]
    assert file["size"] == recording.stat().st_size
    assert file["duration_s"] == pytest.approx(210, abs=0.01)
