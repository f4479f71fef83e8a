"""Objects in and out by presigned URL, verified, patient with a storage that refuses for a while.

No URL, which is a secret while it lives, ever reaches a message or a log.
"""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import httpx

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.job import FileRef, Stored
from gpu_worker.engine.files import write_whole
from gpu_worker.engine.stop import check

from .retry import Backoff, Refused, Unavailable, checked, named, with_patience
from .stopping import StopSwitch

_BLOCK = 1 << 18
# What an S3 store takes in one PUT (Amazon S3 User Guide, "Uploading objects").
_LARGEST_PUT: Final = 5 << 30
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)

ByteProgress = Callable[[int], None]
"""Told the bytes that one more block brought."""


class Transfer:
    """Fetches inputs and stores outputs of one attempt."""

    def __init__(
        self,
        outputs: Mapping[str, str],
        switch: StopSwitch,
        client: httpx.Client,
        backoff: Backoff | None = None,
    ) -> None:
        """``outputs``: object name -> presigned PUT URL."""
        self._outputs = outputs
        self._switch = switch
        self._client = client
        self._backoff = backoff or Backoff()

    def fetch(self, ref: FileRef, target: Path, progress: ByteProgress | None = None) -> Path:
        """Bring ``ref`` to ``target``, whole and verified.

        Raises ``JobError(INPUT_FETCH_FAILED)`` where storage refuses or patience ends,
        ``JobError(INPUT_CORRUPT)`` where size or sha256 differ, and ``Stopped``.
        """
        told = progress or _nobody

        def download(aside: Path) -> None:
            with_patience(lambda: self._download(ref, aside, told), self._backoff, self._pause)
            _verify(ref, aside)

        try:
            write_whole(target, download)
        except (Refused, Unavailable) as error:
            raise JobError(Code.INPUT_FETCH_FAILED, f"input {ref.id}: {error}") from None
        return target

    def store(self, name: str, path: Path) -> Stored:
        """Upload ``path`` as the object ``name``.

        Raises ``JobError(OUTPUT_STORE_FAILED)`` where the spec has no URL for it, storage refuses
        or patience ends, ``JobError(RESULT_TOO_LARGE)`` above 5 GiB, and ``Stopped``.
        """
        if name not in self._outputs:
            raise JobError(Code.OUTPUT_STORE_FAILED, f"no URL for {name}")
        if path.stat().st_size > _LARGEST_PUT:
            raise JobError(Code.RESULT_TOO_LARGE, f"{name}: {path.stat().st_size} bytes")
        stored = described(name, path)
        try:
            with_patience(lambda: self._upload(name, path), self._backoff, self._pause)
        except (Refused, Unavailable) as error:
            raise JobError(Code.OUTPUT_STORE_FAILED, f"{name}: {error}") from None
        return stored

    def _download(self, ref: FileRef, aside: Path, progress: ByteProgress) -> None:
        """One try; what an earlier one brought is kept and asked for no more."""
        have = aside.stat().st_size if aside.exists() else 0
        headers = {"Range": f"bytes={have}-"} if 0 < have < ref.size else {}
        try:
            with self._client.stream("GET", ref.url, headers=headers, timeout=_TIMEOUT) as answer:
                checked(answer)
                resumed = answer.status_code == httpx.codes.PARTIAL_CONTENT
                progress(0 if resumed else -have)
                with aside.open("ab" if resumed else "wb") as file:
                    for block in answer.iter_raw(_BLOCK):
                        check(self._switch)
                        file.write(block)
                        progress(len(block))
        except httpx.HTTPError as error:
            raise named(error) from None

    def _upload(self, name: str, path: Path) -> None:
        check(self._switch)
        try:
            with path.open("rb") as file:
                headers = {"Content-Length": str(path.stat().st_size)}
                url = self._outputs[name]
                checked(self._client.put(url, content=file, headers=headers, timeout=_TIMEOUT))
        except httpx.HTTPError as error:
            raise named(error) from None

    def _pause(self, seconds: float) -> None:
        self._switch.pause(seconds)


def described(name: str, path: Path) -> Stored:
    """What the manifest says of a file."""
    return Stored(name=name, size=path.stat().st_size, sha256=_sha256(path))


def _verify(ref: FileRef, path: Path) -> None:
    size = path.stat().st_size
    if size != ref.size:
        raise JobError(Code.INPUT_CORRUPT, f"input {ref.id}: {size} bytes of {ref.size}")
    if ref.sha256 is not None and _sha256(path) != ref.sha256:
        raise JobError(Code.INPUT_CORRUPT, f"input {ref.id}: checksum differs")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _nobody(_: int) -> None:
    return None
