"""Objects in and out over real HTTP, with a storage that misbehaves."""

import hashlib
import logging
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.job import FileRef
from gpu_worker.engine.stop import Stopped
from gpu_worker.retry import Backoff
from gpu_worker.stopping import StopReason, StopSwitch
from gpu_worker.transfer import Transfer
from tests.gpu_worker.studio_server import SIGNATURE, Studio, serve

CONTENT = bytes(range(256)) * 4000
QUICK = Backoff(first=0.02, ceiling=0.1, patience=1.5)


@pytest.fixture
def studio() -> Iterator[Studio]:
    with serve() as running:
        running.objects["song"] = CONTENT
        yield running


@pytest.fixture
def switch() -> StopSwitch:
    return StopSwitch()


@pytest.fixture
def transfer(studio: Studio, switch: StopSwitch) -> Iterator[Transfer]:
    with httpx.Client() as client:
        yield Transfer({"out": studio.object_url("out")}, switch, client, QUICK)


def ref(studio: Studio, sha256: str | None = None, size: int = len(CONTENT)) -> FileRef:
    return FileRef(id="1", name="노래.wav", url=studio.object_url("song"), size=size, sha256=sha256)


def test_fetches_and_verifies(studio: Studio, transfer: Transfer, tmp_path: Path) -> None:
    told: list[int] = []
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    path = transfer.fetch(ref(studio, sha256), tmp_path / "song", told.append)
    assert path.read_bytes() == CONTENT
    assert sum(told) == len(CONTENT)


@pytest.mark.parametrize(("sha256", "size"), [("0" * 64, len(CONTENT)), (None, 5)])
def test_damaged_input_is_refused_and_leaves_nothing(
    studio: Studio, transfer: Transfer, tmp_path: Path, sha256: str | None, size: int
) -> None:
    with pytest.raises(JobError) as caught:
        transfer.fetch(ref(studio, sha256, size), tmp_path / "song")
    assert caught.value.code is Code.INPUT_CORRUPT
    assert list(tmp_path.iterdir()) == []


def test_a_cut_download_resumes_where_it_ended(
    studio: Studio, transfer: Transfer, tmp_path: Path
) -> None:
    studio.cut_downloads_after = 600_000
    path = transfer.fetch(ref(studio), tmp_path / "song")
    assert path.read_bytes() == CONTENT
    (asked,) = studio.ranges
    assert int(asked.removeprefix("bytes=").rstrip("-")) > 0


def test_waits_for_a_storage_that_refuses(
    studio: Studio, transfer: Transfer, tmp_path: Path
) -> None:
    studio.storage_down_until = studio.down_for(0.5)
    path = transfer.fetch(ref(studio), tmp_path / "song")
    stored = transfer.store("out", path)
    assert studio.objects["out"] == CONTENT
    assert (stored.size, stored.sha256) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert 3 <= studio.statuses.count(503) <= 15


def test_patience_ends(studio: Studio, transfer: Transfer, tmp_path: Path) -> None:
    studio.storage_down_until = studio.down_for(60)
    with pytest.raises(JobError) as caught:
        transfer.fetch(ref(studio), tmp_path / "song")
    assert caught.value.code is Code.INPUT_FETCH_FAILED
    path = tmp_path / "made"
    path.write_bytes(b"x")
    with pytest.raises(JobError) as caught:
        transfer.store("out", path)
    assert caught.value.code is Code.OUTPUT_STORE_FAILED


def test_nobody_listening_is_waited_for_too(tmp_path: Path, switch: StopSwitch) -> None:
    with serve() as gone:
        url = gone.object_url("song")
    lost = FileRef(id="1", name="x", url=url, size=1)
    with httpx.Client() as client, pytest.raises(JobError) as caught:
        Transfer({}, switch, client, QUICK).fetch(lost, tmp_path / "song")
    assert caught.value.code is Code.INPUT_FETCH_FAILED


def test_a_missing_object_fails_at_once(studio: Studio, transfer: Transfer, tmp_path: Path) -> None:
    studio.objects.clear()
    with pytest.raises(JobError) as caught:
        transfer.fetch(ref(studio), tmp_path / "song")
    assert caught.value.code is Code.INPUT_FETCH_FAILED
    assert studio.statuses == [404]


def test_an_output_without_url_is_refused(transfer: Transfer, tmp_path: Path) -> None:
    path = tmp_path / "made"
    path.write_bytes(b"x")
    with pytest.raises(JobError) as caught:
        transfer.store("elsewhere", path)
    assert caught.value.code is Code.OUTPUT_STORE_FAILED


def test_what_no_single_put_takes_is_refused_unsent(
    studio: Studio, transfer: Transfer, tmp_path: Path
) -> None:
    path = tmp_path / "made"
    path.touch()
    os.truncate(path, 5 * 1024**3 + 1)  # sparse
    with pytest.raises(JobError) as caught:
        transfer.store("out", path)
    assert caught.value.code is Code.RESULT_TOO_LARGE
    assert not caught.value.retryable
    assert studio.statuses == []


def test_stop_ends_the_waiting(
    studio: Studio, transfer: Transfer, switch: StopSwitch, tmp_path: Path
) -> None:
    studio.storage_down_until = studio.down_for(60)
    threading.Timer(0.2, switch.throw, [StopReason.CANCELLED]).start()
    started = time.monotonic()
    with pytest.raises(Stopped):
        transfer.fetch(ref(studio), tmp_path / "song")
    assert time.monotonic() - started < 1


def test_nothing_is_stored_after_stop(
    studio: Studio, transfer: Transfer, switch: StopSwitch, tmp_path: Path
) -> None:
    path = tmp_path / "made"
    path.write_bytes(b"x")
    switch.throw(StopReason.CANCELLED)
    with pytest.raises(Stopped):
        transfer.store("out", path)
    assert studio.stored == []


def test_no_secret_reaches_an_error_or_a_log(
    studio: Studio, transfer: Transfer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    studio.objects.clear()
    with pytest.raises(JobError) as caught:
        transfer.fetch(ref(studio), tmp_path / "song")
    assert SIGNATURE not in str(caught.value) + caplog.text
    assert caught.value.__cause__ is None


def test_waits_grow_and_are_jittered() -> None:
    backoff = Backoff(first=1, ceiling=8)
    waits = [[backoff.wait(n) for _ in range(50)] for n in (1, 2, 3, 4, 9)]
    for values, longest in zip(waits, (1, 2, 4, 8, 8), strict=True):
        assert longest / 2 <= min(values) < max(values) <= longest
