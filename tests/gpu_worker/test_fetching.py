"""Downloads of weights from a host with bad days: whole in the end or refused, never half."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gpu_worker.__main__ import main
from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.weights import FetchOutcome, FetchStatus, read_manifest
from gpu_worker.engine.stop import Stopped
from gpu_worker.fetching import TRIES, fetch
from gpu_worker.pretrained import Pretrained
from gpu_worker.retry import Backoff
from gpu_worker.stopping import StopReason, StopSwitch
from tests.model_host import CONTENT, ModelHost, serve_models

AT_ONCE = Backoff(first=0.01, ceiling=0.02)
FILE, PART = "weights/deep/model.pt", "weights/deep/model.pt.part"


@pytest.fixture
def host() -> Iterator[ModelHost]:
    with serve_models() as running:
        yield running


class Download:
    """One fetch of the host's model below a folder, and what was told of it."""

    def __init__(self, host: ModelHost, folder: Path, **entry: Any) -> None:
        self.entry = read_manifest(host.manifest(folder, **entry))["published"]
        self.folder = folder / "weights"
        self.told: list[tuple[int, int | None]] = []
        self.switch = StopSwitch()
        self.stop_at = 1 << 60

    def __call__(self) -> Path:
        with httpx.Client(timeout=5.0) as client:
            return fetch(self.entry, self.folder, self._hear, client, self.switch, AT_ONCE)

    def _hear(self, done: int, total: int | None) -> None:
        self.told.append((done, total))
        if done >= self.stop_at:
            self.switch.throw(StopReason.CANCELLED)

    def code(self) -> Code:
        with pytest.raises(JobError) as raised:
            self()
        return raised.value.code


def files(folder: Path) -> set[str]:
    return {path.name for path in (folder / "weights").rglob("*") if path.is_file()}


def test_a_download_is_verified_and_tells_progress(host: ModelHost, tmp_path: Path) -> None:
    download = Download(host, tmp_path)
    path = download()
    assert path.read_bytes() == CONTENT
    assert download.told[0] == (0, len(CONTENT))
    assert download.told[-1] == (len(CONTENT), len(CONTENT))
    assert files(tmp_path) == {"model.pt", ".model.pt.lock"}
    found = Pretrained(tmp_path / "weights", {"published": download.entry})
    assert found.find("published").path == path


def test_asked_for_again_it_is_there_already(host: ModelHost, tmp_path: Path) -> None:
    download = Download(host, tmp_path)
    assert download() == download()
    assert host.asked == [""]


def test_a_broken_connection_goes_on_where_it_broke(host: ModelHost, tmp_path: Path) -> None:
    host.cuts = [1_000_000, 500_000, 0, 700_000]
    download = Download(host, tmp_path)
    assert download().read_bytes() == CONTENT
    starts = [int(asked.removeprefix("bytes=").rstrip("-") or 0) for asked in host.asked]
    assert len(starts) == 5
    assert starts == sorted(starts)
    assert 900_000 < starts[1] <= 1_000_000


def test_a_host_that_is_away_is_told_and_loses_nothing(host: ModelHost, tmp_path: Path) -> None:
    host.cuts = [1_000_000]
    download = Download(host, tmp_path)
    download.stop_at = 500_000
    with pytest.raises(Stopped):
        download()
    have = (tmp_path / PART).stat().st_size
    assert have >= 400_000
    download.switch, download.stop_at, host.status = StopSwitch(), 1 << 60, 503
    assert download.code() is Code.DOWNLOAD_UNREACHABLE
    assert host.asked[-TRIES:] == [f"bytes={have}-"] * TRIES
    assert (tmp_path / PART).stat().st_size == have
    host.status = 0
    assert download().read_bytes() == CONTENT
    assert host.asked[-1] == f"bytes={have}-"


def test_nobody_at_the_address_is_told(host: ModelHost, tmp_path: Path) -> None:
    download = Download(host, tmp_path)
    download.entry = download.entry.model_copy(update={"url": "http://127.0.0.1:9/model.pt"})
    assert download.code() is Code.DOWNLOAD_UNREACHABLE


def test_a_refusal_is_not_asked_again(host: ModelHost, tmp_path: Path) -> None:
    host.status = 403
    assert Download(host, tmp_path).code() is Code.DOWNLOAD_REFUSED
    assert host.asked == [""]


def begun(host: ModelHost, folder: Path, content: bytes = CONTENT[:1_000_000]) -> Download:
    """A download that was killed after its first bytes."""
    (folder / PART).parent.mkdir(parents=True)
    (folder / PART).write_bytes(content)
    return Download(host, folder)


def test_a_host_that_knows_no_range_is_asked_from_scratch(host: ModelHost, tmp_path: Path) -> None:
    host.honours_range = False
    download = begun(host, tmp_path, b"x" * 1_000_000)
    assert download().read_bytes() == CONTENT
    assert (host.asked, download.told[0]) == (["bytes=1000000-"], (0, len(CONTENT)))


def test_another_part_than_was_asked_for_is_not_put_in(host: ModelHost, tmp_path: Path) -> None:
    host.shifts_range = 256
    assert begun(host, tmp_path)().read_bytes() == CONTENT
    assert host.asked == ["bytes=1000000-", ""]


def test_a_part_that_is_whole_only_needs_its_name(host: ModelHost, tmp_path: Path) -> None:
    assert begun(host, tmp_path, CONTENT)().read_bytes() == CONTENT
    assert host.asked == [f"bytes={len(CONTENT)}-"]


@pytest.mark.parametrize("wrong", ["all", "the beginning"])
def test_wrong_bytes_are_refused_and_deleted(host: ModelHost, tmp_path: Path, wrong: str) -> None:
    if wrong == "all":
        host.content = CONTENT[::-1]
        download = Download(host, tmp_path)
    else:
        download = begun(host, tmp_path, b"x" * 1_000_000)
    assert download.code() is Code.WEIGHTS_DIFFER
    assert files(tmp_path) == {".model.pt.lock"}
    host.content = CONTENT
    assert download().read_bytes() == CONTENT


def test_a_damaged_file_is_replaced_only_by_a_whole_one(host: ModelHost, tmp_path: Path) -> None:
    download = Download(host, tmp_path)
    path = download()
    path.write_bytes(b"damaged")
    host.status = 404
    assert download.code() is Code.DOWNLOAD_REFUSED
    assert path.read_bytes() == b"damaged"
    host.status = 0
    assert download().read_bytes() == CONTENT


def test_what_has_no_room_is_not_begun(host: ModelHost, tmp_path: Path) -> None:
    host.promises = 1 << 60
    assert Download(host, tmp_path).code() is Code.DISK_FULL
    assert "model.pt.part" not in files(tmp_path)


def test_a_disk_that_fills_up_keeps_what_came(host: ModelHost, tmp_path: Path) -> None:
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (10**6, 10**6))\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from gpu_worker.weights_process import main; sys.exit(main())"
    )
    done = process(host, tmp_path, [sys.executable, "-c", program]).wait(60)
    status = FetchStatus.model_validate_json((tmp_path / "status.json").read_text())
    assert (done, status.outcome, status.code) == (1, FetchOutcome.FAILED, Code.DISK_FULL)
    assert 0 < (tmp_path / PART).stat().st_size <= 10**6


def test_a_folder_that_can_not_be_written_is_told(host: ModelHost, tmp_path: Path) -> None:
    (tmp_path / "weights").write_text("a file where the folder should be")
    assert Download(host, tmp_path).code() is Code.WEIGHTS_UNWRITABLE


def test_two_at_once_ask_the_host_once(host: ModelHost, tmp_path: Path) -> None:
    host.pause_s = 0.01
    paths: list[Path] = []
    downloads = [Download(host, tmp_path) for _ in range(3)]
    threads = [threading.Thread(target=lambda one=one: paths.append(one())) for one in downloads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [path.read_bytes() == CONTENT for path in paths] == [True] * 3
    assert host.asked == [""]


def test_from_a_shell_it_goes_on_too_and_shows_a_bar(
    host: ModelHost,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    begun(host, tmp_path)
    known = read_manifest(host.manifest(tmp_path, licence="unclear: the operator decides"))
    monkeypatch.setattr("gpu_worker.pretrained.read_manifest", lambda: known)
    asked = ["weights", "--weights-dir", str(tmp_path / "weights"), "--fetch", "published"]
    assert main(asked) == 0
    assert host.asked == ["bytes=1000000-"]
    told = capsys.readouterr().err
    assert "published: unclear: the operator decides" in told
    assert "100 %  3.1 of 3.1 MB" in told
    host.content = CONTENT[::-1]
    (tmp_path / FILE).unlink()
    assert main(asked) == 1
    assert "받은 파일의 체크섬이 정해진 값과 달라 지웠습니다" in capsys.readouterr().err


# -- the process that the studio starts ----------------------------------------------------------


def process(host: ModelHost, folder: Path, program: list[str]) -> subprocess.Popen[bytes]:
    manifest = str(host.manifest(folder))
    asked = ["--manifest", manifest, "fetch", "published", "--status", str(folder / "status.json")]
    environment = {**os.environ, "WEIGHTS_DIR": str(folder / "weights")}
    return subprocess.Popen([*program, *asked], env=environment)


MODULE = [sys.executable, "-m", "gpu_worker.weights_process"]


def wait_for_bytes(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists() or not path.stat().st_size:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_killed_process_is_continued_by_the_next(host: ModelHost, tmp_path: Path) -> None:
    host.pause_s = 0.05
    killed = process(host, tmp_path, MODULE)
    wait_for_bytes(tmp_path / PART)
    killed.kill()
    assert killed.wait(10) == -signal.SIGKILL
    have = (tmp_path / PART).stat().st_size
    assert 0 < have < len(CONTENT)
    host.pause_s = 0.0
    assert process(host, tmp_path, MODULE).wait(60) == 0
    assert host.asked == ["", f"bytes={have}-"]
    assert (tmp_path / FILE).read_bytes() == CONTENT
    status = FetchStatus.model_validate_json((tmp_path / "status.json").read_text())
    size = len(CONTENT)
    assert status == FetchStatus(done=size, total=size, outcome=FetchOutcome.DONE)


def test_a_stopped_process_says_so_and_keeps_its_part(host: ModelHost, tmp_path: Path) -> None:
    host.pause_s = 0.05
    stopped = process(host, tmp_path, MODULE)
    wait_for_bytes(tmp_path / PART)
    stopped.terminate()
    assert stopped.wait(10) == 3
    status = FetchStatus.model_validate_json((tmp_path / "status.json").read_text())
    assert status.outcome is FetchOutcome.STOPPED
    assert (tmp_path / PART).stat().st_size > 0


def test_a_look_needs_no_torch_and_tells_what_is_there(host: ModelHost, tmp_path: Path) -> None:
    host.manifest(tmp_path)
    program = (
        "import sys; sys.modules.update(torch=None, numpy=None)\n"
        "from gpu_worker.weights_process import main; sys.exit(main())"
    )

    def look() -> Any:
        done = subprocess.run(
            [sys.executable, "-c", program, "--manifest", str(tmp_path / "weights.toml"), "look"],
            env={**os.environ, "WEIGHTS_DIR": str(tmp_path / "weights")},
            capture_output=True,
            check=True,
        )
        return json.loads(done.stdout)["published"]

    assert look() == {"presence": "missing", "size": 0}
    path = Download(host, tmp_path)()
    assert look() == {"presence": "present", "size": len(CONTENT)}
    path.write_bytes(b"damaged")
    assert look() == {"presence": "differs", "size": 7}
