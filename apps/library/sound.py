"""What is in a sound file: decoded once, as a stream, by FFmpeg's libraries.

The type is told by content, never by name. Containers that open further files (playlists) are not
on the list: a customer's file must not make the server fetch addresses.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.container import InputContainer
from numpy.typing import NDArray

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.provenance import says_generated

MIN_SECONDS: Final = 0.5
MAX_SECONDS: Final = 3 * 3600.0
_LONGEST_RESULT: Final = MAX_SECONDS + 60.0
MIN_RATE: Final = 4_000
MAX_RATE: Final = 768_000
MAX_CHANNELS: Final = 32
SILENCE: Final = 1e-4  # -80 dBFS
PEAK_POINTS: Final = 1000

_FORMATS: Final = "wav,w64,flac,mp3,mov,mp4,m4a,ogg,aac,aiff"
OPTIONS: Final = {"format_whitelist": _FORMATS, "protocol_whitelist": "none"}
_PATIENCE_S: Final = 600.0
_CHUNK_SECONDS: Final = 1.0
_FINE: Final = 512  # samples per point while the length is still unknown

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sound:
    """Measures of one file; ``peaks`` as ``AudioFile.peaks``.

    ``ai_generated`` where the comment in its metadata says so.
    """

    duration_s: float
    sample_rate: int
    channels: int
    loudness_lufs: float | None
    true_peak_db: float | None
    peaks: list[list[int]]
    ai_generated: bool


def inspect(file: BinaryIO, *, ours: bool = False) -> Sound:
    """Reads the whole stream once, in constant memory.

    What is ``ours``, a job's result, may be silent or very short: a song without singing has
    silent vocals, and they were paid for. Reverb may outlast the longest song a little.

    Raises JobError: unreadable (also: no audio track), too short, too long, silent, not finite.
    Errors of reading ``file`` itself pass through.
    """
    try:
        with av.open(
            file, "r", container_options=dict(OPTIONS), metadata_errors="replace"
        ) as container:
            return _inspect(container, ours)
    except (av.FFmpegError, UnicodeDecodeError) as error:
        raise JobError(Code.AUDIO_UNREADABLE, str(error)) from error


def _inspect(container: InputContainer, ours: bool) -> Sound:
    if not container.streams.audio:
        raise JobError(Code.AUDIO_UNREADABLE, "no audio track")
    declared = container.duration / av.time_base if container.duration else 0.0
    # Some containers only estimate, so a margin; the samples themselves are counted below.
    if declared > 1.1 * MAX_SECONDS:
        raise JobError(Code.AUDIO_TOO_LONG, f"declares {declared:.0f} s")
    measure: _Measure | None = None
    for chunk, rate, names in _chunks(container):
        if measure is None:
            measure = _Measure(rate, names, _LONGEST_RESULT if ours else MAX_SECONDS)
        measure.add(chunk)
    if measure is None:
        raise JobError(Code.AUDIO_UNREADABLE, "no samples")
    sound = measure.finish(_says_generated(container))
    if not ours:
        _check_audible(sound.duration_s, measure.peak)
    return sound


def _says_generated(container: InputContainer) -> bool:
    tags = {**container.metadata, **container.streams.audio[0].metadata}  # Ogg: the stream's
    return any(says_generated(text) for name, text in tags.items() if name.lower() == "comment")


def _check_audible(duration_s: float, peak: float) -> None:
    if duration_s < MIN_SECONDS:
        raise JobError(Code.AUDIO_TOO_SHORT, f"{duration_s:.3f} s")
    if peak < SILENCE:
        raise JobError(Code.AUDIO_SILENT)


class _Measure:
    """All meters over one stream of chunks (C, T)."""

    def __init__(self, rate: int, names: list[str], longest_s: float) -> None:
        # Only the task that probes pays for scipy: two seconds, 60 MB.
        from .loudness import LoudnessMeter, TruePeakMeter, channel_weights

        if not MIN_RATE <= rate <= MAX_RATE or not 1 <= len(names) <= MAX_CHANNELS:
            raise JobError(Code.AUDIO_UNREADABLE, f"{rate} Hz, {len(names)} channels")
        self.rate = rate
        self.channels = len(names)
        self.samples = 0
        self._longest_s = longest_s
        self._deadline = time.monotonic() + _PATIENCE_S
        self._loudness = LoudnessMeter(rate, channel_weights(names))
        self._true_peak = TruePeakMeter(rate, len(names))
        self._waveform = _Waveform()

    def add(self, chunk: Samples) -> None:
        if chunk.shape[0] != self.channels:
            raise JobError(Code.AUDIO_UNREADABLE, "the number of channels changes")
        if not np.isfinite(chunk).all():
            raise JobError(Code.AUDIO_NOT_FINITE)
        self.samples += chunk.shape[1]
        if self.samples > self._longest_s * self.rate or time.monotonic() > self._deadline:
            raise JobError(Code.AUDIO_TOO_LONG, f"over {self.samples / self.rate:.0f} s")
        self._loudness.add(chunk)
        self._true_peak.add(chunk)
        self._waveform.add(chunk)

    @property
    def peak(self) -> float:
        """The highest true peak so far, 1 for full scale."""
        return self._true_peak.peak

    def finish(self, ai_generated: bool) -> Sound:
        return Sound(
            duration_s=self.samples / self.rate,
            sample_rate=self.rate,
            channels=self.channels,
            loudness_lufs=_rounded(self._loudness.lufs()),
            true_peak_db=_rounded(self._true_peak.decibels()),
            peaks=self._waveform.points(PEAK_POINTS),
            ai_generated=ai_generated,
        )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


class _Waveform:
    """Lowest and highest sample of every stretch, made coarser once the length is known."""

    def __init__(self) -> None:
        self._low: list[Samples] = []
        self._high: list[Samples] = []
        self._rest: tuple[Samples, Samples] | None = None

    def add(self, chunk: Samples) -> None:
        low, high = chunk.min(axis=0), chunk.max(axis=0)
        if self._rest is not None:
            low = np.concatenate([self._rest[0], low])
            high = np.concatenate([self._rest[1], high])
        whole = len(low) // _FINE * _FINE
        self._low.append(low[:whole].reshape(-1, _FINE).min(axis=1))
        self._high.append(high[:whole].reshape(-1, _FINE).max(axis=1))
        self._rest = (low[whole:], high[whole:])

    def points(self, count: int) -> list[list[int]]:
        low, high = list(self._low), list(self._high)
        if self._rest is not None and len(self._rest[0]):
            low.append(self._rest[0].min(keepdims=True))
            high.append(self._rest[1].max(keepdims=True))
        lows, highs = np.concatenate(low), np.concatenate(high)
        edges = np.unique(np.linspace(0, len(lows), count, endpoint=False).astype(int))
        lows = np.minimum.reduceat(lows, edges)
        highs = np.maximum.reduceat(highs, edges)
        scaled = np.clip(np.round(127 * np.stack([lows, highs], axis=1)), -127, 127)
        pairs: list[list[int]] = scaled.astype(int).tolist()
        return pairs


def _chunks(container: InputContainer) -> Iterator[tuple[Samples, int, list[str]]]:
    """About one second at a time: samples (C, T), the rate, the names of the channels."""
    waiting: list[Samples] = []
    length = 0
    rate, names = 0, [""]
    for frame in frames(container):
        changed = frame.sample_rate != rate or frame.layout.nb_channels != len(names)
        if changed and rate:
            raise JobError(Code.AUDIO_UNREADABLE, "the format changes midway")
        if not rate:
            rate = frame.sample_rate
            names = [channel.name for channel in frame.layout.channels]
            names += ["?"] * (frame.layout.nb_channels - len(names))
        waiting.append(_samples(frame))
        length += frame.samples
        if length >= _CHUNK_SECONDS * rate:
            yield np.concatenate(waiting, axis=1), rate, names
            waiting, length = [], 0
    if waiting:
        yield np.concatenate(waiting, axis=1), rate, names


def frames(container: InputContainer) -> Iterator[AudioFrame]:
    """Decoded frames of the first audio track. A few bad packets are borne, as players do."""
    stream = container.streams.audio[0]
    packets = bad = 0
    for packet in container.demux(stream):
        packets += 1
        try:
            decoded = packet.decode()
        except av.InvalidDataError:
            bad += 1
            if bad > 3 + packets // 100:
                raise
            continue
        for frame in decoded:
            assert isinstance(frame, AudioFrame)
            if frame.samples:
                yield frame


def _samples(frame: AudioFrame) -> Samples:
    """The frame as (C, T) in [-1, 1], whatever its sample format."""
    raw: NDArray[Any] = frame.to_ndarray()
    if not frame.format.is_planar:
        raw = np.ascontiguousarray(raw.reshape(-1, frame.layout.nb_channels).T)
    wave: Samples = raw.astype(np.float32)
    if raw.dtype == np.uint8:
        return (wave - np.float32(128)) / np.float32(128)
    if raw.dtype.kind == "i":
        return wave / np.float32(2 ** (8 * raw.dtype.itemsize - 1))
    return wave
