"""The local compute backend's processes, which live in sessions of their own.

They outlast web and worker on purpose; the supervisor ends them when the whole stack stops.
"""

import signal
import time
from pathlib import Path

from voicestudio.embedded.places import read_json
from voicestudio.embedded.process import is_same_process, kill_group

GRACE_S = 4.0


def _alive(folder: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for path in folder.glob("*/process.json"):
        value = read_json(path)
        pid, ticks = value.get("pid"), value.get("started_ticks")
        if isinstance(pid, int) and isinstance(ticks, int) and is_same_process(pid, ticks):
            found[path.parent.name] = (pid, ticks)
    return found


def end_all(folder: Path) -> list[str]:
    """SIGTERM to each group, SIGKILL to those that stay; returns the attempts that were ended."""
    jobs = _alive(folder)
    for pid, _ in jobs.values():
        kill_group(pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_S
    while time.monotonic() < deadline and any(is_same_process(*job) for job in jobs.values()):
        time.sleep(0.1)
    for pid, _ in jobs.values():
        kill_group(pid)
    return sorted(jobs)
