"""The Python client by itself: what it sends again, what it raises, what it checks."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from voicestudio_client import Studio, StudioError, WrongSignature, read_webhook

from apps.hooks import signing
from voicestudio.embedded.places import REPOSITORY

Answer = Callable[[httpx.Request], httpx.Response]


def studio_that(answer: Answer) -> Studio:
    """A client whose server is this function: the outside world."""
    studio = Studio("https://studio.example.com/", "avs_x")
    studio._api = httpx.Client(
        base_url="https://studio.example.com/api/v1",
        headers=studio._api.headers,
        transport=httpx.MockTransport(answer),
    )
    return studio


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    return waited


def test_a_post_is_sent_again_with_its_key(pauses: list[float]) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if len(seen) == 1:
            raise httpx.ReadError("lost")
        if len(seen) == 2:
            return httpx.Response(429, headers={"Retry-After": "7"})
        return httpx.Response(201, json={"id": "v"})

    assert studio_that(answer).request("POST", "/voices", {"name": "x"}) == {"id": "v"}
    assert pauses == [1.0, 7.0]
    assert len({request.headers["Idempotency-Key"] for request in seen}) == 1
    assert {request.headers["Authorization"] for request in seen} == {"Bearer avs_x"}
    assert {str(request.url) for request in seen} == {"https://studio.example.com/api/v1/voices"}


def test_a_refusal_is_an_error_with_its_code(pauses: list[float]) -> None:
    body = {"error": {"code": "credits-short", "message": {"ko": "부족", "en": "Short."}}}
    studio = studio_that(lambda _: httpx.Response(402, json=body))
    with pytest.raises(StudioError) as raised:
        studio.train("v", "d", total_steps=3)
    assert (raised.value.status, raised.value.code) == (402, "credits-short")
    assert raised.value.message["ko"] == "부족"
    assert pauses == []


def test_what_is_no_json_is_an_error_too(pauses: list[float]) -> None:
    studio = studio_that(lambda _: httpx.Response(502, text="<h1>Bad Gateway</h1>"))
    with pytest.raises(StudioError) as raised:
        studio.job("j")
    assert raised.value.code == "http-502"
    assert len(pauses) == 4


def test_pages_are_followed() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        cursor = request.url.params.get("cursor")
        assert request.url.params["state"] == "ready"
        after = None if cursor else "https://studio.example.com/api/v1/files?cursor=abc&state=ready"
        return httpx.Response(200, json={"results": [cursor], "next": after, "previous": None})

    assert list(studio_that(answer).pages("/files", state="ready")) == [None, "abc"]


def test_webhooks_are_checked() -> None:
    secret, body = signing.new_secret(), json.dumps({"type": "job.succeeded"}).encode()
    now = int(time.time())
    headers: dict[str, Any] = signing.headers([signing.new_secret(), secret], "msg_1", now, body)
    assert read_webhook(secret, headers, body) == {"type": "job.succeeded"}
    upper = {name.title(): value for name, value in headers.items()}
    assert read_webhook(secret, upper, body)["type"] == "job.succeeded"
    old = signing.headers([secret], "msg_1", now - 3600, body)
    for wrong_headers, wrong_body in (
        (headers, body + b" "),
        (headers | {"webhook-id": "msg_2"}, body),
        (old, body),
        ({}, body),
    ):
        with pytest.raises(WrongSignature):
            read_webhook(secret, wrong_headers, wrong_body)
    with pytest.raises(WrongSignature):
        read_webhook(signing.new_secret(), headers, body)


def test_the_client_stands_alone() -> None:
    """It imports nothing of ours and only httpx beside the standard library."""
    for path in (REPOSITORY / "clients" / "python" / "voicestudio_client").glob("*.py"):
        assert isinstance(path, Path)
        for line in path.read_text().splitlines():
            if line.startswith(("import ", "from ")):
                name = line.split()[1]
                root = name.split(".")[0]
                assert root in ("", "httpx") or root in sys.stdlib_module_names, (path, line)
