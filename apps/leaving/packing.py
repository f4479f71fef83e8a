"""Packing a zip straight into storage, a bounded step at a time, with little in memory.

The archive is stored, not compressed (sounds and weights do not shrink), and comes as parts of one
size. A step writes whole members; what does not fill a part waits as an object of its own until the
next step. zipfile writes the records; between steps only its list of members is kept.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from apps.common import storage

PART_BYTES: Final = 16 * 2**20
STEP_BYTES: Final = 256 * 2**20
_CHUNK: Final = 2**20
_MADE: Final = (1980, 1, 1, 0, 0, 0)


@dataclass
class Progress:
    """How far an archive is: ``members`` are ``[name, offset, crc, size]``, ``rest`` the key of
    what waits for the next part."""

    offset: int = 0
    members: list[list[Any]] = field(default_factory=list)
    etags: list[str] = field(default_factory=list)
    rest: str = ""


@dataclass(frozen=True)
class Member:
    """A file of the archive: an object in storage, or what ``text`` gives, a piece at a time."""

    name: str
    key: str = ""
    text: Iterable[str] = ()


class PartWriter(io.RawIOBase):
    """A file that can only be written on: its bytes become parts of an object."""

    def __init__(self, key: str, upload_id: str, progress: Progress) -> None:
        self._key, self._upload_id = key, upload_id
        self._buffer = (
            bytearray(storage.read_bytes(progress.rest)) if progress.rest else bytearray()
        )
        self._offset = progress.offset
        self.etags = list(progress.etags)

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        return self._offset

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        self._buffer += view
        self._offset += len(view)
        while len(self._buffer) >= PART_BYTES:
            self._store(bytes(self._buffer[:PART_BYTES]))
            del self._buffer[:PART_BYTES]
        return len(view)

    def _store(self, data: bytes) -> None:
        number = len(self.etags) + 1
        self.etags.append(storage.store_part(self._key, self._upload_id, number, data))

    def pause(self, rest: str) -> str:
        """Keep what fills no part under this key; the key, "" where nothing is left."""
        if not self._buffer:
            return ""
        storage.write_bytes(rest, bytes(self._buffer))
        return rest

    def end(self) -> None:
        """The last part may be small."""
        if self._buffer:
            self._store(bytes(self._buffer))
            self._buffer.clear()


def add(key: str, upload_id: str, progress: Progress, members: Sequence[Member]) -> Progress:
    """Write the next members after those that are there, until a step is full.

    The progress after it, with one member more at least. Nothing that was kept is changed, so that
    a step that died is simply done again.
    """
    writer = PartWriter(key, upload_id, progress)
    archive = _archive(writer, progress)
    begun = writer.tell()
    for member in members:
        if writer.tell() - begun >= STEP_BYTES:
            break
        _write(archive, member)
    return Progress(
        offset=writer.tell(),
        members=[[i.filename, i.header_offset, i.CRC, i.file_size] for i in archive.filelist],
        etags=writer.etags,
        rest=writer.pause(f"{key}.rest-{len(archive.filelist)}"),
    )


def close(key: str, upload_id: str, progress: Progress) -> int:
    """Write the list of members and make the object whole; its size. Safe to repeat."""
    known = storage.size(key)
    if known is not None:
        return known
    writer = PartWriter(key, upload_id, progress)
    _archive(writer, progress).close()
    writer.end()
    storage.complete_parts(key, upload_id, writer.etags)
    return writer.tell()


def _archive(writer: PartWriter, progress: Progress) -> zipfile.ZipFile:
    """zipfile's writer, standing behind the members that are there already."""
    archive = zipfile.ZipFile(writer, "w", zipfile.ZIP_STORED, allowZip64=True)
    for name, offset, crc, size in progress.members:
        info = _info(name)
        info.header_offset, info.CRC, info.file_size, info.compress_size = offset, crc, size, size
        info.flag_bits |= 0x08  # sizes follow the data, as in what stands before it
        if not name.isascii():
            info.flag_bits |= 0x800
        archive.filelist.append(info)
        archive.NameToInfo[name] = info
    return archive


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _MADE)
    info.external_attr = 0o644 << 16
    return info


def _write(archive: zipfile.ZipFile, member: Member) -> None:
    with archive.open(_info(member.name), "w", force_zip64=True) as file:
        for chunk in _chunks(member):
            file.write(chunk)


def _chunks(member: Member) -> Iterator[bytes]:
    if not member.key:
        for piece in member.text:
            yield piece.encode()
        return
    try:
        source: BinaryIO = storage.open_stream(member.key)
    except FileNotFoundError:
        return  # deleted meanwhile; its row says so
    with source:
        while chunk := source.read(_CHUNK):
            yield chunk
