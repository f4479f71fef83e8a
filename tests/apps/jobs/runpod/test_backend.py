"""The RunPod backend against the fake cloud: what is sent, and how every answer is judged."""

import uuid
from dataclasses import replace
from typing import Any

import httpx
import pytest

from apps.jobs.backends import runpod_client
from apps.jobs.backends.base import (
    Ambiguous,
    Busy,
    Closed,
    Refused,
    Remote,
    RemoteState,
    Unreachable,
)
from apps.jobs.backends.runpod import LAST_WORD_S, RunPodBackend, in_order
from apps.jobs.backends.runpod_client import NoAnswer, NotSent, Rejected, RunPodClient, pause_s
from apps.jobs.compute import Route
from apps.jobs.problems import WebCode
from apps.jobs.states import Purpose
from gpu_worker.contract.errors import Code
from gpu_worker.contract.job import JOB_SPEC, AnyJob
from gpu_worker.contract.params import JobKind, TrainParams
from tests.cloud.cloud import RETENTION_S, Cloud, Faults, Refusal
from tests.cloud.server import FakeRunPod
from tests.cloud.worker import Hand

from .conftest import CONVERSION, TRAINING, backend_of


def spec(**changes: Any) -> AnyJob:
    return JOB_SPEC.validate_python(
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
            **changes,
        }
    )


def sent(backend: RunPodBackend) -> Remote:
    job = spec()
    submission = backend.submit(job, ttl_s=500)
    return Remote(uuid.UUID(job.attempt_id), submission.remote_id, submission.endpoint)


def hand(runpod: FakeRunPod, endpoint: str = TRAINING.endpoint) -> Hand:
    return Hand(runpod.url, endpoint)


# -- submit --------------------------------------------------------------------------------------


def test_submit_sends_the_whole_job_with_its_limits_once(
    cloud: Cloud, backend: RunPodBackend
) -> None:
    job = spec()
    told = replace(backend, webhook=lambda attempt, life_s: f"http://studio/{attempt}/{life_s}")
    submission = told.submit(job, ttl_s=500)
    assert submission.endpoint == TRAINING.endpoint
    assert submission.price_per_s == TRAINING.price_per_s
    [remote] = cloud.jobs.values()
    assert submission.remote_id == remote.id
    assert (remote.execution_s, remote.ttl_s) == (100 + LAST_WORD_S, 500 + LAST_WORD_S)
    assert remote.webhook == f"http://studio/{job.attempt_id}/500"
    assert remote.input["token"] == "the-token"
    assert JOB_SPEC.validate_python(remote.input) == job
    assert cloud.calls == [f"POST /v2/{TRAINING.endpoint}/run"]


def test_an_unknown_endpoint_passes_the_job_on_to_the_next(
    cloud: Cloud, runpod: FakeRunPod
) -> None:
    unknown = Route("gone-4090", Purpose.TRAINING)
    backend = backend_of(runpod, unknown, CONVERSION)
    assert backend.submit(spec(), ttl_s=500).endpoint == CONVERSION.endpoint
    assert len(cloud.jobs) == 1


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (JobKind.TRAIN, ["t", "any", "c", "sick"]),
        (JobKind.CONVERT, ["c", "any", "t", "sick"]),
        (JobKind.COVER, ["c", "any", "t", "sick"]),
    ],
)
def test_endpoints_by_kind_with_fall_back(kind: JobKind, wanted: list[str]) -> None:
    routes = [
        Route("sick", Purpose.TRAINING, problem=WebCode.RUNPOD_ASLEEP),
        Route("any"),
        Route("old", problem=Code.CONTRACT_VERSION),
        Route("c", Purpose.CONVERSION),
        Route("t", Purpose.TRAINING),
    ]
    assert [each.endpoint for each in in_order(routes, kind)] == wanted


def test_jobs_wait_where_every_worker_speaks_another_contract(runpod: FakeRunPod) -> None:
    old = replace(TRAINING, problem=Code.CONTRACT_VERSION)
    with pytest.raises(Closed) as caught:
        backend_of(runpod, old).submit(spec(), ttl_s=500)
    assert caught.value.code == Code.CONTRACT_VERSION
    assert runpod.cloud.calls == []


def test_429_everywhere_is_no_room(cloud: Cloud, backend: RunPodBackend) -> None:
    cloud.faults = Faults(busy=1.0)
    with pytest.raises(Busy):
        backend.submit(spec(), ttl_s=500)
    assert len(cloud.calls) == 2, "each endpoint once"
    assert cloud.jobs == {}


@pytest.mark.parametrize("faults", [Faults(answer_lost=1.0), Faults(broken=1.0)])
def test_a_5xx_is_ambiguous_and_nothing_is_sent_twice(
    cloud: Cloud, backend: RunPodBackend, faults: Faults
) -> None:
    cloud.faults = faults
    with pytest.raises(Ambiguous) as caught:
        backend.submit(spec(), ttl_s=500)
    assert len(cloud.calls) == 1, "not here again, and not at the next endpoint"
    assert caught.value.where.endpoint == TRAINING.endpoint
    assert caught.value.where.remote_id == ""


@pytest.mark.parametrize(
    ("answer", "code", "error"),
    [
        (Refusal(401, "unauthorized"), WebCode.RUNPOD_KEY, Closed),
        (Refusal(403, "forbidden"), WebCode.RUNPOD_KEY, Closed),
        (Refusal(402, "payment required"), WebCode.RUNPOD_QUOTA, Closed),
        (Refusal(403, "insufficient balance"), WebCode.RUNPOD_QUOTA, Closed),
        (Refusal(400, "worker quota exceeded"), WebCode.RUNPOD_QUOTA, Closed),
        (Refusal(404, "endpoint not found"), WebCode.RUNPOD_ENDPOINT, Closed),
        (Refusal(413, "too large"), WebCode.JOB_TOO_LARGE, Refused),
        (Refusal(400, "bad request"), WebCode.BACKEND_REFUSED, Refused),
    ],
)
def test_every_refusal_has_a_code_of_its_own(
    cloud: Cloud,
    backend: RunPodBackend,
    answer: Refusal,
    code: str,
    error: type[Closed] | type[Refused],
) -> None:
    cloud.refusal = answer
    with pytest.raises(error) as caught:
        backend.submit(spec(), ttl_s=500)
    assert (type(caught.value), vars(caught.value)["code"]) == (error, code)
    assert cloud.key not in str(caught.value) + repr(backend)
    assert cloud.jobs == {}


@pytest.mark.parametrize(
    ("status", "error"), [(408, Ambiguous), (409, Busy), (425, Busy), (429, Busy)]
)
def test_what_may_pass_is_no_refusal(
    cloud: Cloud, backend: RunPodBackend, status: int, error: type[Exception]
) -> None:
    """408 may have been done; the others certainly were not."""
    cloud.refusal = Refusal(status, "not now")
    with pytest.raises(error):
        backend.submit(spec(), ttl_s=500)
    assert len(cloud.calls) == (1 if error is Ambiguous else 2)


@pytest.mark.parametrize("key", ["ㅁㅔㅑ-key", "a key", "key\nx", "key\x7f"])
def test_a_key_that_no_header_can_carry_is_a_wrong_key(runpod: FakeRunPod, key: str) -> None:
    backend = backend_of(runpod)
    backend = replace(backend, client=replace(backend.client, api_key=key))
    with pytest.raises(Closed) as caught:
        backend.submit(spec(), ttl_s=500)
    assert caught.value.code == WebCode.RUNPOD_KEY
    assert key not in str(caught.value)
    assert backend.health().code == WebCode.RUNPOD_KEY
    with pytest.raises(Unreachable):
        backend.status(Remote(uuid.uuid4(), "job", TRAINING.endpoint))
    assert runpod.cloud.calls == []


def test_a_failed_job_can_be_run_again_once(
    cloud: Cloud, runpod: FakeRunPod, backend: RunPodBackend
) -> None:
    remote = sent(backend)
    worker = hand(runpod)
    worker.take()
    with pytest.raises(Rejected) as caught:
        backend.client.retry(remote.endpoint, remote.remote_id)
    assert caught.value.status == 400, "it runs"
    worker.done(remote.remote_id, error="Traceback")
    backend.client.retry(remote.endpoint, remote.remote_id)
    assert backend.status(remote).state == RemoteState.WAITING
    again = worker.take()
    assert again is not None
    assert again["id"] == remote.remote_id
    cloud.calls.clear()
    cloud.faults = Faults(broken=1.0)
    with pytest.raises(NoAnswer):
        backend.client.retry(remote.endpoint, remote.remote_id)
    assert cloud.calls == [f"POST /v2/{remote.endpoint}/retry/{remote.remote_id}"], "never twice"


def test_a_wrong_key_is_told_from_everything_else(runpod: FakeRunPod) -> None:
    backend = backend_of(runpod)
    backend = replace(backend, client=replace(backend.client, api_key="wrong"))
    with pytest.raises(Closed) as caught:
        backend.submit(spec(), ttl_s=500)
    assert caught.value.code == WebCode.RUNPOD_KEY
    assert len(runpod.cloud.calls) == 1, "the key is the same everywhere"
    assert backend.health().code == WebCode.RUNPOD_KEY


def test_without_key_or_endpoint_nothing_is_asked(runpod: FakeRunPod) -> None:
    backend = backend_of(runpod)
    for unset in (
        replace(backend, routes=()),
        replace(backend, client=replace(backend.client, api_key="")),
    ):
        with pytest.raises(Closed) as caught:
            unset.submit(spec(), ttl_s=500)
        assert caught.value.code == WebCode.RUNPOD_UNSET
        assert unset.health().code == WebCode.RUNPOD_UNSET
    assert runpod.cloud.calls == []


def test_a_body_beyond_the_limit_is_never_sent(cloud: Cloud, backend: RunPodBackend) -> None:
    files = [
        {"id": str(n), "name": "f", "url": f"http://s/{'u' * 1000}", "size": 1}
        for n in range(10_000)
    ]
    with pytest.raises(Refused) as caught:
        backend.submit(spec(dataset=files), ttl_s=500)
    assert caught.value.code == WebCode.JOB_TOO_LARGE
    assert cloud.calls == []


def test_nobody_at_home_means_nothing_was_sent() -> None:
    client = RunPodClient("k", "http://127.0.0.1:9")
    with pytest.raises(Busy):
        RunPodBackend(client, (TRAINING,)).submit(spec(), ttl_s=500)


def test_a_time_out_is_ambiguous(
    runpod: FakeRunPod, backend: RunPodBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runpod_client, "TIMEOUT", httpx.Timeout(0.05, connect=5.0))
    with runpod.cloud.lock, pytest.raises(Ambiguous):
        backend.submit(spec(), ttl_s=500)


# -- status, stop, health ------------------------------------------------------------------------


def test_a_job_is_followed_from_the_queue_to_its_end(
    cloud: Cloud, runpod: FakeRunPod, backend: RunPodBackend
) -> None:
    remote = sent(backend)
    worker = hand(runpod)
    assert backend.status(remote).state == RemoteState.WAITING
    job = worker.take()
    assert job is not None
    assert job["id"] == remote.remote_id
    assert backend.status(remote).state == RemoteState.RUNNING
    cloud.pass_time(12.0)
    assert worker.done(job["id"], output={"outcome": "finished"})
    look = backend.status(remote)
    assert (look.state, look.code) == (RemoteState.ENDED, "")
    assert look.machine_s == pytest.approx(12.0, abs=1.0)
    cloud.pass_time(RETENTION_S + 1)
    assert backend.status(remote).state == RemoteState.GONE


@pytest.mark.parametrize(
    ("result", "code"),
    [
        ({"error": "operator:contract-version: the job speaks 9"}, Code.CONTRACT_VERSION),
        ({"output": {"code": "worker:out-of-memory"}}, Code.OUT_OF_MEMORY),
        ({"error": "Traceback (most recent call last)"}, ""),
        ({"error": "user:no-such-code"}, ""),
        ({"output": ["anything", {}]}, ""),
    ],
)
def test_a_workers_own_code_is_read(
    runpod: FakeRunPod, backend: RunPodBackend, result: dict[str, Any], code: str
) -> None:
    remote = sent(backend)
    worker = hand(runpod)
    job = worker.take()
    assert job is not None
    worker.done(job["id"], **result)
    assert backend.status(remote).code == code


def test_runpods_own_time_limit_is_a_deadline(cloud: Cloud, runpod: FakeRunPod) -> None:
    backend = backend_of(runpod)
    remote = sent(backend)
    hand(runpod).take()
    cloud.pass_time(100 + LAST_WORD_S + 1)
    look = backend.status(remote)
    assert (look.state, look.code) == (RemoteState.ENDED, Code.DEADLINE)


def test_ttl_kills_a_running_job_and_forgets_it(cloud: Cloud, runpod: FakeRunPod) -> None:
    backend = backend_of(runpod)
    worker = hand(runpod)
    job = spec(deadline_s=10_000)
    submission = backend.submit(job, ttl_s=300)
    assert worker.take() is not None
    cloud.pass_time(300 + LAST_WORD_S + 1)
    remote = Remote(uuid.UUID(job.attempt_id), submission.remote_id, submission.endpoint)
    assert backend.status(remote).state == RemoteState.GONE
    assert worker.stops() == [submission.remote_id]


def test_an_unnamed_job_is_uncertain_and_costs_no_call(
    cloud: Cloud, backend: RunPodBackend
) -> None:
    unnamed = Remote(uuid.uuid4(), "", TRAINING.endpoint)
    assert backend.status(unnamed).state == RemoteState.UNCERTAIN
    assert backend.stop(unnamed).is_over
    assert cloud.calls == []


@pytest.mark.parametrize("faults", [Faults(busy=1.0), Faults(broken=1.0)])
def test_what_may_be_asked_twice_is_asked_three_times(
    cloud: Cloud, backend: RunPodBackend, faults: Faults
) -> None:
    remote = sent(backend)
    cloud.faults = faults
    cloud.calls.clear()
    with pytest.raises(Unreachable):
        backend.status(remote)
    assert len(cloud.calls) == runpod_client.TRIES


def test_pauses_grow_differ_and_heed_retry_after() -> None:
    for number, longest in ((0, 0.25), (1, 1.0), (2, 4.0), (9, 5.0)):
        pauses = {pause_s(number) for _ in range(50)}
        assert longest / 2 <= min(pauses) < max(pauses) <= longest
    assert 1.0 <= pause_s(0, 2.0) <= 2.0
    assert pause_s(0, 3600.0) <= 5.0


def test_retry_after_reaches_the_pause(backend: RunPodBackend) -> None:
    answer = httpx.Response(429, headers={"Retry-After": "3"})
    with pytest.raises(NotSent) as caught:
        runpod_client._judge(answer)
    assert caught.value.retry_after_s == 3.0


@pytest.mark.parametrize("text", ["not json", "[]", '{"status": "?"}'])
def test_an_answer_that_makes_no_sense_says_nothing(
    backend: RunPodBackend, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    http = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, text=text)))
    monkeypatch.setattr(runpod_client, "_kept", lambda: http)
    monkeypatch.setattr(runpod_client, "_anew", lambda: http)
    with pytest.raises(Unreachable):
        backend.status(Remote(uuid.uuid4(), "job", TRAINING.endpoint))
    with pytest.raises(Ambiguous):
        backend.submit(spec(), ttl_s=500)


def test_stop_cancels_until_it_has_ended(
    cloud: Cloud, runpod: FakeRunPod, backend: RunPodBackend
) -> None:
    remote = sent(backend)
    worker = hand(runpod)
    worker.take()
    assert not backend.stop(remote).is_over
    assert backend.stop(remote).is_over
    assert worker.stops() == [remote.remote_id]
    cancels = [call for call in cloud.calls if "/cancel/" in call]
    assert len(cancels) == 1


def test_health_counts_jobs_and_workers_of_each_endpoint(
    cloud: Cloud, backend: RunPodBackend
) -> None:
    sent(backend)
    health = backend.health()
    assert health.ok
    assert health.detail[TRAINING.endpoint]["jobs"]["inQueue"] == 1
    assert health.detail[CONVERSION.endpoint]["workers"]["idle"] == 3
    del cloud.endpoints[TRAINING.endpoint]
    health = backend.health()
    assert health.ok, "the other one takes jobs"
    assert health.detail[TRAINING.endpoint]["code"] == WebCode.RUNPOD_ENDPOINT
    assert health.code == WebCode.RUNPOD_ENDPOINT


def test_the_account_tells_its_balance(backend: RunPodBackend) -> None:
    account = backend.client.account()
    assert (account.balance, account.spend_per_hour) == (12.5, 0.5)


def test_no_part_of_the_backend_shows_the_key(backend: RunPodBackend) -> None:
    assert backend.client.api_key not in repr(backend) + repr(backend.client)
