"""All that a workspace stores counts, everywhere by the same sum; a full one starts nothing."""

from typing import Any

import pytest
from django.test import Client

from apps.billing.models import Subscription
from apps.billing.plans import GB, PlanName
from apps.jobs import services
from apps.jobs.models import Job
from apps.jobs.requests import SeparationStart
from apps.voices.models import Voice, VoiceCheckpoint
from tests.apps.voices.made import make_ready
from tests.factories import make_file

from .conftest import Studio
from .test_usage import JSON, code_of, upload

FILES = 3 * 960_044
"""The studio's dataset and song."""


@pytest.fixture(autouse=True)
def _quotas(settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = "sk_test_x"


def post(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.post(f"/api/v1/{path}", body, JSON)


def shown(client: Client) -> int:
    """Bytes by ``/usage``; ``/stats`` says the same."""
    used = client.get("/api/v1/usage").json()["storage"]["used"]
    assert client.get("/api/v1/stats").json()["stored_bytes"] == used
    return int(used)


def test_voices_count(studio: Studio, owner_client: Client) -> None:
    assert shown(owner_client) == FILES
    make_ready(studio.voice)
    Voice.objects.update(model_size=100, index_size=20, demo_size=3)
    VoiceCheckpoint.objects.all().delete()
    assert shown(owner_client) == FILES + 123
    make_file(studio.workspace, size=7, state="trashed")
    make_file(studio.workspace, size=GB, state="deleted")
    assert shown(owner_client) == FILES + 130


def fill(studio: Studio, left: int = 0) -> None:
    """Up to so many bytes."""
    make_ready(studio.voice)
    VoiceCheckpoint.objects.all().delete()
    voice = Voice.objects.filter(pk=studio.voice.pk)
    voice.update(model_size=2 * GB - FILES - left, index_size=0, demo_size=0)


def test_a_full_workspace_starts_nothing(studio: Studio, owner_client: Client) -> None:
    [job] = studio.start(SeparationStart(files=(studio.song.id,)))
    services.cancel(job.id)
    draft = post(owner_client, "voices", {"name": "둘"}).json()["id"]
    fill(studio)
    body = {"files": [str(studio.song.id)]}
    refused = post(owner_client, "separations", body)
    assert code_of(refused) == (402, "quota-storage")
    message = refused.json()["error"]["message"]
    assert "2 GB" in message["ko"]
    assert "new job" in message["en"]
    links = post(owner_client, f"voices/{draft}/import/files", {"model_size": 1000})
    for answer in (
        post(owner_client, "uploads", upload(1)),
        post(owner_client, f"jobs/{job.id}/retry", {}),
        links,
    ):
        assert code_of(answer) == (402, "quota-storage")
    assert Job.objects.count() == 1
    assert post(owner_client, "quotes", {"start": "separate", "request": body}).status_code == 200

    fill(studio, left=1)
    assert post(owner_client, "separations", body).status_code == 201
    fill(studio)
    Subscription.objects.update(plan=PlanName.STARTER)
    assert post(owner_client, "separations", body).status_code == 201
