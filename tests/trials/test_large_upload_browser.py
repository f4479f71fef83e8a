"""2 GB from a browser: memory stays flat, and a tab that is killed goes on where it was."""

import json
import os
import re
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Error, Page, Request, expect, sync_playwright

from tests.journey.conftest import CHROMIUM, FLAGS
from tests.journey.visitor import artifacts
from tests.live import LiveStack
from tests.trials.customer import Customer

SIZE: Final = 2 * 2**30 - 2**20
PART: Final = re.compile(r"[?&]partNumber=(\d+)")
PARTS: Final = -(-SIZE // (16 * 2**20))
MOST_GROWTH_MB: Final = 512
"""A quarter of the file: far from holding it, far above what a collection of garbage moves."""
PATIENCE_MS: Final = 900_000


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A stereo float WAV of 2 GB: a second of noise, then silence that takes no room on disk."""
    header = b"RIFF" + struct.pack("<I", SIZE - 8) + b"WAVEfmt "
    header += struct.pack("<IHHIIHH", 16, 3, 2, 48_000, 48_000 * 8, 8, 32)
    header += b"data" + struct.pack("<I", SIZE - 44)
    noise = np.random.default_rng(1).normal(0, 0.05, 96_000).astype("<f4").tobytes()
    path = tmp_path / "아주 긴 녹음.wav"
    with path.open("wb") as file:
        file.write(header + noise)
        file.truncate(SIZE)
    return path


@pytest.fixture
def context(live_stack: LiveStack, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser with a profile on disk: a private window would keep its stores in memory."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile", executable_path=CHROMIUM, args=FLAGS, locale="ko-KR"
        )
        context.set_default_timeout(60_000)
        yield context
        context.close()


def memory_mb() -> int:
    """Memory of all processes of the browser, what they share counted once."""
    mine, found = {os.getpid()}, 0
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
        except OSError:
            continue
        parents[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])
    for _ in range(8):
        mine |= {pid for pid, parent in parents.items() if parent in mine}
    for pid in mine:
        try:
            if b"chromium" not in Path(f"/proc/{pid}/cmdline").read_bytes():
                continue
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        found += int(re.findall(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)[0])
    return found // 1024


class Sent:
    """The parts that went, and the browser's memory meanwhile."""

    def __init__(self) -> None:
        self.parts: list[int] = []
        self.memory: list[int] = []

    def note(self, request: Request) -> None:
        found = PART.search(request.url)
        if found and request.method == "PUT":
            self.parts.append(int(found[1]))

    def watch(self, page: Page, until: int) -> None:
        for _ in range(PATIENCE_MS // 500):
            if len(set(self.parts)) >= until:
                return
            page.wait_for_timeout(500)
            self.memory.append(memory_mb())
        raise AssertionError(f"{len(set(self.parts))} of {until} parts went")


@pytest.mark.trial
def test_two_gigabytes_and_a_killed_tab(
    live_stack: LiveStack, context: BrowserContext, recording: Path
) -> None:
    customer = Customer.arrive(live_stack)
    for cookie in customer.http.cookies.jar:
        context.add_cookies(
            [{"name": cookie.name, "value": cookie.value or "", "url": live_stack.url}]
        )
    sent = Sent()
    page = context.new_page()
    page.on("requestfinished", sent.note)
    page.goto(f"{live_stack.url}/library")
    page.get_by_role("button", name="파일 올리기").first.wait_for()
    page.wait_for_timeout(2000)
    idle = memory_mb()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="파일 올리기").first.click()
    chooser.value.set_files([recording])
    sent.watch(page, PARTS // 2)
    before = len(set(sent.parts))
    crash(page)

    page = context.new_page()
    page.on("requestfinished", sent.note)
    page.goto(f"{live_stack.url}/library")
    panel = page.get_by_role("region", name="업로드", exact=True)
    expect(panel).to_be_visible(timeout=PATIENCE_MS)
    ghost = page.get_by_text("이어서 올리려면 같은 파일을 다시 선택해 주세요.")
    page.wait_for_timeout(5000)
    chosen_again = ghost.is_visible()
    if chosen_again:
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="파일 올리기").first.click()
        chooser.value.set_files([recording])
    sent.watch(page, PARTS)
    expect(panel).to_have_count(0, timeout=PATIENCE_MS)
    [file] = customer.get("/api/v1/files")["results"]
    assert (file["size"], file["state"] in {"probing", "ready"}) == (SIZE, True)
    again = len(sent.parts) - len(set(sent.parts))
    figures: dict[str, Any] = {
        "bytes": SIZE,
        "parts": PARTS,
        "parts_before_the_crash": before,
        "parts_sent_twice": again,
        "file_chosen_again": chosen_again,
        "memory_idle_mb": idle,
        "memory_first_quarter_mb": max(sent.memory[: max(1, len(sent.memory) // 4)]),
        "memory_at_most_mb": max(sent.memory),
    }
    (artifacts() / "large-upload.json").write_text(json.dumps(figures, indent=1))
    print(figures)
    assert again <= 3, "at most those that were on their way"
    assert max(sent.memory) - idle < MOST_GROWTH_MB


def crash(page: Page) -> None:
    """The tab's process dies at once, with no word to the page."""
    with page.expect_event("crash"), suppress(Error):
        page.goto("chrome://crash")
    page.close()
