"""The examples for integrators, run as they stand against a real studio: Python, then curl."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import av
import pytest
from voicestudio_client import read_webhook

from tests.apps.hooks.receiver import listening
from tests.journey.material import SONG, beginning, recordings
from tests.live import LiveStack
from tests.trials.customer import Customer, wait_for
from voicestudio.embedded.places import REPOSITORY

CLIENTS: Final = REPOSITORY / "clients" / "python"
EXAMPLES: Final = CLIENTS / "examples"
SCOPES: Final = [
    "uploads:write",
    "files:read",
    "datasets:write",
    "voices:write",
    "trainings:write",
    "conversions:write",
    "jobs:read",
]
SONG_S: Final = 4.0


def run(customer: Customer, key: str, command: list[str]) -> str:
    environment = {
        **os.environ,
        "STUDIO_URL": customer.stack.url,
        "STUDIO_KEY": key,
        "STEPS": "3",
        "PYTHONPATH": str(CLIENTS),
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def seconds(path: Path) -> float:
    with av.open(str(path)) as file:
        return float((file.duration or 0) / av.time_base)


def test_the_examples_train_and_convert(live_stack: LiveStack, tmp_path: Path) -> None:
    """With a key that may do just this; a webhook tells what happened, signed."""
    customer = Customer.arrive(live_stack)
    with listening() as receiver:
        hook = {"url": receiver.url, "events": ["job.succeeded", "voice.ready"]}
        secret = customer.post("/api/v1/webhooks", hook)["secret"]
        walk(customer, tmp_path)
        wait_for(lambda: len(receiver.received) >= 4, 60, "the webhook was not told")
    said = [read_webhook(secret, one.headers, one.body) for one in receiver.received]
    assert sorted(message["type"] for message in said) == ["job.succeeded"] * 3 + ["voice.ready"]
    jobs = [message["data"] for message in said if message["type"] == "job.succeeded"]
    assert sorted(job["kind"] for job in jobs) == ["convert", "convert", "train"]


def walk(customer: Customer, tmp_path: Path) -> None:
    """The Python example trains and converts, the one with curl converts again."""
    key = customer.post("/api/v1/keys", {"name": "examples", "scopes": SCOPES})["key"]
    song, out = tmp_path / "song.wav", tmp_path / "out.wav"
    song.write_bytes(beginning(SONG, SONG_S))
    names = []
    for path in recordings("a")[:2]:
        name = tmp_path / f"{path.stem}.wav"
        name.write_bytes(beginning(path, 8.0))
        names.append(str(name))
    example = [sys.executable, str(EXAMPLES / "train_and_convert.py"), str(song), str(out), *names]
    assert run(customer, key, example) == str(out)
    assert seconds(out) == pytest.approx(SONG_S, abs=0.1)
    [voice] = customer.get("/api/v1/voices?state=ready")["results"]
    again = tmp_path / "again.wav"
    run(customer, key, [str(EXAMPLES / "convert.sh"), voice["id"], str(song), str(again)])
    assert seconds(again) == pytest.approx(SONG_S, abs=0.1)
    [used] = customer.get("/api/v1/keys")["results"]
    assert used["last_used_at"]


def test_the_example_is_short() -> None:
    lines = (EXAMPLES / "train_and_convert.py").read_text().splitlines()
    code = [
        line for line in lines if line.strip() and not line.startswith(("#", '"""', "    STUDIO"))
    ]
    assert len(code) <= 25
    assert not re.search("[가-힣]", "".join(lines))
