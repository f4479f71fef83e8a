"""Songs x voices x settings as one batch: POST /conversions/grid and /covers/grid."""

from typing import Any

import pytest
from django.test import Client

from apps.billing import services as billing
from apps.jobs.models import Job
from apps.voices import services as voices
from apps.voices import statement
from apps.voices.models import ConsentScope, Voice
from tests.apps.voices.made import make_ready
from tests.factories import make_file

from .conftest import Studio

JSON = "application/json"
SETTINGS = [{"pitch_shift": -3}, {"protect": 0.4}]


@pytest.fixture
def second(ready: Studio) -> Voice:
    voice = voices_of(ready)
    make_ready(voice)
    voice.refresh_from_db()
    return voice


def voices_of(studio: Studio) -> Voice:
    voice = voices.create(studio.workspace.id, "둘째")
    voices.give_consent(
        voice.id,
        studio.user,
        version=statement.VERSION,
        singer_name="둘째",
        scope=ConsentScope.OWN,
    )
    return voice


def body(studio: Studio, second: Voice, **changes: Any) -> dict[str, Any]:
    other = make_file(studio.workspace, name="다른 노래.wav", duration_s=60.0)
    return {
        "files": [str(studio.song.id), str(other.id)],
        "singers": [
            {"voice": str(studio.voice.id)},
            {"voice": str(second.id), "blend": [{"voice": str(studio.voice.id), "weight": 0.25}]},
        ],
        "settings": SETTINGS,
    } | changes


@pytest.mark.parametrize(("path", "kind"), [("conversions", "convert"), ("covers", "cover")])
def test_each_cell_is_a_job(
    ready: Studio, second: Voice, owner_client: Client, path: str, kind: str
) -> None:
    asked = body(ready, second)
    ask = {"start": f"{kind}-grid", "request": asked}
    quote = owner_client.post("/api/v1/quotes", ask, JSON).json()
    answer = owner_client.post(f"/api/v1/{path}/grid", asked, JSON)
    assert answer.status_code == 201, answer.content
    jobs = answer.json()["jobs"]
    assert [job["quote"] for job in jobs] == quote["jobs"]
    assert sum(quote["jobs"]) == quote["credits"]
    cells = [(job["voice"]["id"], job["source"]["id"]) for job in jobs]
    first, other = asked["files"]
    singers = [str(ready.voice.id)] * 4 + [str(second.id)] * 4
    assert cells == list(zip(singers, [first, other] * 4, strict=True))
    assert [job["params"]["pitch_shift"] for job in jobs] == [-3.0, -3.0, 0.0, 0.0] * 2
    assert [job["params"]["protect"] for job in jobs] == [0.33, 0.33, 0.4, 0.4] * 2
    assert [len(job["voices"]) for job in jobs] == [1] * 4 + [2] * 4
    assert jobs[4]["voices"][0]["weight"] == 0.75
    assert {(job["kind"], job["batch"]) for job in jobs} == {(kind, answer.json()["batch"])}
    assert billing.balance_of(ready.workspace.id).reserved == quote["credits"]


def test_repeated_with_a_key_it_starts_nothing_twice(
    ready: Studio, second: Voice, owner_client: Client
) -> None:
    asked = body(ready, second)
    headers = {"Idempotency-Key": "grid"}
    once, again = (
        owner_client.post("/api/v1/conversions/grid", asked, JSON, headers=headers)
        for _ in range(2)
    )
    assert (once.status_code, again.status_code) == (201, 201)
    assert once.json() == again.json()
    assert Job.objects.count() == 8


@pytest.mark.parametrize(
    "wrong",
    [
        {"singers": []},
        {"settings": [{"protect": 9}]},
        {"settings": [{"protect": 0.4}, {"protect": 0.4}]},
        {"settings": [{"seed": number} for number in range(11)]},
    ],
    ids=["nobody", "out of limits", "twice the same", "too many"],
)
def test_refused_and_nothing_started(
    ready: Studio, second: Voice, owner_client: Client, wrong: dict[str, Any]
) -> None:
    answer = owner_client.post("/api/v1/conversions/grid", body(ready, second, **wrong), JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")
    assert not Job.objects.exists()


def test_too_many_cells(ready: Studio, second: Voice, owner_client: Client) -> None:
    files = [str(make_file(ready.workspace).id) for _ in range(26)]
    answer = owner_client.post("/api/v1/conversions/grid", body(ready, second, files=files), JSON)
    assert answer.status_code == 400
    assert "at most 100 cells" in answer.content.decode()


def test_one_bad_voice_starts_none(ready: Studio, second: Voice, owner_client: Client) -> None:
    voices.revoke_consent(second.id, ready.user)
    answer = owner_client.post("/api/v1/conversions/grid", body(ready, second), JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "consent-revoked")
    assert not Job.objects.exists()
    assert billing.balance_of(ready.workspace.id).reserved == 0
