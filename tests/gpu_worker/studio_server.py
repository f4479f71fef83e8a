"""A small real HTTP server that plays object storage and the events endpoint for a worker."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from gpu_worker.contract.events import Batch, Event, Reply

TOKEN = "a-token-that-no-log-may-hold"
SIGNATURE = "X-Amz-Signature=a-signature-that-no-log-may-hold"


@dataclass
class Studio:
    """What the server holds and how it misbehaves; tests read and set it while it runs."""

    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    stored: list[str] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    stop_when: Callable[[list[Event]], bool] = lambda events: False
    finish_when: Callable[[list[Event]], bool] = lambda events: False
    storage_down_until: float = 0.0
    events_down_until: float = 0.0
    lose_replies: int = 0
    events_status: int = 200
    cut_downloads_after: int | None = None
    ranges: list[str] = field(default_factory=list)

    @property
    def events(self) -> list[Event]:
        """Every event once, in order of its number."""
        seen = {event.seq: event for batch in self.batches for event in batch.events}
        return [seen[seq] for seq in sorted(seen)]

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.events]

    def object_url(self, name: str) -> str:
        return f"{self.url}/objects/{name}?{SIGNATURE}"

    def down_for(self, seconds: float) -> float:
        return time.monotonic() + seconds


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def studio(self) -> Studio:
        assert isinstance(self.server, _Server)
        return self.server.studio

    @property
    def name(self) -> str:
        return self.path.split("?")[0].removeprefix("/objects/")

    def do_GET(self) -> None:
        if time.monotonic() < self.studio.storage_down_until:
            return self.answer(503)
        body = self.studio.objects.get(self.name)
        if body is None or SIGNATURE not in self.path:
            return self.answer(404 if body is None else 403)
        asked = self.headers.get("Range")
        if asked:
            self.studio.ranges.append(asked)
            body = body[int(asked.removeprefix("bytes=").rstrip("-")) :]
        cut, self.studio.cut_downloads_after = self.studio.cut_downloads_after, None
        return self.answer(206 if asked else 200, body, cut)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if time.monotonic() < self.studio.storage_down_until:
            return self.answer(503)
        if SIGNATURE not in self.path:
            return self.answer(403)
        self.studio.objects[self.name] = body
        self.studio.stored.append(self.name)
        return self.answer(200)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        studio = self.studio
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.answer(401)
        if time.monotonic() < studio.events_down_until:
            return self.answer(502)
        if studio.events_status != 200:
            return self.answer(studio.events_status)
        studio.batches.append(Batch.model_validate_json(body))
        if studio.lose_replies:
            studio.lose_replies -= 1
            return self.answer(500)
        events = studio.events
        reply = Reply(stop=studio.stop_when(events), finish=studio.finish_when(events))
        return self.answer(200, reply.model_dump_json().encode())

    def answer(self, status: int, body: bytes = b"", cut: int | None = None) -> None:
        self.studio.statuses.append(status)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:cut])
        if cut is not None:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, studio: Studio) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.studio = studio


@contextmanager
def serve() -> Iterator[Studio]:
    """A running server on a free port of this machine."""
    studio = Studio()
    server = _Server(studio)
    studio.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield studio
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
