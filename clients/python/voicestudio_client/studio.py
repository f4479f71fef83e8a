"""The client: one method for each step of training a voice and of making songs with it."""

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, cast

import httpx

from .errors import JobFailed, StudioError
from .types import Batch, Dataset, File, Job, Voice

_ENDED: Final = ("succeeded", "failed", "cancelled")
_AGAIN: Final = (429, 502, 503, 504)
_TRIES: Final = 5
_LONGEST_PAUSE_S: Final = 30.0


class Studio:
    """A workspace of a studio at ``url``, opened by an API key.

    Requests that found no answer, or too many before them, are sent again; a POST has an
    idempotency key, so that nothing is done twice.
    """

    def __init__(self, url: str, key: str, *, timeout_s: float = 60.0) -> None:
        self._api = httpx.Client(
            base_url=f"{url.rstrip('/')}/api/v1",
            headers={"Authorization": f"Bearer {key}"},
            timeout=timeout_s,
        )
        self._storage = httpx.Client(timeout=httpx.Timeout(timeout_s, write=None))

    def __enter__(self) -> "Studio":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._api.close()
        self._storage.close()

    # -- any request ---------------------------------------------------------------------------

    def request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, **query: Any
    ) -> Any:
        """The JSON of any answer below ``/api/v1``; raises StudioError, httpx.TransportError."""
        headers = {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {}
        for attempt in range(1, _TRIES + 1):
            last = attempt == _TRIES
            try:
                answer = self._api.request(method, path, json=body, params=query, headers=headers)
            except httpx.TransportError:
                if last:
                    raise
                time.sleep(_pause(attempt, None))
                continue
            if answer.status_code not in _AGAIN or last:
                break
            time.sleep(_pause(attempt, answer.headers.get("Retry-After")))
        if answer.is_success:
            return answer.json() if answer.content else None
        raise StudioError(answer.status_code, _error_of(answer))

    def pages(self, path: str, **query: Any) -> Iterator[Any]:
        """Every row of a list, page after page."""
        page = self.request("GET", path, **query)
        while True:
            yield from page["results"]
            if not page["next"]:
                return
            cursor = httpx.URL(page["next"]).params["cursor"]
            page = self.request("GET", path, **{**query, "cursor": cursor})

    # -- recordings ----------------------------------------------------------------------------

    def upload(self, path: str | Path, *, wait_s: float = 300.0) -> File:
        """Send a sound straight to storage, and wait until the studio has measured it.

        Raises StudioError where it can't be used.
        """
        path = Path(path)
        size = path.stat().st_size
        made = self.request("POST", "/uploads", {"name": path.name, "size": size})
        address = f"/uploads/{made['id']}"
        signed = self.request("POST", f"{address}/sign", {"method": "PUT"})
        with path.open("rb") as content:
            headers = {"Content-Length": str(size)}
            self._storage.put(signed["url"], content=content, headers=headers).raise_for_status()
        self.request("POST", f"{address}/finish")
        return self._measured(made["id"], wait_s)

    def _measured(self, file_id: str, wait_s: float) -> File:
        deadline = time.monotonic() + wait_s
        while True:
            file = cast(File, self.request("GET", f"/files/{file_id}"))
            if file["state"] == "failed":
                raise StudioError(409, dict(file["error"] or {}))
            if file["state"] == "ready":
                return file
            if time.monotonic() > deadline:
                raise TimeoutError(f"{file['name']} was not measured within {wait_s:.0f} s")
            time.sleep(0.5)

    def dataset(self, name: str, files: Sequence[str]) -> Dataset:
        """A named set of uploaded recordings, by their ids."""
        body = {"name": name, "file_ids": list(files)}
        return cast(Dataset, self.request("POST", "/datasets", body))

    # -- voices --------------------------------------------------------------------------------

    def voice(self, name: str, *, singer: str, scope: str = "own") -> Voice:
        """A new voice with its singer's consent, to which whoever made the key agrees hereby.

        ``scope``: ``own`` is one's own voice, ``licensed`` another's who allowed it.
        """
        made = self.request("POST", "/voices", {"name": name})
        statement = self.request("GET", "/consent-statement")
        consent = {
            "statement_version": statement["version"],
            "singer_name": singer,
            "scope": scope,
            "agreed": True,
        }
        return cast(Voice, self.request("POST", f"/voices/{made['id']}/consent", consent))

    def train(self, voice: str, dataset: str, **params: Any) -> Job:
        """Start a training; ``params`` are its knobs, such as ``total_steps``."""
        body = {"voice": voice, "dataset": dataset, "params": params}
        return cast(Job, self.request("POST", "/trainings", body))

    # -- songs ---------------------------------------------------------------------------------

    def convert(self, voice: str, files: Sequence[str], **params: Any) -> list[Job]:
        """Sing vocals in a voice: a job a file."""
        return self._start("conversions", voice, files, params)

    def cover(self, voice: str, files: Sequence[str], **params: Any) -> list[Job]:
        """Whole songs in a voice: separated, converted and mixed, a job a file."""
        return self._start("covers", voice, files, params)

    def _start(
        self, what: str, voice: str, files: Sequence[str], params: Mapping[str, Any]
    ) -> list[Job]:
        body = {"voice": voice, "files": list(files), "params": params}
        return cast(Batch, self.request("POST", f"/{what}", body))["jobs"]

    def job(self, job_id: str) -> Job:
        return cast(Job, self.request("GET", f"/jobs/{job_id}"))

    def cancel(self, job_id: str) -> Job:
        return cast(Job, self.request("POST", f"/jobs/{job_id}/cancel"))

    def wait(self, job_id: str, *, every_s: float = 2.0, wait_s: float = 24 * 3600.0) -> Job:
        """The job once it has succeeded; raises JobFailed, TimeoutError."""
        deadline = time.monotonic() + wait_s
        while True:
            job = self.job(job_id)
            if job["state"] == "succeeded":
                return job
            if job["state"] in _ENDED:
                raise JobFailed(job)
            if time.monotonic() > deadline:
                raise TimeoutError(f"job {job_id} is still {job['state']}")
            time.sleep(every_s)

    def download(self, file: File, path: str | Path) -> Path:
        """Save a file, once the studio has measured it."""
        self._measured(file["id"], 300.0)
        link = self.request("GET", f"/files/{file['id']}/download")
        path = Path(path)
        with self._storage.stream("GET", link["url"]) as answer, path.open("wb") as target:
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                target.write(chunk)
        return path


def _pause(attempt: int, asked: str | None) -> float:
    """Seconds until the next try: what the server asked for, else longer each time."""
    if asked is not None and asked.isdecimal():
        return min(_LONGEST_PAUSE_S, float(asked))
    return min(_LONGEST_PAUSE_S, 0.5 * 2.0**attempt)


def _error_of(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()["error"]
    except (ValueError, KeyError, TypeError):
        return {}
    return dict(found) if isinstance(found, dict) else {}
