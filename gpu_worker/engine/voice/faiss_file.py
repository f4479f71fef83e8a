"""Reads faiss' file of an inverted index of plain vectors (``IndexIVFFlat``).

Such files come from strangers, and faiss trusts their sizes; here each is checked against what is
left of the file before anything is allocated. The layout is that of faiss 1.x, little-endian.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gpu_worker.contract.errors import Code, JobError

MAX_BYTES = 1024**3
MAX_DIM = 4096

_IVF_FLAT = b"IwFl"
_FLAT = (b"IxF2", b"IxFI")
_ARRAY_LISTS = b"ilar"
_L2 = 1


@dataclass(frozen=True, slots=True)
class IvfLists:
    """``centroids`` (lists, dim) and the vectors of each list, (n_i, dim) float32."""

    centroids: NDArray[np.float32]
    parts: list[NDArray[np.float32]]


class _Reader:
    """Takes values off the front of a file; its early end is JobError(MODEL_UNREADABLE)."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> memoryview:
        if size < 0 or size > len(self._data) - self._at:
            raise unreadable("the file is cut off")
        taken = self._data[self._at : self._at + size]
        self._at += size
        return taken

    def tag(self) -> bytes:
        return bytes(self.take(4))

    def number(self, code: str) -> int:
        """One integer by its struct code."""
        (value,) = struct.unpack("<" + code, self.take(struct.calcsize("<" + code)))
        return int(value)

    def floats(self, count: int) -> NDArray[np.float32]:
        values = np.frombuffer(self.take(4 * count), dtype="<f4").astype(np.float32)
        if not np.isfinite(values).all():
            raise unreadable("the file holds values that are not finite")
        return values


def unreadable(detail: str) -> JobError:
    return JobError(Code.MODEL_UNREADABLE, f"index: {detail}")


def read_ivf(path: Path) -> IvfLists:
    """Read and check a file. Raises JobError with MODEL_UNREADABLE or MODEL_TOO_LARGE."""
    if path.stat().st_size > MAX_BYTES:
        raise JobError(Code.MODEL_TOO_LARGE, f"index: {path.stat().st_size} bytes")
    reader = _Reader(memoryview(path.read_bytes()))
    if reader.tag() != _IVF_FLAT:
        raise unreadable("not an inverted index of plain vectors")
    dim, total = _header(reader)
    lists, _probes = reader.number("Q"), reader.number("Q")
    centroids = _quantizer(reader, dim, lists)
    _skip_direct_map(reader)
    parts = _inverted_lists(reader, dim, lists)
    if sum(len(part) for part in parts) != total or total == 0:
        raise unreadable("the lists do not add up")
    return IvfLists(centroids, parts)


def _header(reader: _Reader) -> tuple[int, int]:
    """The dimension and the number of vectors of any faiss index."""
    dim, total = reader.number("i"), reader.number("q")
    reader.take(2 * 8)
    trained, metric = reader.number("b"), reader.number("i")
    if not 0 < dim <= MAX_DIM or total < 0 or not trained or metric != _L2:
        raise unreadable(f"dimension {dim}, {total} vectors, metric {metric}")
    return dim, total


def _quantizer(reader: _Reader, dim: int, lists: int) -> NDArray[np.float32]:
    """The centroids (lists, dim)."""
    if reader.tag() not in _FLAT:
        raise unreadable("the centroids are not plain vectors")
    if _header(reader) != (dim, lists) or reader.number("Q") != dim * lists or lists == 0:
        raise unreadable("the centroids do not fit the lists")
    return reader.floats(dim * lists).reshape(lists, dim)


def _skip_direct_map(reader: _Reader) -> None:
    """A table of ids that searching does not need."""
    reader.take(1)
    reader.take(8 * reader.number("Q"))


def _inverted_lists(reader: _Reader, dim: int, lists: int) -> list[NDArray[np.float32]]:
    if reader.tag() != _ARRAY_LISTS:
        raise unreadable("the lists lie elsewhere")
    if (reader.number("Q"), reader.number("Q")) != (lists, 4 * dim):
        raise unreadable("the lists do not fit the vectors")
    sizes = _list_sizes(reader, lists)
    parts = []
    for size in sizes:
        parts.append(reader.floats(size * dim).reshape(size, dim))
        reader.take(8 * size)
    return parts


def _list_sizes(reader: _Reader, lists: int) -> list[int]:
    """Sizes of all lists, whether written in full or as (list, size) of those not empty."""
    kind = reader.tag()
    table = np.frombuffer(reader.take(8 * reader.number("Q")), dtype="<u8")
    values: list[int] = table.tolist()
    if kind == b"full" and len(values) == lists:
        return values
    if kind == b"sprs" and len(values) % 2 == 0 and all(at < lists for at in values[::2]):
        sizes = dict(zip(values[::2], values[1::2], strict=True))
        return [sizes.get(number, 0) for number in range(lists)]
    raise unreadable("the sizes of the lists can't be read")
