"""How WhiteNoise serves the built frontend. Read by the settings: imports nothing of Django."""

from collections.abc import MutableMapping


def add_headers(headers: MutableMapping[str, str], path: str, url: str) -> None:
    """Headers beside WhiteNoise's own: a new service worker has to be seen at once."""
    if url == "/sw.js":
        headers["Cache-Control"] = "no-cache"
        headers["Service-Worker-Allowed"] = "/"
