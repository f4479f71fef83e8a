"""A customer of a running studio who speaks REST only, with a session and CSRF."""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx
import numpy as np

from tests.factories import wav_bytes
from tests.live import LiveStack

Found = TypeVar("Found")
PASSWORD: Final = "correct horse battery staple"
ENDED: Final = ("succeeded", "failed", "cancelled")
_SIGN_UP: Final = """
from allauth.account.models import EmailAddress
from apps.accounts.acceptances import accept_all
from apps.accounts.models import User
from apps.billing.services import grant
from voicestudio.signup import welcome
user = User.objects.create_user({email!r}, {password!r})
EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
accept_all(user)
welcome(user)
grant(user.memberships.get().workspace_id, 20_000, key=f"trial:{{user.pk}}")
"""


def singing(seconds: float, pitch_hz: float = 180.0, rate: int = 24_000) -> bytes:
    """Something like a voice as a WAV file: harmonics of a gliding pitch, in phrases."""
    time_s = np.arange(round(seconds * rate)) / rate
    f0 = pitch_hz * 2 ** (0.3 * np.sin(2 * np.pi * 0.4 * time_s))
    phase = 2 * np.pi * np.cumsum(f0) / rate
    tone = sum(np.sin(n * phase) / n**1.3 for n in range(1, 16))
    phrases = 0.5 - 0.5 * np.cos(2 * np.pi * np.minimum(time_s % 2.0, 1.8) / 1.8)
    wave = 0.2 * np.asarray(tone) * phrases
    return wav_bytes(wave[None].astype(np.float32), rate)


def wait_for(look: Callable[[], Found | None], seconds: float, what: str) -> Found:
    """The first truthy answer of ``look``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.25)
    raise TimeoutError(what)


@dataclass
class Customer:
    """Signed in at ``stack``; every method is what a click does."""

    stack: LiveStack
    http: httpx.Client
    email: str

    @classmethod
    def arrive(cls, stack: LiveStack) -> "Customer":
        """A new customer, signed in."""
        email = f"{uuid.uuid4().hex[:12]}@example.com"
        stack.shell(_SIGN_UP.format(email=email, password=PASSWORD))
        customer = cls(stack, httpx.Client(base_url=stack.url, timeout=60), email)
        customer.sign_in()
        return customer

    def sign_in(self, password: str = PASSWORD) -> None:
        self.get("/api/v1/csrf")
        self.post(
            "/_allauth/browser/v1/auth/login",
            {"email": self.email, "password": password},
            status=200,
        )

    def get(self, path: str) -> Any:
        answer = self.http.get(path)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, body: Mapping[str, Any] | None = None, status: int = 201) -> Any:
        token = self.http.cookies.get("csrftoken") or ""
        headers = {"X-CSRFToken": token, "Referer": self.stack.url, "Origin": self.stack.url}
        answer = self.http.post(path, json=dict(body or {}), headers=headers)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def upload(self, name: str, data: bytes) -> str:
        """Send a sound straight to storage and wait until it was probed."""
        upload = self.post("/api/v1/uploads", {"name": name, "size": len(data)})
        identity = upload["id"]
        signed = self.post(f"/api/v1/uploads/{identity}/sign", {"method": "PUT"}, status=200)
        httpx.put(signed["url"], content=data, timeout=60).raise_for_status()
        self.post(f"/api/v1/uploads/{identity}/finish", status=202)

        def probed() -> bool:
            state = self.get(f"/api/v1/files/{identity}")["state"]
            assert state != "failed"
            return bool(state == "ready")

        wait_for(probed, 300, f"{name} was not probed")
        return str(identity)

    def voice(self, name: str) -> str:
        """A voice with consent."""
        voice = self.post("/api/v1/voices", {"name": name})["id"]
        version = self.get("/api/v1/consent-statement")["version"]
        consent = {"statement_version": version, "singer_name": "김하나", "scope": "own"}
        self.post(f"/api/v1/voices/{voice}/consent", consent | {"agreed": True})
        return str(voice)

    def train(self, voice: str, files: list[str], **params: Any) -> str:
        dataset = self.post("/api/v1/datasets", {"name": "녹음", "file_ids": files})["id"]
        body = {"voice": voice, "dataset": dataset, "params": params}
        return str(self.post("/api/v1/trainings", body)["id"])

    def convert(self, voice: str, file: str, **params: Any) -> str:
        [job] = self.make("conversions", [file], voice=voice, params=params)
        return job

    def make(self, what: str, files: list[str], **body: Any) -> list[str]:
        """The jobs of a start below ``/api/v1``, one a file."""
        batch = self.post(f"/api/v1/{what}", {"files": files, **body})
        jobs = [str(job["id"]) for job in batch["jobs"]]
        assert all(job["batch"] == batch["batch"] for job in batch["jobs"])
        return jobs

    def measured(self, file: Mapping[str, Any]) -> dict[str, Any]:
        """A job's result once the studio has measured it."""

        def look() -> dict[str, Any] | None:
            shown: dict[str, Any] = self.get(f"/api/v1/files/{file['id']}")
            assert shown["state"] != "failed", shown
            return shown if shown["state"] == "ready" else None

        return wait_for(look, 300, "the result was not measured")

    def download(self, file: Mapping[str, Any], folder: Path) -> Path:
        """A job's result, once it was measured, under the name that a browser gives it."""
        link = self.get(f"/api/v1/files/{self.measured(file)['id']}/download")
        path = folder / str(link["filename"])
        path.write_bytes(httpx.get(link["url"], timeout=60).raise_for_status().content)
        return path

    def job(self, job: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.get(f"/api/v1/jobs/{job}")
        return shown

    def wait_for_job(
        self, job: str, until: Callable[[dict[str, Any]], bool], seconds: float = 600
    ) -> dict[str, Any]:
        """The job once ``until`` holds; a job that ended otherwise fails the test at once."""
        shown: dict[str, Any] = {}

        def look() -> bool:
            nonlocal shown
            try:
                shown = self.job(job)
            except httpx.HTTPError:
                return False  # the web process may be down just now
            if until(shown):
                return True
            assert shown["state"] not in ENDED, self.story(job)
            return False

        try:
            wait_for(look, seconds, "")
        except TimeoutError:
            raise TimeoutError(self.story(job)) from None
        return shown

    def wait_for_success(self, job: str, seconds: float = 600) -> dict[str, Any]:
        return self.wait_for_job(job, lambda shown: bool(shown["state"] == "succeeded"), seconds)

    def wait_for_event(self, job: str, kind: str, seconds: float = 600, *, count: int = 1) -> None:
        """Until the worker has reported ``count`` events of this type."""

        def heard() -> bool:
            lines = self.get(f"/api/v1/jobs/{job}/events")["results"]
            assert self.job(job)["state"] not in ENDED, self.story(job)
            return len([line for line in lines if line["type"] == kind]) >= count

        wait_for(heard, seconds, f"no {kind} in {job}")

    def story(self, job: str) -> str:
        """All that is known of a job, for the message of a failing test."""
        lines = [f"{line['type']}: {line['en']}" for line in self.events(job) if line["en"]]
        logs = self.stack.var.glob("local/*/worker.log")
        tails = [path.read_text(errors="replace")[-1500:] for path in logs]
        return "\n".join([json.dumps(self.job(job), indent=1), *lines, *tails])

    def events(self, job: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(f"/api/v1/jobs/{job}/events")["results"]
        return found

    def credits(self) -> tuple[int, int]:
        shown = self.get("/api/v1/credits")
        return shown["available"], shown["reserved"]
