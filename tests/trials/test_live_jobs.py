"""Real jobs on a real studio while its parts are killed: nothing is lost, nothing paid twice."""

import os
import signal
import time

import httpx
import numpy as np
import pytest

from gpu_worker.engine.sound.audio import decode_stereo
from tests.factories import wav_bytes
from tests.journey.material import MIX
from tests.live import LiveStack, is_alive
from tests.trials.customer import Customer, singing, wait_for
from voicestudio.embedded.supervisor import Supervisor

TRAINING = {
    "total_steps": 120,
    "batch_size": 1,
    "sample_rate": 32_000,
    "checkpoint_every": 20,
    "patience": 0,
    "previews": 1,
    "f0_method": "swift-f0",
}
COVER = ["mix", "acapella", "lead", "vocals", "instrumental"]


@pytest.fixture(scope="module")
def stack(live_stack: LiveStack) -> LiveStack:
    return live_stack


@pytest.fixture(scope="module")
def customer(stack: LiveStack) -> Customer:
    return Customer.arrive(stack)


@pytest.fixture(scope="module")
def recording(customer: Customer) -> str:
    return customer.upload("녹음.wav", singing(15.0))


@pytest.fixture(scope="module")
def trained(stack: LiveStack, customer: Customer, recording: str) -> str:
    """A voice whose training lost its worker, then Celery, then the web process, to kill -9."""
    voice = customer.voice("아리아")
    job = customer.train(voice, [recording], **TRAINING)
    customer.wait_for_event(job, "checkpoint")
    assert stack.jobs_at_work(), customer.story(job)
    [worker] = stack.jobs_at_work()
    os.killpg(worker, signal.SIGKILL)
    customer.wait_for_job(job, lambda shown: bool(shown["attempt"]["fence"] == 2))
    customer.wait_for_job(job, lambda shown: bool(shown["state"] == "running"))
    for part in ("worker", "web"):
        old = stack.pid(part)
        stack.kill(part)
        stack.wait_restarted(part, old, seconds=180)
    stack.wait_answering(180)
    done = customer.wait_for_success(job)
    assert done["attempt"]["fence"] == 2, customer.story(job)
    assert done["step"] == TRAINING["total_steps"]
    steps = [
        line["step"] for line in customer.events(job) if line["attempt"] == 2 and line["losses"]
    ]
    assert min(steps) > 1, "the second attempt began where the first had left its checkpoint"
    assert customer.credits()[1] == 0
    return voice


def test_a_training_outlives_its_worker_celery_and_the_web(
    customer: Customer, trained: str
) -> None:
    voice = customer.get(f"/api/v1/voices/{trained}")
    assert voice["state"] == "ready"
    export = customer.get(f"/api/v1/voices/{trained}/export")
    model = httpx.get(export["model"]["url"])
    assert len(model.content) == export["model"]["size"]


def test_storage_that_refuses_for_20_s_harms_no_job(
    services: Supervisor, customer: Customer, trained: str, recording: str
) -> None:
    storage = services.child("storage").pid
    job = customer.convert(trained, recording, f0_method="swift-f0")
    os.kill(storage, signal.SIGSTOP)
    try:
        time.sleep(20)
        assert customer.job(job)["state"] in ("dispatched", "running"), customer.story(job)
    finally:
        os.kill(storage, signal.SIGCONT)
    done = customer.wait_for_success(job)
    [result] = done["results"]
    assert customer.measured(result)["duration_s"] == pytest.approx(15.0, abs=0.05)


@pytest.fixture(scope="module")
def song(customer: Customer) -> str:
    """A minute of the demo song, voice and accompaniment."""
    once, rate = decode_stereo(MIX)
    return customer.upload("긴 노래.wav", wav_bytes(np.tile(once, (4, 1))[: 60 * rate].T, rate))


@pytest.mark.trial
def test_a_cover_outlives_its_worker_celery_the_web_and_a_storage_that_refuses(
    services: Supervisor, stack: LiveStack, customer: Customer, trained: str, song: str
) -> None:
    before = customer.credits()
    [job] = customer.make("covers", [song], voice=trained, params={"f0_method": "swift-f0"})
    customer.wait_for_job(job, lambda shown: bool(shown["stage"] == "convert"))
    [worker] = stack.jobs_at_work()
    os.killpg(worker, signal.SIGKILL)
    customer.wait_for_job(job, lambda shown: bool(shown["attempt"]["fence"] == 2))
    customer.wait_for_job(job, lambda shown: bool(shown["stage"] == "separate"))
    for part in ("worker", "web"):
        old = stack.pid(part)
        stack.kill(part)
        stack.wait_restarted(part, old, seconds=180)
    stack.wait_answering(180)
    customer.wait_for_job(job, lambda shown: shown["stage"] in ("effects", "mix", "store"))
    storage = services.child("storage").pid
    os.kill(storage, signal.SIGSTOP)
    try:
        time.sleep(20)
        assert customer.job(job)["state"] == "running", customer.story(job)
    finally:
        os.kill(storage, signal.SIGCONT)
    done = customer.wait_for_success(job)
    assert done["attempt"]["fence"] == 2, customer.story(job)
    assert [file["stem"] for file in done["results"]] == COVER
    for file in done["results"]:
        shown = customer.measured(file)
        assert shown["duration_s"] == pytest.approx(60.0, abs=0.05)
    assert customer.credits() == (before[0] - done["cost"], 0)


@pytest.mark.trial
def test_cancel_while_separating_ends_the_worker_soon(
    stack: LiveStack, customer: Customer, song: str
) -> None:
    before = customer.credits()
    [job] = customer.make("separations", [song])
    customer.wait_for_job(job, lambda shown: bool(shown["stage"] == "separate"))
    [worker] = stack.jobs_at_work()
    assert customer.post(f"/api/v1/jobs/{job}/cancel", status=200)["state"] == "cancelled"
    wait_for(lambda: not is_alive(worker), 15, "the worker still runs")
    assert customer.credits() == before
    assert customer.get(f"/api/v1/files?job={job}")["results"] == []


def test_cancel_while_training_ends_the_worker_soon(
    stack: LiveStack, customer: Customer, recording: str
) -> None:
    before = customer.credits()
    voice = customer.voice("베라")
    job = customer.train(voice, [recording], **TRAINING | {"total_steps": 20_000})
    customer.wait_for_event(job, "progress")
    [worker] = stack.jobs_at_work()
    assert customer.post(f"/api/v1/jobs/{job}/cancel", status=200)["state"] == "cancelled"
    assert customer.credits() == before
    wait_for(lambda: not is_alive(worker), 60, "the worker still runs")
    assert customer.job(job)["state"] == "cancelled"
    assert customer.get(f"/api/v1/voices/{voice}")["state"] == "draft"


def test_more_jobs_than_places_wait_in_line(
    stack: LiveStack, customer: Customer, trained: str, recording: str
) -> None:
    voice = customer.voice("첼라")
    first = customer.train(voice, [recording], **TRAINING | {"total_steps": 20_000})
    customer.wait_for_job(first, lambda shown: bool(shown["state"] == "running"))
    second = customer.convert(trained, recording, f0_method="swift-f0")
    third = customer.convert(trained, recording, f0_method="swift-f0")
    shown = [customer.job(job) for job in (second, third)]
    assert [job["state"] for job in shown] == ["queued", "queued"]
    assert [job["queue_position"] for job in shown] == [1, 2]
    assert len(stack.jobs_at_work()) == 1
    for job in (second, first):
        assert customer.post(f"/api/v1/jobs/{job}/cancel", status=200)["state"] == "cancelled"
    customer.wait_for_success(third)
    assert len(stack.jobs_at_work()) <= 1
