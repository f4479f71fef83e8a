"""The worker's own log: one JSON line an event on stderr, each with the ids of its attempt.

Nothing of a job's content goes here: no names, no addresses, no parameters.
"""

import json
import os
import sys
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from gpu_worker.contract.events import Progress

REQUEST_ID: Final = os.environ.get("REQUEST_ID", "")
"""Of the request that began the job, where this process was started for it alone."""

_one_line = threading.Lock()


class Numbered(Protocol):
    """The ids in a job's envelope."""

    @property
    def job_id(self) -> str: ...

    @property
    def attempt_id(self) -> str: ...

    @property
    def fence(self) -> int: ...


@dataclass(slots=True)
class JobLog:
    """Lines about one attempt."""

    job: Numbered
    stage: str = ""

    def tell(self, event: str, level: str = "info", **facts: str | float | None) -> None:
        line = {
            "event": event,
            **facts,
            "request_id": REQUEST_ID or None,
            "job": self.job.job_id,
            "attempt": self.job.attempt_id,
            "fence": self.job.fence,
            "level": level,
            "logger": "worker",
            "timestamp": datetime.now(UTC).isoformat(),
        }
        with _one_line:
            print(json.dumps(line, ensure_ascii=False), file=sys.stderr, flush=True)

    def heard(self, progress: Progress) -> None:
        """A line where the attempt enters a stage."""
        if progress.stage != self.stage:
            self.stage = progress.stage
            self.tell("stage", stage=str(progress.stage))
