"""One id leads through every log, and no log holds what is personal or secret.

A whole studio of its own, which sells: sign-up, a wrong password, an upload under a person's name,
a key, a webhook, a pack that is paid, a file that is refused, jobs that end well, by cancelling and
by an error of their worker.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import httpx
import numpy as np
import pytest

from apps.accounts import legal
from tests.factories import tone, wav_bytes
from tests.journey.mail import mail_to, text_of
from tests.live import LiveStack, start_live
from tests.stripe.fake import FakeStripe
from tests.stripe.server import serving
from tests.trials.customer import Customer, singing, wait_for
from voicestudio.embedded.supervisor import Supervisor

EMAIL: Final = "planted.person@example.com"
PASSWORD: Final = "planted-password-7f3a"
WRONG: Final = "planted-wrong-91bc"
NAME: Final = "홍길동심은이름"
PHONE: Final = "010-5550-7731"
RUNPOD_KEY: Final = "rpa_PLANTED0RUNPOD0KEY"
HOOK: Final = "https://hooks.example.com/planted-path-5512"
REQUEST: Final = "trace-0f3c2b"
TOO_LITTLE: Final = "user:too-little-training-data"


@pytest.fixture
def fake() -> Iterator[FakeStripe]:
    with serving(FakeStripe()) as fake:
        yield fake


@pytest.fixture
def stack(services: Supervisor, fake: FakeStripe, tmp_path: Path) -> Iterator[LiveStack]:
    extra = {
        "STRIPE_API": fake.url,
        "STRIPE_SECRET_KEY": fake.key,
        "STRIPE_WEBHOOK_SECRET": fake.secret,
        "RUNPOD_API_KEY": RUNPOD_KEY,
    }
    stack = start_live(services, tmp_path / "var", demo=False, number=7, extra=extra)
    yield stack
    stack.stop()


def signed_up(stack: LiveStack) -> Customer:
    """A person who signed up through the mail, after a wrong password."""
    customer = Customer(stack, httpx.Client(base_url=stack.url, timeout=60), EMAIL)
    customer.get("/api/v1/csrf")
    versions = {each.value: legal.IN_FORCE[each].version for each in legal.Document}
    auth = "/_allauth/browser/v1/auth"
    customer.post(f"{auth}/signup", {"email": EMAIL, "password": PASSWORD, **versions}, status=401)
    mail = wait_for(lambda: mail_to(stack, EMAIL), 60, "no mail")
    found = re.search(r"/verify-email/(\S+)", text_of(mail))
    assert found
    customer.post(f"{auth}/login", {"email": EMAIL, "password": WRONG}, status=400)
    customer.post(f"{auth}/email/verify", {"key": unquote(found[1])}, status=200)
    again = Customer(stack, httpx.Client(base_url=stack.url, timeout=60), EMAIL)
    again.sign_in(PASSWORD)
    return again


def started(customer: Customer, file: str) -> str:
    """A job whose request has a name."""
    token = customer.http.cookies.get("csrftoken") or ""
    headers = {
        "X-CSRFToken": token,
        "Referer": customer.stack.url,
        "Origin": customer.stack.url,
        "X-Request-ID": REQUEST,
    }
    answer = customer.http.post("/api/v1/preprocess", json={"files": [file]}, headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.headers["X-Request-ID"] == REQUEST
    return str(answer.json()["jobs"][0]["id"])


def failed(customer: Customer) -> str:
    """A training that its worker gives up: of its recording, nearly all is silence."""
    hardly = np.concatenate([tone(2.0), 0 * tone(10.0)], axis=-1)
    file = customer.upload(f"{NAME} {PHONE}3.wav", wav_bytes(hardly))
    job = customer.train(customer.voice(NAME), [file], preset="draft", total_steps=10)
    ended = customer.wait_for_job(job, lambda shown: bool(shown["state"] == "failed"))
    assert ended["error"]["code"] == TOO_LITTLE
    return job


def pay(customer: Customer, fake: FakeStripe) -> None:
    """A pack bought at the fake Stripe, which tells the studio of it."""
    body = {"item": "small", "currency": "krw"}
    page = str(customer.post("/api/v1/billing/checkout", body)["url"])
    fake.pay(page.rpartition("/")[2])
    for event in fake.events:
        content, signature = fake.signed(event)
        headers = {"Stripe-Signature": signature, "Content-Type": "application/json"}
        address = f"{customer.stack.url}/provider/v1/stripe"
        httpx.post(address, content=content, headers=headers).raise_for_status()


def logs_of(stack: LiveStack) -> dict[str, str]:
    """Every log that the studio writes, by path."""
    paths = [*stack.var.rglob("*.log"), *stack.var.rglob("*.err"), *stack.var.rglob("*.out")]
    return {str(path.relative_to(stack.var)): path.read_text(errors="replace") for path in paths}


def lines_of(text: str) -> list[dict[str, Any]]:
    found = [line[line.index("{") :] for line in text.splitlines() if "{" in line]
    lines = []
    for line in found:
        try:
            lines.append(json.loads(line))
        except ValueError:
            continue
    return lines


def ends_of(logs: dict[str, str], job: str) -> list[dict[str, Any]]:
    """What the workers of a job said at last."""
    lines = [x for name in logs if name.startswith("local/") for x in lines_of(logs[name])]
    return [x for x in lines if (x["job"], x["event"]) == (job, "attempt-ended")]


def test_one_id_leads_through_every_log_and_no_secret_is_in_any(
    stack: LiveStack, fake: FakeStripe
) -> None:
    customer = signed_up(stack)
    file = customer.upload(f"{NAME} {PHONE}.wav", singing(6.0))
    job = started(customer, file)
    customer.wait_for_success(job)
    key = customer.post("/api/v1/keys", {"name": NAME, "scopes": ["read"], "password": PASSWORD})[
        "key"
    ]
    assert httpx.get(
        f"{stack.url}/api/v1/me", headers={"Authorization": f"Bearer {key}"}
    ).is_success
    hook = customer.post("/api/v1/webhooks", {"url": HOOK, "events": ["*"]})["secret"]
    pay(customer, fake)
    with pytest.raises(AssertionError):
        customer.upload(f"{NAME}2.wav", wav_bytes(tone(2.0) * 0))  # silence is refused
    [stopped] = customer.make("preprocess", [file])
    customer.post(f"/api/v1/jobs/{stopped}/cancel", status=200)
    broken = failed(customer)
    cookies = [cookie.value or "" for cookie in customer.http.cookies.jar]
    # A worker writes its last line when it has told the studio that it is done.
    wait_for(lambda: ends_of(logs_of(stack), broken), 60, "the worker's last line")
    logs = logs_of(stack)

    # one id
    said = {name: lines_of(text) for name, text in logs.items()}
    whole = sorted(
        (line for name in said if name.startswith("log/") for line in said[name]),
        key=lambda line: str(line["timestamp"]),
    )
    ours = [line for line in whole if line.get("request_id") == REQUEST]
    assert {"request", "task", "job"} <= {line["event"] for line in ours}
    tasks = {line["task"] for line in ours if line["event"] == "task"}
    assert {"apps.jobs.tasks.dispatch", "apps.jobs.tasks.finish"} <= tasks
    states = [line["state"] for line in ours if line["event"] == "job" and line["job"] == job]
    assert states[0] == "queued"
    assert states[-1] == "succeeded"
    assert all(line["workspace"] for line in ours if line["event"] == "job")
    [attempt] = {line["attempt"] for line in ours if line.get("job") == job and line.get("attempt")}
    worker = said[f"local/{attempt}/worker.log"]
    assert worker[0]["event"] == "attempt-started"
    assert worker[-1] | {"outcome": "finished"} == worker[-1]
    assert {(line["request_id"], line["job"], line["attempt"]) for line in worker} == {
        (REQUEST, job, attempt)
    }
    reports = [line for line in ours if line.get("path") == "/worker/v1/events"]
    assert reports
    assert {line["attempt"] for line in reports} == {attempt}
    ends = {line["job"]: line for line in whole if line["event"] == "job"}
    assert ends[stopped]["state"] == "cancelled"
    assert ends[broken]["state"] == "failed"
    [end] = ends_of(logs, broken)
    assert (end["outcome"], end["code"], end["level"]) == ("failed", TOO_LITTLE, "error")

    # nothing secret
    planted = [EMAIL, PASSWORD, WRONG, NAME, PHONE, RUNPOD_KEY, HOOK, key, hook]
    planted += [fake.key, fake.secret]
    for name, text in logs.items():
        for marker in [*planted, *cookies, "X-Amz-Signature", "X-Amz-Credential"]:
            assert marker not in text, (name, marker)
