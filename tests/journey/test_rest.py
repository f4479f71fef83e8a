"""The whole way by REST alone, as an integrator walks it: sign up, upload, train, convert."""

import re
import uuid
from pathlib import Path
from urllib.parse import unquote

import av
import httpx
import pytest

from tests.journey.mail import mail_to, text_of
from tests.journey.material import SONG, beginning, cut, recordings
from tests.journey.measure import likeness
from tests.live import LiveStack
from tests.trials.customer import PASSWORD, Customer, singing, wait_for

ALLAUTH = "/_allauth/browser/v1"
PITCH_SHIFT = 3.0
SPEECH_S = 16.0
SONG_S = 10.0


@pytest.fixture(scope="module")
def customer(live_stack: LiveStack) -> Customer:
    """A new customer who signed up, read the mail and confirmed the address."""
    address = f"{uuid.uuid4().hex[:12]}@example.com"
    customer = Customer(live_stack, httpx.Client(base_url=live_stack.url, timeout=60), address)
    customer.get("/api/v1/csrf")
    accepted = {
        document: customer.get(f"/api/v1/legal/{document}")["version"]
        for document in ("terms", "privacy")
    }
    signed_up = {"email": address, "password": PASSWORD} | accepted
    customer.post(f"{ALLAUTH}/auth/signup", signed_up, status=401)  # 401: the address comes first
    assert customer.http.get("/api/v1/files").status_code == 401, "not before it is confirmed"
    message = wait_for(lambda: mail_to(live_stack, address), 30, "no mail")
    assert re.search("[가-힣]", str(message["Subject"])), "mails are in Korean"
    link = re.search(rf"{re.escape(live_stack.url)}/verify-email/(\S+)", text_of(message))
    assert link, text_of(message)
    customer.post(f"{ALLAUTH}/auth/email/verify", {"key": unquote(link[1])}, status=200)
    return customer


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cut(SONG, SONG_S, tmp_path_factory.mktemp("song"))


@pytest.fixture(scope="module")
def voice(customer: Customer) -> str:
    files = [
        customer.upload(f"{path.stem}.wav", beginning(path, SPEECH_S / 2))
        for path in recordings("a")
    ]
    voice = customer.voice("하나")
    job = customer.train(
        voice, files, total_steps=20, batch_size=2, previews=1, checkpoint_every=10
    )
    done = customer.wait_for_success(job)
    assert done["step"] == 20
    assert customer.credits()[1] == 0
    return voice


def test_a_song_comes_out_in_tune_and_in_time(
    customer: Customer, voice: str, song: Path, tmp_path: Path
) -> None:
    uploaded = customer.upload(song.name, song.read_bytes())
    job = customer.convert(voice, uploaded, pitch_shift=PITCH_SHIFT)
    [result] = customer.wait_for_success(job)["results"]
    path = customer.download(result, tmp_path)
    heard = likeness(path, song)
    assert heard.seconds == pytest.approx(heard.source_seconds, abs=0.05)
    assert heard.rms_db > -40
    assert heard.voiced > 0.8
    assert heard.correlation > 0.9
    assert heard.shift == pytest.approx(PITCH_SHIFT, abs=0.3)
    with av.open(str(path)) as file:
        tags = " ".join(file.metadata.values())
    assert "AI-generated" in tags


def test_the_voice_leaves_as_published_files(customer: Customer, voice: str) -> None:
    export = customer.get(f"/api/v1/voices/{voice}/export")
    for part in ("model", "index"):
        content = httpx.get(export[part]["url"]).raise_for_status().content
        assert len(content) == export[part]["size"]


def test_too_little_material_is_refused_and_costs_nothing(customer: Customer) -> None:
    before = customer.credits()
    short = customer.upload("한 구절.wav", singing(3.0))
    dataset = customer.post("/api/v1/datasets", {"name": "짧음", "file_ids": [short]})["id"]
    voice = customer.voice("짧은 목소리")
    refused = customer.post("/api/v1/trainings", {"voice": voice, "dataset": dataset}, status=400)
    assert refused["error"]["code"] == "user:too-little-training-data"
    assert re.search("[가-힣]", refused["error"]["message"]["ko"])
    assert customer.credits() == before


def test_a_voice_deleted_while_converting_ends_the_job_and_frees_the_credits(
    customer: Customer, voice: str, song: Path
) -> None:
    before = customer.credits()
    files = customer.get("/api/v1/files?origin=upload&state=ready")["results"]
    uploaded = next(file["id"] for file in files if file["name"] == song.name)
    job = customer.convert(voice, uploaded)
    token = customer.http.cookies.get("csrftoken") or ""
    headers = {"X-CSRFToken": token, "Referer": customer.stack.url}
    gone = customer.http.delete(f"/api/v1/voices/{voice}", headers=headers)
    assert gone.status_code == 204, gone.text
    ended = customer.wait_for_job(job, lambda shown: shown["state"] in ("failed", "cancelled"))
    assert customer.credits() == before, ended
    assert ended["results"] == []
