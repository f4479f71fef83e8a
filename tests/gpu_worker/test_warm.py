"""The process that computes, played by small scripts: cancel, deaf processes, replacement."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gpu_worker.contract.errors import Code
from gpu_worker.runner import Ended, Outcome
from gpu_worker.serving import is_sound_after
from gpu_worker.warm import CANCELLED, KILL_AFTER_S, LOST, Line, WarmProcess

PROGRAM = """
import json, os, signal, subprocess, sys, time
def say(**fields):
    print(json.dumps(fields), flush=True)
print("a library that prints", flush=True)
say(warm_s=0.1, device="NVIDIA RTX 4090")
for line in sys.stdin:
    if not line.strip():
        break
    say(stage="fetch", fraction=0.01)
    match json.loads(json.loads(line)["spec"]):
        case "well":
            say(outcome="finished")
        case "badly":
            say(outcome="failed", code="user:audio-silent")
        case "unsound":
            say(outcome="failed", code="worker:unexpected", leaving=True)
            break
        case "dies":
            os._exit(1)
        case "deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            child = subprocess.Popen(["sleep", "60"])
            open(sys.argv[1], "w").write(str(child.pid))
            time.sleep(60)
"""


def ignore(_: Line) -> None:
    return None


@pytest.fixture
def process(tmp_path: Path) -> Iterator[WarmProcess]:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    made = WarmProcess((sys.executable, str(program), str(tmp_path / "grandchild")))
    made.start()
    made.wait_until_warm()
    yield made
    made.close()
    assert made.pid is None


def do(process: WarmProcess, what: str, cancel: threading.Event | None = None) -> Line:
    return process.do(f'"{what}"', ignore, cancel or threading.Event())


def test_one_process_serves_on_after_what_it_survived(process: WarmProcess) -> None:
    first = process.pid
    heard: list[Line] = []
    ended = process.do('"well"', heard.append, threading.Event())
    assert (ended.outcome, ended.code, ended.leaving) == ("finished", None, False)
    assert [line.stage for line in heard] == ["fetch"]
    assert do(process, "badly").code is Code.AUDIO_SILENT
    assert do(process, "well").outcome == "finished"
    assert process.pid == first
    assert process.device == "NVIDIA RTX 4090"


@pytest.mark.parametrize(("how", "code"), [("unsound", Code.UNEXPECTED), ("dies", Code.LOST)])
def test_one_that_is_unsound_or_dead_is_replaced(
    process: WarmProcess, how: str, code: Code
) -> None:
    first = process.pid
    assert do(process, how).code is code
    assert do(process, "well").outcome == "finished"
    assert process.pid != first


def test_one_that_dies_between_jobs_is_told_as_lost(process: WarmProcess) -> None:
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    assert do(process, "well") is LOST
    assert do(process, "well").outcome == "finished"


def test_a_deaf_one_is_killed_with_all_its_children(process: WarmProcess, tmp_path: Path) -> None:
    cancel = threading.Event()
    ends: list[Line] = []
    thread = threading.Thread(target=lambda: ends.append(do(process, "deaf", cancel)))
    thread.start()
    note = tmp_path / "grandchild"
    while not (note.exists() and note.read_text()):
        time.sleep(0.01)
    asked = time.monotonic()
    cancel.set()
    thread.join()
    assert KILL_AFTER_S <= time.monotonic() - asked < 5
    assert ends == [CANCELLED]
    # A signal that cannot be caught is acted upon when the grandchild gets a processor.
    while is_running(int(note.read_text())):
        assert time.monotonic() - asked < 20
        time.sleep(0.05)
    assert do(process, "well").outcome == "finished"


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def test_a_job_cancelled_before_its_turn_never_starts(process: WarmProcess) -> None:
    cancel = threading.Event()
    cancel.set()
    assert do(process, "dies", cancel) is CANCELLED
    assert do(process, "well").outcome == "finished"


def test_a_process_that_does_not_start_is_told(tmp_path: Path) -> None:
    process = WarmProcess((sys.executable, "-c", "raise SystemExit(1)"))
    process.start()
    with pytest.raises(RuntimeError, match="does not start"):
        process.wait_until_warm()
    process.close()


@pytest.mark.parametrize(
    ("ended", "sound"),
    [
        (Ended(Outcome.FINISHED), True),
        (Ended(Outcome.CANCELLED), True),
        (Ended(Outcome.FAILED, Code.AUDIO_SILENT), True),
        (Ended(Outcome.FAILED, Code.WEIGHTS_MISSING), True),
        (Ended(Outcome.FAILED, Code.INPUT_FETCH_FAILED), True),
        (Ended(Outcome.FAILED, Code.OUT_OF_MEMORY), False),
        (Ended(Outcome.FAILED, Code.UNEXPECTED), False),
    ],
)
def test_which_ends_leave_a_process_sound(ended: Ended, sound: bool) -> None:
    assert is_sound_after(ended) is sound
