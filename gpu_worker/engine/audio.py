"""Audio files in and out: strangers' files become checked mono float32, results carry a tag."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

import av
import numpy as np
import soxr
from numpy.typing import NDArray

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import AudioFormat

from .files import write_whole
from .stop import StopCheck, check, never

Floats = NDArray[np.float32]

MIN_SECONDS: Final = 0.5
MAX_SECONDS: Final = 3 * 3600.0
LOWEST_RATE: Final = 4000
HIGHEST_RATE: Final = 768_000
SILENT_PEAK: Final = 3e-4
"""About -70 dBFS: below it nothing is left to convert."""

AI_GENERATED: Final = "AI-generated: singing voice conversion (trainedAlgorithmicMedia)"
"""Tag of every exported file; the last word is IPTC's digital source type."""
SOFTWARE: Final = "AI Voice Studio"

# Only containers that hold their own sound. Playlists (hls, concat, ...) could make the decoder
# open other files or addresses of this machine.
_DEMUXERS = "wav,w64,aiff,caf,flac,mp3,aac,ogg,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm"
_MAX_BAD_PACKETS = 0.1
# Headers may be wrong by a factor, so that most decisions fall by what was really decoded.
_SURELY_TOO_LONG = 4
_INTEGERS = {"u1": (128.0, 128.0), "i2": (0.0, 2.0**15), "i4": (0.0, 2.0**31), "i8": (0.0, 2.0**63)}
# Encoder and the sample format that it takes; FLAC makes 24 bits of "s32".
_CODECS = {
    AudioFormat.WAV: ("pcm_s24le", "s32"),
    AudioFormat.FLAC: ("flac", "s32"),
    AudioFormat.MP3: ("libmp3lame", "s32p"),
}
# MP3 has no 40 kHz.
_MP3_RATES = (32000, 44100, 48000)
_MP3_BITS_PER_SECOND = 256_000
_BLOCK = 4096


def decode(
    path: Path, sample_rate: int | None = None, stop: StopCheck = never
) -> tuple[Floats, int]:
    """The file's first audio stream as mono (T,) float32, and its rate in Hz.

    Channels are averaged; ``sample_rate`` resamples on the way. Peaks above 1 scale the whole down.
    Raises ``JobError`` with AUDIO_UNREADABLE, AUDIO_TOO_SHORT (below 0.5 s), AUDIO_TOO_LONG (above
    3 h), AUDIO_SILENT or AUDIO_NOT_FINITE, and ``Stopped``.
    """
    try:
        with path.open("rb") as file, _open(file) as container:
            wave, rate = _read(container, sample_rate, stop)
    except av.FFmpegError as error:
        raise JobError(Code.AUDIO_UNREADABLE, f"{type(error).__name__}: {error}") from error
    if len(wave) < MIN_SECONDS * rate:
        raise JobError(Code.AUDIO_TOO_SHORT, f"{len(wave) / rate:.3f} s")
    peak = float(max(wave.max(), -wave.min()))
    if peak < SILENT_PEAK:
        raise JobError(Code.AUDIO_SILENT, f"peak {peak:.2g}")
    return (wave / peak if peak > 1.0 else wave), rate


def encode(
    path: Path,
    wave: Floats,
    sample_rate: int,
    format: AudioFormat,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Write mono (T,) float32 whole, tagged as AI-generated: 24-bit WAV or FLAC, or MP3.

    ``tags`` adds metadata (or replaces ours by name). MP3 is resampled to 44.1 kHz where it does
    not know the rate.
    """
    if format is AudioFormat.MP3 and sample_rate not in _MP3_RATES:
        wave, sample_rate = resample(wave, sample_rate, 44100), 44100
    samples = (np.clip(wave, -1.0, 1.0).astype(np.float64) * (2**31 - 1)).astype(np.int32)
    metadata = {"comment": AI_GENERATED, "software": SOFTWARE} | dict(tags or {})

    def write(aside: Path) -> None:
        with aside.open("wb") as file:
            _write(file, samples, sample_rate, format, metadata)

    write_whole(path, write)


def resample(wave: Floats, source_rate: int, target_rate: int) -> Floats:
    """(T,) -> (about T * target / source,), band-limited (soxr, high quality)."""
    if source_rate == target_rate:
        return wave
    resampled: Floats = soxr.resample(wave, source_rate, target_rate)
    return resampled


def _open(file: BinaryIO) -> av.container.InputContainer:
    options = {"format_whitelist": _DEMUXERS, "protocol_whitelist": ""}
    return av.open(file, "r", options=options, metadata_errors="replace")


def _read(
    container: av.container.InputContainer, sample_rate: int | None, stop: StopCheck
) -> tuple[Floats, int]:
    if not container.streams.audio:
        raise JobError(Code.AUDIO_UNREADABLE, "no audio stream")
    source_rate = container.streams.audio[0].sample_rate
    if not LOWEST_RATE <= source_rate <= HIGHEST_RATE:
        raise JobError(Code.AUDIO_UNREADABLE, f"{source_rate} Hz")
    claimed = (container.duration or 0) / av.time_base
    if claimed > _SURELY_TOO_LONG * MAX_SECONDS:
        raise JobError(Code.AUDIO_TOO_LONG, f"{claimed:.0f} s")
    rate = sample_rate or source_rate
    resampler = soxr.ResampleStream(source_rate, rate, 1) if rate != source_rate else None
    parts: list[Floats] = []
    seconds = 0.0
    for block in _mono_blocks(container, source_rate):
        check(stop)
        seconds += len(block) / source_rate
        if seconds > MAX_SECONDS:
            raise JobError(Code.AUDIO_TOO_LONG, "above 3 h")
        if not np.isfinite(block).all():
            raise JobError(Code.AUDIO_NOT_FINITE, f"near {seconds:.2f} s")
        parts.append(resampler.resample_chunk(block) if resampler else block)
    if not parts:
        raise JobError(Code.AUDIO_UNREADABLE, "no samples")
    if resampler:
        parts.append(resampler.resample_chunk(np.zeros(0, np.float32), last=True))
    return np.concatenate(parts), rate


def _mono_blocks(container: av.container.InputContainer, rate: int) -> Iterator[Floats]:
    """Decoded blocks, averaged over the channels. A few broken packets are passed over."""
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
            yield _mono(frame)
    if broken > max(1, _MAX_BAD_PACKETS * packets):
        raise JobError(Code.AUDIO_UNREADABLE, f"{broken} of {packets} packets are broken")


def _mono(frame: av.AudioFrame) -> Floats:
    data: NDArray[Any] = frame.to_ndarray()
    channels = data if frame.format.is_planar else data.reshape(frame.samples, -1).T
    mean = channels.mean(axis=0, dtype=np.float64)
    offset, scale = _INTEGERS.get(channels.dtype.str[1:], (0.0, 1.0))
    mono: Floats = ((mean - offset) / scale).astype(np.float32)
    return mono


def _write(
    file: BinaryIO,
    samples: NDArray[np.int32],
    rate: int,
    format: AudioFormat,
    metadata: Mapping[str, str],
) -> None:
    with av.open(file, "w", format=format.value) as container:
        container.metadata.update(metadata)
        codec, sample_format = _CODECS[format]
        stream = container.add_stream(codec, rate=rate, layout="mono", format=sample_format)
        assert isinstance(stream, av.AudioStream)
        if format is AudioFormat.MP3:
            stream.bit_rate = _MP3_BITS_PER_SECOND
        to_codec = av.AudioResampler(sample_format, "mono", rate, frame_size=stream.frame_size)
        for start in range(0, len(samples), _BLOCK):
            frame = av.AudioFrame.from_ndarray(samples[None, start : start + _BLOCK], "s32", "mono")
            frame.sample_rate, frame.pts = rate, start
            container.mux([p for f in to_codec.resample(frame) for p in stream.encode(f)])
        rest = [p for f in to_codec.resample(None) for p in stream.encode(f)]
        container.mux(rest + stream.encode(None))
