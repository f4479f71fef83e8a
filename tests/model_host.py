"""A small real HTTP server that plays the host of published weights, and its bad days."""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

CONTENT: Final = bytes(range(256)) * 12_000
"""3 MB."""
SHA256: Final = hashlib.sha256(CONTENT).hexdigest()
_BLOCK: Final = 1 << 16


@dataclass
class ModelHost:
    """What it serves and how it misbehaves; tests set and read it while it runs.

    ``cuts`` are after how many bytes the next answers break off; ``status`` refuses all;
    ``promises`` is a length that it announces and never sends; ``pause_s`` waits after each 64 KB.
    """

    url: str = ""
    content: bytes = CONTENT
    honours_range: bool = True
    shifts_range: int = 0
    cuts: list[int] = field(default_factory=list)
    status: int = 0
    promises: int = 0
    pause_s: float = 0.0
    asked: list[str] = field(default_factory=list)
    """The Range of each request, "" without one."""

    def manifest(self, folder: Path, sha256: str = SHA256, licence: str = "MIT") -> Path:
        """A manifest with one entry, ``published``, that lies here."""
        path = folder / "weights.toml"
        path.write_text(
            '[published]\ntitle = "Published"\nneed_ko = "모두"\nneed_en = "everybody"\n'
            f'licence = "{licence}"\nsource = "here"\nfile = "deep/model.pt"\n'
            f'url = "{self.url}/model.pt"\nsha256 = "{sha256}"\n',
            "utf-8",
        )
        return path


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert isinstance(self.server, _Server)
        host = self.server.host
        asked = self.headers.get("Range", "")
        host.asked.append(asked)
        if host.status:
            return self._head(host.status, 0)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        if asked and host.honours_range and start >= len(host.content):
            return self._head(416, 0)
        if not asked or not host.honours_range:
            return self._send(host, 200, 0)
        return self._send(host, 206, start + host.shifts_range)

    def _send(self, host: ModelHost, status: int, start: int) -> None:
        body = host.content[start:]
        whole = f"bytes {start}-{len(host.content) - 1}/{len(host.content)}"
        self._head(status, host.promises or len(body), whole if status == 206 else "")
        cut = host.cuts.pop(0) if host.cuts else None
        if cut is not None or host.promises:
            self.close_connection = True
        body = body[:cut]
        try:
            for at in range(0, len(body), _BLOCK):
                self.wfile.write(body[at : at + _BLOCK])
                time.sleep(host.pause_s)
        except OSError:
            self.close_connection = True  # whoever asked has left

    def _head(self, status: int, length: int, content_range: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        if content_range:
            self.send_header("Content-Range", content_range)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, host: ModelHost) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.host = host


@contextmanager
def serve_models() -> Iterator[ModelHost]:
    """A running host on a free port of this machine."""
    host = ModelHost()
    server = _Server(host)
    host.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
