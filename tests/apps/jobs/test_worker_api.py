"""Workers speak for their own attempt only."""

import time
import uuid
from typing import Any

import pytest
from django.test import Client

from apps.jobs import services, tokens
from apps.jobs.models import JobEvent
from gpu_worker.contract.errors import Code
from gpu_worker.contract.events import Event

from .conftest import Studio, current
from .fakes import FakeWorker

URL = "/worker/v1/events"


def send(client: Client, worker: FakeWorker, *events: Event, token: str | None = None) -> Any:
    spec = worker.spec
    said = spec.token.get_secret_value() if token is None else token
    body = {
        "attempt_id": spec.attempt_id,
        "fence": spec.fence,
        "events": [event.model_dump(mode="json") for event in events],
    }
    return client.post(
        URL, body, content_type="application/json", headers={"Authorization": f"Bearer {said}"}
    )


def test_events_are_heard_without_session_or_csrf(studio: Studio) -> None:
    job = studio.train()
    worker = studio.dispatch()
    response = send(Client(enforce_csrf_checks=True), worker, worker.started())
    assert (response.status_code, response.json()) == (200, {"stop": False, "finish": False})
    assert current(job).state == "running"


def test_an_empty_batch_is_a_heartbeat_and_hears_of_the_cancel(studio: Studio) -> None:
    job = studio.train()
    worker = studio.dispatch()
    assert send(Client(), worker).json() == {"stop": False, "finish": False}
    services.cancel(job.id)
    assert send(Client(), worker).json() == {"stop": True, "finish": False}


@pytest.mark.parametrize("token", ["", "nonsense", "a:b:c"])
def test_without_a_token_nothing_is_heard(studio: Studio, token: str) -> None:
    studio.train()
    worker = studio.dispatch()
    response = send(Client(), worker, worker.started(), token=token)
    assert response.status_code == 401
    assert not JobEvent.objects.filter(seq__isnull=False).exists()


def test_an_expired_token_is_refused(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.train()
    worker = studio.dispatch()
    later = time.time() + 10 * 24 * 3600
    monkeypatch.setattr(time, "time", lambda: later)
    assert send(Client(), worker, worker.started()).status_code == 401


def test_a_token_speaks_for_its_own_attempt_only(studio: Studio) -> None:
    studio.train()
    worker = studio.dispatch()
    forged = tokens.sign(uuid.uuid4(), 60)
    response = send(Client(), worker, worker.started(), token=forged)
    assert response.status_code == 403
    assert not JobEvent.objects.filter(seq__isnull=False).exists()


def test_an_overtaken_attempt_is_told_to_stop(studio: Studio) -> None:
    job = studio.train()
    worker = studio.dispatch()
    services.fail(uuid.UUID(worker.spec.attempt_id), Code.LOST)
    assert send(Client(), worker, worker.progress(0.9, 3)).json() == {"stop": True, "finish": False}
    job.refresh_from_db()
    assert (job.state, job.fraction) == ("queued", 0.0)


def test_a_batch_that_breaks_the_contract_is_refused(studio: Studio) -> None:
    studio.train()
    worker = studio.dispatch()
    token = worker.spec.token.get_secret_value()
    response = Client().post(
        URL,
        {"attempt_id": worker.spec.attempt_id, "fence": 1, "events": [{"type": "magic"}]},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert response.status_code == 400
