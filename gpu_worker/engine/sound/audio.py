"""Audio files in: strangers' files become checked float32, whole, in blocks, or on disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias
from uuid import uuid4

import av
import numpy as np
from numpy.typing import NDArray

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.provenance import AI_GENERATED, says_generated

from ..stop import StopCheck, check, never
from .downmix import to_mono, to_stereo
from .encoding import SOFTWARE, encode
from .resampling import resample, resample_blocks

__all__ = [
    "AI_GENERATED", "SOFTWARE", "Source", "decode", "decode_stereo", "decode_to_disk", "encode",
    "open_blocks", "probe", "resample",
]  # fmt: skip

Floats = NDArray[np.float32]
Disk: TypeAlias = "np.memmap[Any, np.dtype[np.float32]]"
"""An array whose samples lie in a file."""

MIN_SECONDS: Final = 0.5
MAX_SECONDS: Final = 3 * 3600.0
LOWEST_RATE: Final = 4000
HIGHEST_RATE: Final = 768_000
SILENT_PEAK: Final = 3e-4
"""About -70 dBFS: below it nothing is left to convert."""

# Only containers that hold their own sound. Playlists (hls, concat, ...) could make the decoder
# open other files or addresses of this machine.
_DEMUXERS = "wav,w64,aiff,caf,flac,mp3,aac,ogg,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm"
_MAX_BAD_PACKETS = 0.1
# Headers may be wrong by a factor, so that most decisions fall by what was really decoded.
_SURELY_TOO_LONG = 4
_INTEGERS = {"u1": (128.0, 128.0), "i2": (0.0, 2.0**15), "i4": (0.0, 2.0**31), "i8": (0.0, 2.0**63)}
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Source:
    """What a file's header says of its first audio stream; ``seconds`` is a claim, 0 unknown.

    ``ai_generated`` where the comment in its metadata says so.
    """

    rate: int
    channels: int
    seconds: float
    ai_generated: bool


def probe(path: Path) -> Source:
    """The header alone. Raises ``JobError`` with AUDIO_UNREADABLE or AUDIO_TOO_LONG."""
    with _opened(path) as container:
        return _source(container)


def decode(
    path: Path, sample_rate: int | None = None, stop: StopCheck = never
) -> tuple[Floats, int]:
    """The file's first audio stream as mono (T,) float32, and its rate in Hz.

    Channels are averaged; ``sample_rate`` resamples on the way. Peaks above 1 scale the whole down.
    Raises ``JobError`` with AUDIO_UNREADABLE, AUDIO_TOO_SHORT (below 0.5 s), AUDIO_TOO_LONG (above
    3 h), AUDIO_SILENT or AUDIO_NOT_FINITE, and ``Stopped``.
    """
    rate = sample_rate or probe(path).rate
    return _whole(path, rate, 1, stop)[:, 0], rate


def decode_stereo(
    path: Path, sample_rate: int | None = None, stop: StopCheck = never
) -> tuple[Floats, int]:
    """Like ``decode``, with up to two channels: (T, 1) of a mono file, (T, 2) of all others.

    More channels are folded down after ITU-R BS.775 (centre and surrounds at -3 dB, no LFE).
    """
    source = probe(path)
    rate = sample_rate or source.rate
    return _whole(path, rate, min(2, source.channels), stop), rate


def open_blocks(
    path: Path, sample_rate: int | None = None, channels: int = 1, stop: StopCheck = never
) -> Iterator[Floats]:
    """The stream in blocks (n, ``channels``) of a few thousand samples, in constant memory.

    ``channels`` is 1 or 2; a mono file fills both sides. The file's own rate unless
    ``sample_rate`` is given. Peaks above 1 come as they are. Raises what ``decode`` does; short
    and silent files are known at the end only.
    """
    with _opened(path) as container:
        source = _source(container)
        rate = sample_rate or source.rate
        blocks = _finite_blocks(container, source.rate, channels, stop)
        yield from _checked(resample_blocks(blocks, source.rate, rate), rate)


def decode_to_disk(
    path: Path, folder: Path, sample_rate: int, mono: bool = True, stop: StopCheck = never
) -> Disk:
    """Decode into a new file of raw float32 in ``folder``: (T,), or (T, 2) unless ``mono``.

    The caller deletes the folder. For songs of any length: only the pages in use stay in memory.
    Peaks above 1 scale the whole down, like ``decode``, which tells also what is raised.
    """
    channels = 1 if mono else 2
    target = folder / f"{uuid4().hex}.f32"
    samples, peak = 0, 0.0
    try:
        with target.open("wb") as file:
            for block in open_blocks(path, sample_rate, channels, stop):
                samples, peak = samples + len(block), max(peak, _peak(block))
                file.write(block.tobytes())
    except BaseException:
        target.unlink()
        raise
    shape = (samples,) if mono else (samples, channels)
    wave: Disk = np.memmap(target, np.float32, "r+", shape=shape)
    if peak > 1.0:
        for start in range(0, samples, _BLOCK):
            wave[start : start + _BLOCK] /= np.float32(peak)
    return wave


def _whole(path: Path, rate: int, channels: int, stop: StopCheck) -> Floats:
    wave: Floats = np.concatenate(list(open_blocks(path, rate, channels, stop)))
    peak = _peak(wave)
    if peak > 1.0:
        wave /= np.float32(peak)
    return wave


def _peak(wave: Floats) -> float:
    return float(max(wave.max(), -wave.min()))


@contextmanager
def _opened(path: Path) -> Iterator[av.container.InputContainer]:
    try:
        with path.open("rb") as file, _container(file) as container:
            yield container
    except av.FFmpegError as error:
        raise JobError(Code.AUDIO_UNREADABLE, f"{type(error).__name__}: {error}") from error


def _container(file: BinaryIO) -> av.container.InputContainer:
    options = {"format_whitelist": _DEMUXERS, "protocol_whitelist": ""}
    return av.open(file, "r", options=options, metadata_errors="replace")


def _source(container: av.container.InputContainer) -> Source:
    if not container.streams.audio:
        raise JobError(Code.AUDIO_UNREADABLE, "no audio stream")
    stream = container.streams.audio[0]
    if not LOWEST_RATE <= stream.sample_rate <= HIGHEST_RATE:
        raise JobError(Code.AUDIO_UNREADABLE, f"{stream.sample_rate} Hz")
    seconds = (container.duration or 0) / av.time_base
    if seconds > _SURELY_TOO_LONG * MAX_SECONDS:
        raise JobError(Code.AUDIO_TOO_LONG, f"{seconds:.0f} s")
    tags = {**container.metadata, **stream.metadata}  # of Ogg the stream has them, in capitals
    comments = (text for name, text in tags.items() if name.lower() == "comment")
    generated = any(map(says_generated, comments))
    return Source(stream.sample_rate, stream.channels, seconds, generated)


def _checked(blocks: Iterator[Floats], rate: int) -> Iterator[Floats]:
    """The blocks as they come; at their end, short and silent ones are refused."""
    samples = 0
    peak = 0.0
    for block in blocks:
        if len(block):
            samples += len(block)
            peak = max(peak, _peak(block))
            yield block
    if not samples:
        raise JobError(Code.AUDIO_UNREADABLE, "no samples")
    if samples < MIN_SECONDS * rate:
        raise JobError(Code.AUDIO_TOO_SHORT, f"{samples / rate:.3f} s")
    if peak < SILENT_PEAK:
        raise JobError(Code.AUDIO_SILENT, f"peak {peak:.2g}")


def _finite_blocks(
    container: av.container.InputContainer, rate: int, channels: int, stop: StopCheck
) -> Iterator[Floats]:
    samples = 0  # counted, as seconds added up exceed three hours that are exactly that
    for block in _decoded(container, rate, channels):
        check(stop)
        samples += len(block)
        if samples > MAX_SECONDS * rate:
            raise JobError(Code.AUDIO_TOO_LONG, "above 3 h")
        if not np.isfinite(block).all():
            raise JobError(Code.AUDIO_NOT_FINITE, f"near {samples / rate:.2f} s")
        yield block


def _decoded(container: av.container.InputContainer, rate: int, channels: int) -> Iterator[Floats]:
    """Decoded blocks (n, ``channels``). A few broken packets are passed over."""
    packets = broken = 0
    for packet in container.demux(container.streams.audio[0]):
        packets += 1
        try:
            frames = packet.decode()
        except av.InvalidDataError:
            broken += 1
            continue
        for frame in frames:
            if frame.sample_rate != rate:
                raise JobError(Code.AUDIO_UNREADABLE, "the sample rate changes within the file")
            yield _folded(frame, channels)
    if broken > max(1, _MAX_BAD_PACKETS * packets):
        raise JobError(Code.AUDIO_UNREADABLE, f"{broken} of {packets} packets are broken")


def _folded(frame: av.AudioFrame, channels: int) -> Floats:
    data: NDArray[Any] = frame.to_ndarray()
    planes = data if frame.format.is_planar else data.reshape(frame.samples, -1).T
    offset, scale = _INTEGERS.get(planes.dtype.str[1:], (0.0, 1.0))
    values = (planes.astype(np.float64) - offset) / scale
    if channels == 1:
        return to_mono(values)
    return to_stereo(values, [channel.name for channel in frame.layout.channels])
