"""The RunPod backend against a small server that answers as RunPod does."""

import json
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from apps.jobs.backends import named, runpod_client
from apps.jobs.backends.base import (
    Ambiguous,
    Backend,
    Busy,
    Refused,
    Remote,
    RemoteState,
    Unreachable,
)
from apps.jobs.backends.runpod import RunPodBackend
from apps.jobs.backends.runpod_client import RunPodClient
from gpu_worker.contract.job import JOB_SPEC, TrainJob
from gpu_worker.contract.params import TrainParams

KEY = "a-key-that-no-text-may-hold"


@dataclass
class FakeRunPod:
    """``answers`` maps "METHOD /path" to (status, body); None closes without an answer."""

    url: str = ""
    answers: dict[str, tuple[int, Any] | None] = field(default_factory=dict)
    calls: list[tuple[str, Any, str]] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [path for path, _, _ in self.calls]


@pytest.fixture
def runpod() -> Iterator[FakeRunPod]:
    fake = FakeRunPod()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"null")
            call = f"{self.command} {self.path}"
            fake.calls.append((call, body, self.headers.get("Authorization") or ""))
            answer = fake.answers.get(call, (404, {"error": "not found"}))
            if answer is None:
                self.close_connection = True
                return
            text = answer[1] if isinstance(answer[1], str) else json.dumps(answer[1])
            self.send_response(answer[0])
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = _serve

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    yield fake
    server.shutdown()
    server.server_close()


@pytest.fixture
def backend(runpod: FakeRunPod) -> Backend:
    return RunPodBackend(RunPodClient(KEY, runpod.url), "endpoint-1")


def spec() -> TrainJob:
    job = JOB_SPEC.validate_python(
        {
            "kind": "train",
            "job_id": str(uuid.uuid4()),
            "attempt_id": str(uuid.uuid4()),
            "fence": 1,
            "outputs": {},
            "events_url": "http://studio/worker/v1/events",
            "token": "the-token",
            "deadline_s": 100,
            "voice_name": "v",
            "params": TrainParams.model_validate({}),
            "dataset": [{"id": "f", "name": "f", "url": "http://s/f", "size": 1}],
        }
    )
    assert isinstance(job, TrainJob)
    return job


def remote(remote_id: str = "job-1", endpoint: str = "endpoint-1") -> Remote:
    return Remote(uuid.uuid4(), remote_id, endpoint)


def test_submit_sends_the_whole_job_with_its_limits_once(
    runpod: FakeRunPod, backend: Backend
) -> None:
    runpod.answers["POST /endpoint-1/run"] = (200, {"id": "job-1", "status": "IN_QUEUE"})
    sent = spec()
    submission = backend.submit(sent, ttl_s=500)
    assert (submission.remote_id, submission.endpoint) == ("job-1", "endpoint-1")
    [(_, body, authorization)] = runpod.calls
    assert authorization == f"Bearer {KEY}"
    assert body["policy"] == {"executionTimeout": 100_000, "ttl": 500_000}
    assert body["input"]["token"] == "the-token"
    assert JOB_SPEC.validate_python(body["input"]) == sent


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((429, {}), Busy),
        ((400, {"error": "bad"}), Refused),
        ((401, {}), Refused),
        ((500, {}), Ambiguous),
        ((502, "<html>"), Ambiguous),
        ((200, {}), Ambiguous),
        ((200, "not json"), Ambiguous),
        ((200, []), Ambiguous),
        (None, Ambiguous),
    ],
)
def test_every_answer_to_a_submit_is_judged(
    runpod: FakeRunPod, backend: Backend, answer: Any, error: type[Exception]
) -> None:
    runpod.answers["POST /endpoint-1/run"] = answer
    with pytest.raises(error) as caught:
        backend.submit(spec(), ttl_s=500)
    assert KEY not in str(caught.value) + repr(backend)
    assert len(runpod.calls) == 1, "never sent again blindly"


def test_a_time_out_is_ambiguous(
    runpod: FakeRunPod, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runpod_client, "TIMEOUT", 1e-4)
    runpod.answers["POST /endpoint-1/run"] = None
    with pytest.raises((Ambiguous, Busy)):
        backend.submit(spec(), ttl_s=500)


def test_nobody_at_home_means_nothing_was_sent() -> None:
    backend = RunPodBackend(RunPodClient(KEY, "http://127.0.0.1:9"), "endpoint-1")
    with pytest.raises(Busy):
        backend.submit(spec(), ttl_s=500)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("IN_QUEUE", RemoteState.WAITING),
        ("IN_PROGRESS", RemoteState.RUNNING),
        ("RUNNING", RemoteState.RUNNING),
        ("COMPLETED", RemoteState.ENDED),
        ("FAILED", RemoteState.ENDED),
        ("CANCELLED", RemoteState.ENDED),
        ("TIMED_OUT", RemoteState.ENDED),
    ],
)
def test_states(runpod: FakeRunPod, backend: Backend, said: str, state: RemoteState) -> None:
    runpod.answers["GET /older/status/job-1"] = (200, {"id": "job-1", "status": said})
    assert backend.status(remote(endpoint="older")) == state


def test_a_forgotten_job_is_gone_and_an_unnamed_one_uncertain(backend: Backend) -> None:
    assert backend.status(remote()) == RemoteState.GONE
    assert backend.status(remote("")) == RemoteState.UNCERTAIN
    assert backend.stop(remote("")) is True


@pytest.mark.parametrize("answer", [(500, {}), (429, {}), (401, {}), None, (200, {"status": "?"})])
def test_a_state_that_cannot_be_asked(runpod: FakeRunPod, backend: Backend, answer: Any) -> None:
    runpod.answers["GET /endpoint-1/status/job-1"] = answer
    with pytest.raises(Unreachable):
        backend.status(remote())


def test_stop_cancels_until_it_has_ended(runpod: FakeRunPod, backend: Backend) -> None:
    status, cancel = "GET /endpoint-1/status/job-1", "POST /endpoint-1/cancel/job-1"
    runpod.answers[status] = (200, {"status": "IN_PROGRESS"})
    runpod.answers[cancel] = (200, {"status": "CANCELLED"})
    assert backend.stop(remote()) is False
    runpod.answers[status] = (200, {"status": "CANCELLED"})
    assert backend.stop(remote()) is True
    assert runpod.paths.count(cancel) == 1


def test_health(runpod: FakeRunPod, backend: Backend) -> None:
    assert backend.health().ok is False
    runpod.answers["GET /endpoint-1/health"] = (200, {"workers": {"idle": 1}})
    assert backend.health().detail == {"workers": {"idle": 1}}


def test_settings_choose_it(settings: Any) -> None:
    settings.RUNPOD_API_KEY, settings.RUNPOD_ENDPOINT_ID = KEY, "endpoint-9"
    chosen = named("runpod")
    assert isinstance(chosen, RunPodBackend)
    assert chosen.endpoint == "endpoint-9"
