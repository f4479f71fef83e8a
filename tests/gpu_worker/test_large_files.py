"""WAV beyond the 4 GB that its own sizes can tell: RF64, EBU Tech 3306."""

import io
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import av
import numpy as np
import pytest

from gpu_worker.contract.params import AudioFormat, BitDepth
from gpu_worker.engine.sound import encoding
from gpu_worker.engine.sound.audio import probe
from tests.gpu_worker.sounds import Floats

RATE = 192_000
BLOCK = np.zeros((1 << 16, 2), np.float32)
BLOCKS = (1 << 32) // BLOCK.nbytes + 1
TONE = np.full((RATE, 2), 0.5, np.float32)


class Sparse(io.RawIOBase):
    """Writes for a file whose blocks of nothing but zeros take no room on the disk."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        if data == bytes(len(data)):
            self._file.seek(len(data), io.SEEK_CUR)
        else:
            self._file.write(data)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


def silence_and_tone() -> Iterator[Floats]:
    for _ in range(BLOCKS):
        yield BLOCK
    yield TONE


def test_a_wav_above_4_gb_is_rf64_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    form = encoding._LOSSLESS[AudioFormat.WAV, BitDepth.FLOAT_32]
    with path.open("wb") as file:
        sink = cast(BinaryIO, Sparse(file))
        encoding._write(sink, silence_and_tone(), RATE, 2, form, {})
    size, sound = path.stat().st_size, BLOCKS * BLOCK.nbytes + TONE.nbytes
    assert path.stat().st_blocks * 512 < 16 << 20
    with path.open("rb") as file:
        head = file.read(44)
    assert (head[:4], head[4:8], head[8:16]) == (b"RF64", b"\xff" * 4, b"WAVEds64")
    riff, data, samples = struct.unpack("<QQQ", head[20:44])
    assert (riff, data, samples) == (size - 8, sound, sound // 8)
    assert probe(path).seconds == pytest.approx(sound / 8 / RATE, abs=1e-6)
    np.testing.assert_array_equal(last_second(path), TONE.T)


def last_second(path: Path) -> Floats:
    with av.open(path) as source:
        stream = source.streams.audio[0]
        start = BLOCKS * len(BLOCK)
        source.seek(start, stream=stream)
        parts = [
            frame.to_ndarray().reshape(-1, 2).T[:, max(0, start - (frame.pts or 0)) :]
            for frame in source.decode(stream)
        ]
    return np.concatenate(parts, axis=1)


def test_a_short_wav_is_an_ordinary_one(tmp_path: Path) -> None:
    path = tmp_path / "short.wav"
    encoding.encode_blocks(path, [TONE], RATE, 2, AudioFormat.WAV, BitDepth.FLOAT_32)
    assert path.read_bytes()[:4] == b"RIFF"
