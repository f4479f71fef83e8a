"""The cutting of a stretch, as a worker does it: the same samples as a file of their own."""

import tempfile
from fractions import Fraction
from typing import Any, BinaryIO, Final

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.container import InputContainer, OutputContainer
from numpy.typing import NDArray

from apps.common import storage
from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.provenance import AI_GENERATED

from . import sound
from .models import AudioFile, FileState

_WAV: Final = {
    "u8": "pcm_u8",
    "s16": "pcm_s16le",
    "s32": "pcm_s32le",
    "flt": "pcm_f32le",
    "dbl": "pcm_f64le",
}
"""The WAV codec that holds a decoder's samples as they are."""
_OF_24_BITS: Final = ("pcm_s24le", "pcm_s24be")
_ALAC_DEPTH_AT: Final = 17  # within the atom "alac" that an MP4 has of it


def make_object(file: AudioFile) -> None:
    """Stores the cut of a row that ``trimming.trim`` made, and sets its size. Idempotent.

    Raises FileNotFoundError where the old file is gone, JobError where it can't be read; storage
    errors pass through.
    """
    if file.cut_start_s is None or file.cut_end_s is None or storage.exists(file.key):
        return
    if file.cut_of is None or file.cut_of.state == FileState.DELETED:
        raise FileNotFoundError(file.key)
    stretch = (file.cut_start_s, file.cut_end_s)
    with storage.open_stream(file.cut_of.key) as source, tempfile.TemporaryFile() as made:
        cut(source, made, *stretch, ai_generated=file.ai_generated)
        file.size = made.tell()
        made.seek(0)
        storage.write_file(file.key, made)
    file.save(update_fields=["size", "updated_at"])


def cut(
    source: BinaryIO, target: BinaryIO, start_s: float, end_s: float, *, ai_generated: bool = False
) -> None:
    """Write the stretch of ``source`` as WAV (RF64 above 4 GB), each sample as it was decoded.

    Reads from the beginning, because only that counts samples right in every format. ``target``
    stands at its end afterwards. JobError where ``source`` can't be read.
    """
    try:
        with (
            av.open(
                source, "r", container_options=dict(sound.OPTIONS), metadata_errors="replace"
            ) as reader,
            av.open(target, "w", format="wav", container_options={"rf64": "auto"}) as writer,
        ):
            if ai_generated:
                writer.metadata["comment"] = AI_GENERATED
            _copy(reader, writer, start_s, end_s)
    except (av.FFmpegError, UnicodeDecodeError) as error:
        raise JobError(Code.AUDIO_UNREADABLE, str(error)) from error
    target.seek(0, 2)


def _copy(reader: InputContainer, writer: OutputContainer, start_s: float, end_s: float) -> None:
    encoder: AudioCodecContext | None = None
    stream: Any = None
    position = written = 0
    for frame in sound.frames(reader):
        rate = frame.sample_rate
        first, last = round(start_s * rate) - position, round(end_s * rate) - position
        position += frame.samples
        if last <= 0:
            break
        if first >= frame.samples:
            continue
        if stream is None:
            stream = writer.add_stream(_codec(reader, frame), rate=rate)
            encoder = stream.codec_context
            encoder.layout, encoder.format = frame.layout.name, _packed(frame)
        part = _part(frame, max(0, first), min(frame.samples, last))
        part.pts, part.time_base = written, Fraction(1, rate)
        written += part.samples
        writer.mux(stream.encode(part))
    if stream is None:
        raise JobError(Code.AUDIO_TOO_SHORT, "ends before the stretch begins")
    writer.mux(stream.encode(None))


def _codec(reader: InputContainer, frame: AudioFrame) -> str:
    decoder = reader.streams.audio[0].codec_context
    if decoder.name in _OF_24_BITS or _packed_bits(decoder.name, decoder.extradata or b"") == 24:
        return "pcm_s24le"
    return _WAV[_packed(frame)]


def _packed_bits(codec: str, header: bytes) -> int | None:
    """Bits of a sample as a lossless codec packs it; its decoder hands out 32 of 24.

    FLAC's STREAMINFO (RFC 9639, 8.2) has them less one, in five bits behind rate and channels.
    """
    if codec == "flac" and len(header) >= 14:
        return ((header[12] & 1) << 4 | header[13] >> 4) + 1
    if codec == "alac" and len(header) > _ALAC_DEPTH_AT:
        return header[_ALAC_DEPTH_AT]
    return None


def _packed(frame: AudioFrame) -> str:
    return str(frame.format.name).removesuffix("p")


def _part(frame: AudioFrame, first: int, last: int) -> AudioFrame:
    """Samples ``first`` to ``last`` of the frame, interleaved."""
    raw: NDArray[Any] = frame.to_ndarray()
    if frame.format.is_planar:
        raw = raw.T.reshape(1, -1)
    channels = frame.layout.nb_channels
    part = AudioFrame.from_ndarray(
        raw[:, first * channels : last * channels].copy(),
        format=_packed(frame),
        layout=frame.layout.name,
    )
    part.sample_rate = frame.sample_rate
    return part
