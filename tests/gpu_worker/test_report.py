"""Events over real HTTP: numbered, batched, sent until heard."""

import math
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from gpu_worker.contract.errors import Code
from gpu_worker.contract.events import Failed, Progress
from gpu_worker.contract.job import ConvertJob, EncoderRef, Failure, FileRef, VoiceRef
from gpu_worker.contract.params import ContentEncoderName, ConvertParams
from gpu_worker.contract.stage import Stage
from gpu_worker.report import Reporter, ReportPace
from gpu_worker.retry import Backoff
from gpu_worker.stopping import StopReason, StopSwitch
from tests.gpu_worker.studio_server import TOKEN, Studio, serve

PACE = ReportPace(
    send_every=0.05,
    heartbeat_every=0.1,
    unreachable_after=1.0,
    last_words=3.0,
    backoff=Backoff(first=0.02, ceiling=0.1),
)


def job(studio: Studio, deadline_s: int = 60) -> ConvertJob:
    file = FileRef(id="1", name="x", url=studio.object_url("x"), size=1)
    encoder = EncoderRef(id=ContentEncoderName.WHISPER_BASE, sha256="0" * 64)
    return ConvertJob(
        job_id="job",
        attempt_id="attempt",
        fence=2,
        outputs={},
        events_url=f"{studio.url}/worker/v1/events",
        token=TOKEN,
        deadline_s=deadline_s,
        params=ConvertParams(),
        source=file,
        voices=(VoiceRef(id="v", model=file, index=None, encoder=encoder),),
    )


@pytest.fixture
def studio() -> Iterator[Studio]:
    with serve() as running:
        yield running


@pytest.fixture
def switch() -> StopSwitch:
    return StopSwitch()


@pytest.fixture
def reporter(studio: Studio, switch: StopSwitch) -> Iterator[Reporter]:
    with httpx.Client() as client:
        made = Reporter(job(studio), switch, client, PACE)
        made.start()
        yield made
        made.close()


def eventually(true: Callable[[], bool], seconds: float = 3.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "never came true"
        time.sleep(0.01)


def test_events_arrive_numbered_and_in_order(studio: Studio, reporter: Reporter) -> None:
    reporter.started("host", "cpu")
    reporter.log("시작", "begin")
    reporter.progress(Stage.TRAIN, 0.5, step=3, total_steps=6, losses={"mel": 1.0})
    reporter.finished()
    assert reporter.close()
    assert [event.seq for event in studio.events] == [1, 2, 3, 4]
    assert studio.types == ["started", "log", "progress", "finished"]
    assert {batch.fence for batch in studio.batches} == {2}


def test_many_steps_become_few_events_that_never_fall(studio: Studio, reporter: Reporter) -> None:
    started = time.monotonic()
    for step in range(300):
        reporter.progress(Stage.TRAIN, abs(150 - step) / 300, step=step)
        time.sleep(0.001)
    rounds = (time.monotonic() - started) / PACE.send_every
    assert reporter.close()
    heard = [event for event in studio.events if isinstance(event, Progress)]
    assert len(heard) <= rounds + 2
    assert heard[-1].step == 299
    assert [e.fraction for e in heard] == sorted(e.fraction for e in heard)


def test_the_last_step_outlives_the_stage_that_follows(studio: Studio, switch: StopSwitch) -> None:
    with httpx.Client() as client:
        reporter = Reporter(job(studio), switch, client, PACE)
        reporter.progress(Stage.TRAIN, 0.8, step=5, total_steps=6, losses={"mel": 2.0})
        reporter.progress(Stage.TRAIN, 0.9, step=6, total_steps=6, losses={"mel": 1.0})
        reporter.progress(Stage.STORE, 0.95)
        reporter.start()
        assert reporter.close()
    train, store = studio.events
    assert isinstance(train, Progress)
    assert isinstance(store, Progress)
    assert (train.step, train.losses) == (6, {"mel": 1.0})
    assert (store.step, store.total_steps, store.losses) == (6, 6, {})


def test_losses_that_are_not_numbers_are_left_out(studio: Studio, reporter: Reporter) -> None:
    reporter.progress(Stage.TRAIN, 0.1, losses={"mel": float("nan"), "kl": 1.0})
    assert reporter.close()
    (event,) = studio.events
    assert isinstance(event, Progress)
    assert event.losses == {"kl": 1.0}


def test_heartbeats_without_events(studio: Studio, reporter: Reporter) -> None:
    eventually(lambda: len(studio.batches) >= 3)
    assert studio.events == []


def test_the_name_of_the_remote_job_is_said_until_it_was_heard(
    studio: Studio, switch: StopSwitch
) -> None:
    studio.lose_replies = 1
    with httpx.Client() as client:
        named = Reporter(job(studio), switch, client, PACE, remote_id="remote-7")
        named.started("host", "cpu")
        named.start()
        eventually(lambda: len(studio.batches) >= 4)
        assert named.close()
    first, again, *others = studio.batches
    assert (first.remote_id, first.events[0].type) == ("remote-7", "started")
    assert again.remote_id == "remote-7", "its first message got no answer"
    said = {"remote_id" in batch.model_fields_set for batch in others}
    assert said == {False}, "an older studio would refuse them all"


def test_a_name_that_nobody_could_keep_is_not_said(studio: Studio, switch: StopSwitch) -> None:
    with httpx.Client() as client:
        named = Reporter(job(studio), switch, client, PACE, remote_id="x" * 201)
        named.start()
        eventually(lambda: bool(studio.batches))
        assert named.close()
    assert studio.batches[0].remote_id == ""


def test_stop_is_heard_with_a_heartbeat(
    studio: Studio, reporter: Reporter, switch: StopSwitch
) -> None:
    studio.stop_when = lambda events: True
    eventually(switch)
    assert switch.reason is StopReason.CANCELLED


def test_a_lost_reply_makes_a_repetition_not_a_gap(studio: Studio, reporter: Reporter) -> None:
    studio.lose_replies = 2
    for number in range(3):
        reporter.log(f"{number}번", f"number {number}")
    assert reporter.close()
    assert sum(len(batch.events) for batch in studio.batches) > 3
    assert [event.seq for event in studio.events] == [1, 2, 3]


def test_events_wait_while_the_web_is_away(
    studio: Studio, reporter: Reporter, switch: StopSwitch
) -> None:
    studio.events_down_until = math.inf
    reporter.log("하나", "one")
    time.sleep(0.3)
    assert studio.events == []
    reporter.failed(Failure(code=Code.AUDIO_SILENT))
    studio.events_down_until = 0.0
    assert reporter.close()
    assert studio.types == ["log", "failed"]
    last = studio.events[-1]
    assert isinstance(last, Failed)
    assert last.failure.code is Code.AUDIO_SILENT
    assert not switch()


def test_a_web_away_for_too_long_ends_the_attempt(
    studio: Studio, reporter: Reporter, switch: StopSwitch
) -> None:
    studio.events_down_until = studio.down_for(60)
    eventually(switch)
    assert switch.reason is StopReason.UNREACHABLE


@pytest.mark.parametrize("status", [404, 409, 410])
def test_a_proxy_that_knows_no_studio_is_waited_for(
    studio: Studio, reporter: Reporter, switch: StopSwitch, status: int
) -> None:
    studio.events_status = status
    reporter.log("하나", "one")
    time.sleep(0.3)
    assert not switch()
    studio.events_status = 200
    assert reporter.close()
    assert studio.types == ["log"]


@pytest.mark.parametrize("status", [401, 403])
def test_a_void_token_means_stop(
    studio: Studio, reporter: Reporter, switch: StopSwitch, status: int
) -> None:
    studio.events_status = status
    eventually(switch)
    assert switch.reason is StopReason.CANCELLED


def test_a_proxys_page_is_no_reply(studio: Studio, switch: StopSwitch) -> None:
    with httpx.Client(transport=httpx.MockTransport(_page)) as client:
        reporter = Reporter(job(studio), switch, client, PACE)
        reporter.start()
        eventually(switch)
        reporter.close()
    assert switch.reason is StopReason.UNREACHABLE


def _page(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, text="<html>bad gateway</html>")


def test_the_deadline_throws_the_switch(studio: Studio, switch: StopSwitch) -> None:
    with httpx.Client() as client:
        reporter = Reporter(job(studio, deadline_s=1), switch, client, PACE)
        reporter.start()
        eventually(switch)
        assert switch.reason is StopReason.DEADLINE
        assert reporter.close()


def test_closing_gives_up_in_time(studio: Studio, switch: StopSwitch) -> None:
    studio.events_down_until = studio.down_for(60)
    pace = ReportPace(send_every=0.05, last_words=0.3)
    with httpx.Client() as client:
        reporter = Reporter(job(studio), switch, client, pace)
        reporter.start()
        reporter.finished()
        started = time.monotonic()
        assert not reporter.close()
    assert time.monotonic() - started < PACE.last_words
