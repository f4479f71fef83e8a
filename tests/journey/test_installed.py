"""The studio as an app of the device: manifest, service worker, and no connection."""

import json
from io import BytesIO
from typing import Any, Final

import httpx
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journey.visitor import Visitor
from tests.live import LiveStack

CACHED: Final = """
async () => {
  const found = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    found[name] = (await cache.keys()).map((request) => new URL(request.url).pathname);
  }
  return found;
}
"""


def cached(page: Page) -> list[str]:
    found: dict[str, list[str]] = page.evaluate(CACHED)
    return sorted(path for paths in found.values() for path in paths)


def wait_for_worker(visitor: Visitor) -> None:
    """Until the service worker has everything and answers for this page."""
    visitor.until("navigator.serviceWorker.controller?.state === 'activated'")


def test_manifests_name_icons_of_their_sizes(live_stack: LiveStack) -> None:
    names = {}
    for language in ("ko", "en"):
        answer = httpx.get(f"{live_stack.url}/manifest.{language}.webmanifest")
        assert answer.headers["Content-Type"].startswith("application/manifest+json")
        manifest: dict[str, Any] = json.loads(answer.content)
        names[language] = manifest["name"]
        assert manifest["lang"] == language
        assert (manifest["start_url"], manifest["display"]) == ("/", "standalone")
        assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
        shortcuts = [icon for shortcut in manifest["shortcuts"] for icon in shortcut["icons"]]
        for icon in manifest["icons"] + shortcuts:
            picture = Image.open(BytesIO(httpx.get(live_stack.url + icon["src"]).content))
            width, height = picture.size
            assert icon["sizes"] == f"{width}x{height}"
    assert names == {"ko": "AI 보이스 스튜디오", "en": "AI Voice Studio"}


def test_headers_of_the_service_worker(live_stack: LiveStack) -> None:
    answer = httpx.get(f"{live_stack.url}/sw.js")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Service-Worker-Allowed"] == "/"
    assert "javascript" in answer.headers["Content-Type"]


def test_chromium_has_nothing_against_installing_it(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/account")
    wait_for_worker(visitor)
    devtools = page.context.new_cdp_session(page)
    objections = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    found = {objection["errorId"] for objection in objections}
    assert found <= {"in-incognito"}, "a test's browser keeps no profile; nothing else stands"


def test_without_a_connection_the_shell_opens(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/library")
    expect(page.get_by_role("heading", name="라이브러리", level=1)).to_be_visible()
    wait_for_worker(visitor)
    held = cached(page)
    assert "/" in held
    assert all(path == "/" or path.startswith("/assets/") for path in held), held
    page.context.set_offline(True)
    page.reload()
    away = page.get_by_role("heading", name="인터넷에 연결되어 있지 않습니다")
    expect(away).to_be_visible()
    visitor.snap("offline")
    visitor.button("다시 시도").click()
    expect(away).to_be_visible()
    page.context.set_offline(False)  # it goes on by itself
    expect(page.get_by_role("heading", name="라이브러리", level=1)).to_be_visible()


def test_signing_out_empties_the_caches(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/account")
    wait_for_worker(visitor)
    page.evaluate("caches.open('studio-shell').then((found) => found.put('/x', new Response('x')))")
    assert "/x" in cached(page)
    visitor.button("로그아웃").click()
    expect(visitor.button("로그인")).to_be_visible()
    assert "/x" not in cached(page), "what comes back is the shell alone"


def test_a_newer_build_is_offered(visitor: Visitor) -> None:
    """Its service worker waits until the customer says so, then the page comes anew."""
    page = visitor.page
    visitor.go("/account")
    wait_for_worker(visitor)
    # another address of the same scope is installed as a newer one
    page.evaluate("() => void navigator.serviceWorker.register('/sw.js?newer')")
    expect(page.get_by_text("스튜디오의 새 버전이 있습니다.")).to_be_visible()
    with page.expect_event("load"):
        visitor.button("새로고침").click()
    expect(page.get_by_role("heading", name="계정", level=1)).to_be_visible()
    assert page.evaluate("navigator.serviceWorker.controller.scriptURL").endswith("?newer")
