"""How fast the studio's pages stand in a browser, and how its longest lists scroll.

    python -m benchmarks.studio [--only /jobs ...] [--explain] [--shared] [--write]

Starts a whole studio with the built frontend, fills an account, and opens every page of the router
three times with an empty cache: the median of the largest paint (LCP), the worst of the layout's
shifts (CLS) and the bytes of code that came over the wire, with the processor slowed down four
times and without. ``--shared`` says in the result that other work ran beside it, ``--write`` puts
the table into the page on performance.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, CDPSession, Page

from benchmarks.browsing import chromium, context
from benchmarks.measure import between, write
from tests.journey.routes import routes
from tests.live import LiveStack, start_live
from tests.stack import start_services
from voicestudio.embedded.places import REPOSITORY

PAGE: Final = REPOSITORY / "docs" / "performance.md"
OPENS, CLOSES = "<!-- studio -->", "<!-- /studio -->"
LCP_MS, CLS, JS_KB = 1_500, 0.02, 300
"""The bars: the largest paint on a slowed processor, shifts, and code of a first load."""
USUAL: Final[dict[str, int]] = {"files": 300, "jobs": 200, "voices": 30}
LONG: Final[dict[str, int]] = {"files": 10_000, "jobs": 2_000}
SLOWED: Final = 4
LOADS: Final = (("desktop", SLOWED), ("phone", SLOWED), ("desktop", 1))
TIMES: Final = 3
"""A load on two cores takes a sixth more or less from one time to the next."""
LISTS: Final = {"files": "/library", "jobs": "/jobs"}
FRAME_MS: Final = 1_000 / 60
_FILL: Final = (
    "import dataclasses, json; from tests.journey.everything import arrive; "
    "print(json.dumps(dataclasses.asdict(arrive({email!r}, **{counts!r}))))"
)
_WATCH: Final = """
window.seen = {lcp: 0, what: "", cls: 0, shifts: [], tasks: []};
const watch = (type, take) =>
  new PerformanceObserver((list) => list.getEntries().forEach(take))
    .observe({type, buffered: true});
const named = (node) => (node?.outerHTML ?? node?.data ?? "").slice(0, 120);
watch("largest-contentful-paint", (entry) => {
  seen.lcp = entry.startTime;
  seen.what = named(entry.element);
});
watch("layout-shift", (entry) => {
  if (entry.hadRecentInput) return;
  seen.cls += entry.value;
  seen.shifts.push([entry.value, ...entry.sources.map((one) => named(one.node))]);
});
watch("longtask", (entry) => seen.tasks.push(Math.round(entry.duration)));
"""
_FRAMES: Final = """
() => {
  window.frames_ms = [];
  seen.tasks.length = 0;
  let last = performance.now();
  const next = (now) => {
    frames_ms.push(now - last);
    last = now;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}
"""


@dataclass(frozen=True, slots=True)
class Load:
    """One page, opened with an empty cache; ``explained`` names what was painted and what moved."""

    page: str
    screen: str
    slowed: int
    lcp_ms: int
    cls: float
    js_kb: float
    requests: int
    explained: list[Any]

    @property
    def missed(self) -> list[str]:
        """The bars that it misses; LCP has one on the slowed processor alone."""
        bars = {
            "LCP": self.slowed > 1 and self.lcp_ms > LCP_MS,
            "CLS": self.cls >= CLS,
            "JS": self.js_kb > JS_KB,
        }
        return [name for name, is_missed in bars.items() if is_missed]


@dataclass(frozen=True, slots=True)
class Scroll:
    """How a list went by under the wheel."""

    what: str
    rows: int
    frames: int
    dropped: int
    longest_frame_ms: int
    long_tasks: int
    longest_task_ms: int


def arrive(stack: LiveStack, email: str, counts: dict[str, int]) -> tuple[Any, dict[str, str]]:
    """A new customer as a browser's storage state, and the ids for the router's paths."""
    done = subprocess.run(
        [
            *(sys.executable, "manage.py", "shell", "-v0", "-c"),
            _FILL.format(email=email, counts=counts),
        ],
        cwd=REPOSITORY,
        env=dict(stack.environment),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    owner = json.loads(done.stdout.splitlines()[-1])
    cookie = {**owner["cookie"], "domain": "localhost", "path": "/"}
    return {"cookies": [cookie], "origins": []}, owner["ids"]


def weigh(devtools: CDPSession) -> dict[str, float]:
    """Counts what comes over the wire from now on: requests, and bytes of code as sent."""
    seen: dict[str, float] = {"requests": 0, "js": 0}
    scripts: set[str] = set()

    def answered(event: dict[str, Any]) -> None:
        seen["requests"] += 1
        if event["response"]["mimeType"].endswith("javascript"):
            scripts.add(event["requestId"])

    def finished(event: dict[str, Any]) -> None:
        if event["requestId"] in scripts:
            seen["js"] += event["encodedDataLength"]

    devtools.on("Network.responseReceived", answered)
    devtools.on("Network.loadingFinished", finished)
    devtools.send("Network.enable")
    return seen


def load(browser: Browser, url: str, path: str, screen: str, slowed: int, state: Any) -> Load:
    visitor = context(browser, screen, state=state)
    page = visitor.new_page()
    page.add_init_script(_WATCH)
    devtools = visitor.new_cdp_session(page)
    weight = weigh(devtools)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    page.goto(url + path)
    page.wait_for_function("() => window.seen.lcp > 0")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    seen = page.evaluate("window.seen")
    visitor.close()
    return Load(
        page=path,
        screen=screen,
        slowed=slowed,
        lcp_ms=round(seen["lcp"]),
        cls=round(seen["cls"], 4),
        js_kb=round(weight["js"] / 1_000, 1),
        requests=int(weight["requests"]),
        explained=[seen["what"], *seen["shifts"]],
    )


def loads(
    browser: Browser, url: str, state: Any, ids: dict[str, str], only: list[str] | None
) -> Iterator[tuple[str, Load]]:
    """Every page of the router, by its path there."""
    for route in routes():
        if only and route.path not in only:
            continue
        for screen, slowed in LOADS:
            given = None if route.for_guests else state
            address = route.address(ids)
            times = [load(browser, url, address, screen, slowed, given) for _ in range(TIMES)]
            yield route.path, typical(times)


def typical(times: list[Load]) -> Load:
    """The one whose paint is the median, with the worst shifts of all."""
    middle = sorted(times, key=lambda one: one.lcp_ms)[len(times) // 2]
    return replace(middle, cls=max(one.cls for one in times))


def scrolled(browser: Browser, url: str, state: Any, what: str) -> Scroll:
    """As somebody looks through a list: 300 pixels ten times a second."""
    visitor = context(browser, "desktop", state=state)
    page = visitor.new_page()
    page.add_init_script(_WATCH)
    page.goto(url + LISTS[what])
    page.wait_for_load_state("networkidle")
    page.mouse.move(700, 600)
    page.evaluate(_FRAMES)
    for _ in range(60):
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(100)
    return _of_frames(page, what)


def _of_frames(page: Page, what: str) -> Scroll:
    frames: list[float] = page.evaluate("frames_ms")
    tasks: list[int] = page.evaluate("seen.tasks")
    page.context.close()
    return Scroll(
        what=what,
        rows=LONG[what],
        frames=len(frames),
        dropped=sum(max(0, round(one / FRAME_MS) - 1) for one in frames),
        longest_frame_ms=round(max(frames)),
        long_tasks=len(tasks),
        longest_task_ms=max(tasks, default=0),
    )


def table(found: dict[str, list[Load]], scrolls: list[Scroll]) -> str:
    """Markdown: a row a page, and a row a list."""
    lines = [
        f"| page | LCP, ms, {SLOWED} times slower: desk / phone | LCP, ms | CLS, worst | JS, kB "
        "| requests | missed |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for path, (desk, phone, plain) in found.items():
        all_three = (desk, phone, plain)
        missed = sorted({name for one in all_three for name in one.missed})
        lines.append(
            f"| `{path}` | {desk.lcp_ms} / {phone.lcp_ms} | {plain.lcp_ms} "
            f"| {max(one.cls for one in all_three):g} | {max(one.js_kb for one in all_three):g} "
            f"| {plain.requests} | {', '.join(missed) or 'nothing'} |"
        )
    lines += [
        "",
        "| list | frames | dropped | longest frame, ms | tasks over 50 ms | longest, ms |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {one.rows:,} {one.what} | {one.frames} | {one.dropped} | {one.longest_frame_ms} "
        f"| {one.long_tasks} | {one.longest_task_ms} |"
        for one in scrolls
    ]
    return "\n".join(lines)


def figures(found: dict[str, list[Load]], scrolls: list[Scroll], shared: bool) -> dict[str, object]:
    """What is kept: the worst of each, then all of it."""
    every = [one for three in found.values() for one in three]
    slow = sorted(one.lcp_ms for one in every if one.slowed > 1)
    return {
        "configuration": {
            "pages": len(found),
            "processor": f"{SLOWED} times slower",
            "machine": "shared" if shared else "alone",
        },
        "lcp_slowed_worst_ms": slow[-1],
        "lcp_slowed_median_ms": slow[len(slow) // 2],
        "lcp_worst_ms": max(one.lcp_ms for one in every if one.slowed == 1),
        "cls_worst": max(one.cls for one in every),
        "js_most_kb": max(one.js_kb for one in every),
        "frames_dropped": sum(one.dropped for one in scrolls),
        "missed": sum(bool(one.missed) for one in every),
        "load_average": round(os.getloadavg()[0], 1),
        "loads": [
            {"route": path}
            | {name: value for name, value in asdict(one).items() if name != "explained"}
            for path, three in found.items()
            for one in three
        ],
        "scrolls": [asdict(one) for one in scrolls],
    }


def measure(only: list[str] | None, explain: bool) -> tuple[dict[str, list[Load]], list[Scroll]]:
    """In a studio of its own, which ends with this."""
    found: dict[str, list[Load]] = {}
    scrolls: list[Scroll] = []
    with ExitStack() as closing:
        services = start_services(closing)
        folder = closing.enter_context(
            tempfile.TemporaryDirectory(prefix="studio-benchmark-", ignore_cleanup_errors=True)
        )
        stack = start_live(services, Path(folder) / "var", demo=False)
        closing.callback(stack.stop)
        usual, ids = arrive(stack, "usual@example.com", USUAL)
        long, _ = arrive(stack, "long@example.com", {} if only else LONG)
        browser = closing.enter_context(chromium())
        load(browser, stack.url, "/", "desktop", 1, usual)  # the server's first answer
        for path, one in loads(browser, stack.url, usual, ids, only):
            found.setdefault(path, []).append(one)
            notes = one.explained if explain else ""
            print(path, one.screen, one.slowed, one.lcp_ms, one.cls, one.js_kb, notes, flush=True)
        if not only:
            scrolls = [scrolled(browser, stack.url, long, what) for what in LISTS]
    return found, scrolls


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", help="these paths of the router; nothing is written")
    parser.add_argument("--explain", action="store_true", help="what was painted, what moved")
    parser.add_argument("--shared", action="store_true", help="other work runs beside it")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    given = parser.parse_args()
    found, scrolls = measure(given.only, given.explain)
    text = table(found, scrolls)
    print(text)
    if given.only:
        return
    print(write("studio", figures(found, scrolls, given.shared)))
    if given.write:
        PAGE.write_text(between(PAGE.read_text("utf-8"), OPENS, text, CLOSES), "utf-8")


if __name__ == "__main__":
    main()
