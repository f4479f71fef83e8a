"""RunPod's side of a serverless worker, as far as its SDK sees it: a queue over real HTTP."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOLD_S = 1.0
"""How long a poll is held open where there is nothing to tell."""


@dataclass
class RunPodQueue:
    """What waits, what was answered, and whom to stop; tests read and fill it while it runs."""

    url: str = ""
    waiting: list[dict[str, Any]] = field(default_factory=list)
    to_stop: list[str] = field(default_factory=list)
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    updates: list[tuple[str, Any]] = field(default_factory=list)
    pings: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def environment(self, worker: str) -> dict[str, str]:
        """What RunPod sets in a worker's container, and two checks of the machine left out."""
        return {
            "RUNPOD_POD_ID": worker,
            "RUNPOD_AI_API_KEY": "a-key-of-runpod",
            "RUNPOD_WEBHOOK_GET_JOB": f"{self.url}/job-take/$ID?gpu=none",
            "RUNPOD_WEBHOOK_POST_OUTPUT": f"{self.url}/job-done/$RUNPOD_POD_ID/$ID?gpu=none",
            "RUNPOD_WEBHOOK_POST_STREAM": f"{self.url}/job-stream/$RUNPOD_POD_ID/$ID?gpu=none",
            "RUNPOD_WEBHOOK_PING": f"{self.url}/ping/$RUNPOD_POD_ID",
            "RUNPOD_PING_INTERVAL": "1000",
            "RUNPOD_SKIP_AUTO_SYSTEM_CHECKS": "true",
            "RUNPOD_SKIP_GPU_CHECK": "true",
        }

    def submit(self, job_id: str, spec: Any) -> None:
        with self.changed:
            self.waiting.append({"id": job_id, "input": spec})
            self.changed.notify_all()

    def cancel(self, job_id: str) -> None:
        with self.changed:
            self.to_stop.append(job_id)
            self.changed.notify_all()

    def result(self, job_id: str, seconds: float = 120.0) -> dict[str, Any]:
        """What the worker answered. Fails where nothing comes in time."""
        with self.changed:
            assert self.changed.wait_for(lambda: job_id in self.results, seconds), "no result"
            return self.results[job_id]

    def take(self) -> dict[str, Any] | None:
        with self.changed:
            self.changed.wait_for(lambda: bool(self.waiting), HOLD_S)
            return self.waiting.pop(0) if self.waiting else None

    def stops(self) -> list[str]:
        with self.changed:
            self.changed.wait_for(lambda: bool(self.to_stop), HOLD_S)
            told, self.to_stop = self.to_stop, []
            return told

    def keep(self, job_id: str, body: dict[str, Any]) -> None:
        with self.changed:
            if body.get("status") == "IN_PROGRESS":
                self.updates.append((job_id, body["output"]))
            else:
                self.results[job_id] = body
            self.changed.notify_all()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle(self) -> None:
        with suppress(ConnectionError):  # a worker that has ended leaves its polls
            super().handle()

    @property
    def queue(self) -> RunPodQueue:
        assert isinstance(self.server, _Server)
        return self.server.queue

    def do_GET(self) -> None:
        verb = self.path.split("/")[1]
        if verb == "job-take":
            return self.answer(self.queue.take())
        if verb == "job-stop":
            stops = self.queue.stops()
            return self.answer({"jobsToStop": stops} if stops else None)
        self.queue.pings += 1
        return self.answer({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        job_id = self.path.split("?")[0].split("/")[-1]
        self.queue.keep(job_id, json.loads(body))
        self.answer({})

    def answer(self, content: Any) -> None:
        body = b"" if content is None else json.dumps(content).encode()
        self.send_response(204 if content is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, queue: RunPodQueue) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.queue = queue


@contextmanager
def serve_queue() -> Iterator[RunPodQueue]:
    queue = RunPodQueue()
    server = _Server(queue)
    queue.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield queue
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def eventually(true: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for what another process does."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "never came true"
        time.sleep(0.02)
