"""Blocks of float32 become an audio file of any format that we export, tagged where AI made it.

Sources: FFmpeg's muxers and encoders as the ``av`` wheel carries them. Of the two codecs of Ogg it
has libopus only, which is also the better one; Opus always runs at 48 kHz.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import av
import numpy as np
from numpy.typing import NDArray

from gpu_worker.contract.params import AudioFormat, BitDepth
from gpu_worker.contract.provenance import AI_GENERATED

from ..files import write_whole
from .quantise import Quantiser
from .resampling import resample

Floats = NDArray[np.float32]

SOFTWARE: Final = "AI Voice Studio"

_HIGHEST_LOSSLESS_RATE: Final = 192_000
_BLOCK: Final = 4096
# Rates in Hz, ascending. MP3 could go lower, at bit rates that nobody wants.
_RATES: Final = {
    AudioFormat.MP3: (32000, 44100, 48000),
    AudioFormat.M4A: (16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000),
    AudioFormat.OGG: (48000,),
}


@dataclass(frozen=True, slots=True)
class _Encoding:
    """FFmpeg's names, bits of the samples that are handed over, and bits a second of lossy ones."""

    container: str
    codec: str
    sample_format: str
    sample_bits: int
    bit_rate: int | None = None


_FLAC_24: Final = _Encoding("flac", "flac", "s32", 24)
_LOSSLESS: Final = {
    (AudioFormat.WAV, BitDepth.INT_16): _Encoding("wav", "pcm_s16le", "s16", 16),
    (AudioFormat.WAV, BitDepth.INT_24): _Encoding("wav", "pcm_s24le", "s32", 24),
    (AudioFormat.WAV, BitDepth.FLOAT_32): _Encoding("wav", "pcm_f32le", "flt", 32),
    (AudioFormat.FLAC, BitDepth.INT_16): _Encoding("flac", "flac", "s16", 16),
    (AudioFormat.FLAC, BitDepth.INT_24): _FLAC_24,
    (AudioFormat.FLAC, BitDepth.FLOAT_32): _FLAC_24,
}
# At this rate three times as fast as FFmpeg's default search, and nearer to the original.
_CODER: Final = {"aac": {"aac_coder": "fast"}}
# By channels. Opus is transparent at 128 kbit/s a channel already.
_LOSSY: Final = {
    (AudioFormat.MP3, 1): _Encoding("mp3", "libmp3lame", "fltp", 32, 256_000),
    (AudioFormat.MP3, 2): _Encoding("mp3", "libmp3lame", "fltp", 32, 256_000),
    (AudioFormat.M4A, 1): _Encoding("ipod", "aac", "fltp", 32, 256_000),
    (AudioFormat.M4A, 2): _Encoding("ipod", "aac", "fltp", 32, 256_000),
    (AudioFormat.OGG, 1): _Encoding("ogg", "libopus", "flt", 32, 128_000),
    (AudioFormat.OGG, 2): _Encoding("ogg", "libopus", "flt", 32, 256_000),
}


def is_lossy(format: AudioFormat) -> bool:
    return format in _RATES


def allowed_rate(format: AudioFormat, rate: int) -> int:
    """``rate`` in Hz where the format has it, else its next higher one, else its highest."""
    if not is_lossy(format):
        return min(rate, _HIGHEST_LOSSLESS_RATE)
    rates = _RATES[format]
    return next((allowed for allowed in rates if allowed >= rate), rates[-1])


def encode(
    path: Path,
    wave: Floats,
    sample_rate: int,
    format: AudioFormat,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Write mono (T,) float32 whole as AI-generated: 24 bits where lossless. Clips at full scale.

    ``tags`` adds metadata (or replaces ours by name). Resampled where the format does not know the
    rate. ``export`` also minds loudness and peaks.
    """
    rate = allowed_rate(format, sample_rate)
    samples = resample(wave, sample_rate, rate)[:, None]
    blocks = (samples[start : start + _BLOCK] for start in range(0, len(samples), _BLOCK))
    encode_blocks(path, blocks, rate, 1, format, BitDepth.INT_24, tags)


def encode_blocks(
    path: Path,
    blocks: Iterable[Floats],
    rate: int,
    channels: int,
    format: AudioFormat,
    depth: BitDepth,
    tags: Mapping[str, str] | None = None,
    ai_generated: bool = True,
) -> None:
    """Write blocks (n, ``channels``), 1 or 2, at a ``rate`` that the format has, whole and tagged.

    16 bits are dithered. Beyond full scale is clipped. ``ai_generated`` is told in the comment.
    """
    encoding = _LOSSY[format, channels] if is_lossy(format) else _LOSSLESS[format, depth]
    origin = {"comment": AI_GENERATED} if ai_generated else {}
    metadata = {**origin, "software": SOFTWARE, **(tags or {})}

    def write(aside: Path) -> None:
        with aside.open("wb") as file:
            _write(file, blocks, rate, channels, encoding, metadata)

    write_whole(path, write)


def _write(
    file: BinaryIO,
    blocks: Iterable[Floats],
    rate: int,
    channels: int,
    encoding: _Encoding,
    metadata: Mapping[str, str],
) -> None:
    layout = "stereo" if channels == 2 else "mono"
    # WAV above 4 GB, 3 h of stereo, goes on as RF64 (EBU Tech 3306).
    options = {"rf64": "auto"} if encoding.container == "wav" else {}
    with av.open(file, "w", format=encoding.container, options=options) as target:
        target.metadata.update(metadata)
        stream = target.add_stream(
            encoding.codec,
            rate=rate,
            layout=layout,
            format=encoding.sample_format,
            options=_CODER.get(encoding.codec, {}),
        )
        assert isinstance(stream, av.AudioStream)
        if encoding.bit_rate:
            stream.bit_rate = encoding.bit_rate
        resampler = av.AudioResampler(
            encoding.sample_format, layout, rate, frame_size=stream.frame_size
        )
        for frame in _frames(blocks, rate, layout, encoding.sample_bits):
            target.mux([p for f in resampler.resample(frame) for p in stream.encode(f)])
        rest = [p for f in resampler.resample(None) for p in stream.encode(f)]
        target.mux(rest + stream.encode(None))


def _frames(blocks: Iterable[Floats], rate: int, layout: str, bits: int) -> Iterator[av.AudioFrame]:
    quantise = Quantiser(bits)
    packed = {16: "s16", 24: "s32", 32: "flt"}[bits]
    position = 0
    for block in blocks:
        for start in range(0, len(block), _BLOCK):
            part = block[start : start + _BLOCK]
            frame = av.AudioFrame.from_ndarray(quantise(part), packed, layout)
            frame.sample_rate, frame.pts = rate, position
            position += len(part)
            yield frame
