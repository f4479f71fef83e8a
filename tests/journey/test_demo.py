"""The demo customer and the operator that the first start makes."""

import json
import stat
import subprocess
import sys

import httpx
import pytest

from apps.library.samples import SONGS, SPEAKERS
from tests.live import LiveStack
from tests.trials.customer import Customer
from voicestudio.embedded.places import REPOSITORY
from voicestudio.management.commands.seed_demo import CUSTOMER, OPERATOR


def passwords(stack: LiveStack) -> dict[str, str]:
    kept: dict[str, str] = json.loads((stack.var / "demo.json").read_text())
    return kept


def signed_in(stack: LiveStack, email: str) -> Customer:
    customer = Customer(stack, httpx.Client(base_url=stack.url, timeout=60), email)
    customer.sign_in(passwords(stack)[email])
    return customer


@pytest.fixture(scope="module")
def demo(live_stack: LiveStack) -> Customer:
    return signed_in(live_stack, CUSTOMER)


def test_the_demo_customer_can_begin_at_once(demo: Customer) -> None:
    files = demo.get("/api/v1/files?state=ready")["results"]
    songs = {name for _, name in SONGS}
    recordings = {name for sources in SPEAKERS.values() for _, name in sources}
    assert {file["name"] for file in files} == songs | recordings
    datasets = demo.get("/api/v1/datasets")["results"]
    assert {dataset["name"] for dataset in datasets} == set(SPEAKERS)
    assert all(dataset["usable_seconds"] > 90 for dataset in datasets)
    assert demo.credits()[0] > 10_000


def test_the_operator_is_told_to_enrol_and_the_customer_that_the_panel_is_not_theirs(
    live_stack: LiveStack, demo: Customer
) -> None:
    operator = signed_in(live_stack, OPERATOR)
    told = operator.http.get("/admin/", follow_redirects=True)
    assert (told.status_code, "2단계 인증이 필요합니다" in told.text) == (403, True)
    told = demo.http.get("/admin/", follow_redirects=True)
    assert (told.status_code, "운영자만 볼 수 있습니다" in told.text) == (403, True)


def test_a_second_start_changes_nothing(live_stack: LiveStack, demo: Customer) -> None:
    before = [demo.get(f"/api/v1/{what}")["results"] for what in ("files", "datasets")]
    credits = demo.credits()
    words = passwords(live_stack)
    again = subprocess.run(
        [sys.executable, "manage.py", "seed_demo"],
        cwd=REPOSITORY,
        env=dict(live_stack.environment),
        check=True,
        capture_output=True,
        text=True,
    )
    assert words[CUSTOMER] in again.stdout
    assert [demo.get(f"/api/v1/{what}")["results"] for what in ("files", "datasets")] == before
    assert demo.credits() == credits
    assert passwords(live_stack) == words
    assert stat.S_IMODE((live_stack.var / "demo.json").stat().st_mode) == 0o600
