"""What probing finds, and what it refuses."""

import io
import struct
import zipfile
from fractions import Fraction

import av
import numpy as np
import pyloudnorm
import pytest
from numpy.typing import NDArray

from apps.library import sound
from gpu_worker.contract.errors import Code, JobError
from tests.factories import tone, wav_bytes

RATE = 48_000


def music(seconds: float = 3.0) -> NDArray[np.float32]:
    """Two channels of tones and noise that swell, shape (2, T)."""
    generator = np.random.default_rng(7)
    time = np.arange(round(seconds * RATE)) / RATE
    left = 0.3 * np.sin(2 * np.pi * 440 * time) + 0.05 * generator.standard_normal(len(time))
    right = 0.2 * np.sin(2 * np.pi * 220 * time) * np.sin(2 * np.pi * time / seconds)
    return np.stack([left, right]).astype(np.float32)


def encode(samples: NDArray[np.float32], container: str, codec: str, layout: str) -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as output:
        stream = output.add_stream(codec, rate=RATE, layout=layout)
        assert isinstance(stream, av.AudioStream)
        convert = av.AudioResampler(stream.format, layout, RATE, frame_size=stream.frame_size or 0)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", layout)
        frame.sample_rate = RATE
        frame.time_base = Fraction(1, RATE)
        for piece in [*convert.resample(frame), *convert.resample(None)]:
            output.mux(stream.encode(piece))
        output.mux(stream.encode(None))
    return buffer.getvalue()


def float_wav(samples: NDArray[np.float32], rate: int) -> bytes:
    """32-bit float WAV of samples (C, T)."""
    channels = samples.shape[0]
    data = samples.T.astype("<f4").tobytes()
    layout = struct.pack("<HHIIHH", 3, channels, rate, rate * channels * 4, channels * 4, 32)
    return b"RIFF%bWAVEfmt %b%bdata%b%b" % (
        struct.pack("<I", 36 + len(data)),
        struct.pack("<I", 16),
        layout,
        struct.pack("<I", len(data)),
        data,
    )


@pytest.mark.parametrize(
    ("container", "codec", "tolerance"),
    [
        ("wav", "pcm_s16le", 0.02),
        ("wav", "pcm_s24le", 0.02),
        ("wav", "pcm_u8", 0.3),
        ("flac", "flac", 0.02),
        ("aiff", "pcm_s16be", 0.02),
        ("mp3", "libmp3lame", 1.0),
        ("ipod", "aac", 0.3),
        ("adts", "aac", 0.3),
        ("mov", "aac", 0.3),
        ("mp4", "aac", 0.3),
        ("ogg", "libopus", 0.3),
    ],
)
def test_formats(container: str, codec: str, tolerance: float) -> None:
    found = sound.inspect(io.BytesIO(encode(music(), container, codec, "stereo")))
    assert found.duration_s == pytest.approx(3.0, abs=0.07)
    assert (found.sample_rate, found.channels) == (RATE, 2)
    expected = pyloudnorm.Meter(RATE).integrated_loudness(music().T.astype(np.float64))
    assert found.loudness_lufs == pytest.approx(expected, abs=tolerance)
    assert 280 <= len(found.peaks) <= 290


def test_true_peak_lies_between_samples() -> None:
    """A tone at a quarter of the rate, sampled 45 degrees off its tops, peaks 3 dB higher."""
    time = np.arange(RATE * 2)
    wave = 0.5 * np.sin(np.pi / 2 * time + np.pi / 4)[None].astype(np.float32)
    fade = np.clip(time / RATE, 0, 1) * np.clip(2 - time / RATE, 0, 1)
    found = sound.inspect(io.BytesIO(float_wav(wave * fade.astype(np.float32), RATE)))
    assert found.true_peak_db == pytest.approx(20 * np.log10(0.5), abs=0.1)


def test_peaks_follow_the_wave() -> None:
    wave = tone(seconds=20.0, rate=RATE)
    wave[:, : RATE * 10] = 0
    peaks = np.array(sound.inspect(io.BytesIO(wav_bytes(wave, RATE))).peaks)
    assert peaks.shape == (1000, 2)
    assert not peaks[:499].any()
    assert np.allclose(np.abs(peaks[502:]), 25, atol=1)


def test_odd_but_good() -> None:
    for rate, channels in ((8_000, 1), (8_000, 7), (192_000, 2), (44_100, 6)):
        data = wav_bytes(tone(rate=rate, channels=channels), rate)
        found = sound.inspect(io.BytesIO(data))
        assert (found.sample_rate, found.channels) == (rate, channels)


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("song.wav", wav_bytes(tone()))
    return buffer.getvalue()


def nan_wav() -> bytes:
    samples = tone()
    samples[0, 500] = np.nan
    return float_wav(samples, 16_000)


def silent_video() -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as output:
        stream = output.add_stream("mpeg4", rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.width = stream.height = 64
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")
        for number in range(10):
            frame.pts = number
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", Code.AUDIO_UNREADABLE),
        (b"\x00" * 100_000, Code.AUDIO_UNREADABLE),
        (np.random.default_rng(1).bytes(300_000), Code.AUDIO_UNREADABLE),
        (b"text, not sound\n" * 1000, Code.AUDIO_UNREADABLE),
        (zipped(), Code.AUDIO_UNREADABLE),
        (b"<html><body>404</body></html>", Code.AUDIO_UNREADABLE),
        (b"#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n", Code.AUDIO_UNREADABLE),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", Code.AUDIO_UNREADABLE),
        (silent_video(), Code.AUDIO_UNREADABLE),
        (wav_bytes(tone())[:44], Code.AUDIO_UNREADABLE),
        (wav_bytes(tone(), 2_000_000_000), Code.AUDIO_UNREADABLE),
        (wav_bytes(tone(rate=1000), 1000), Code.AUDIO_UNREADABLE),
        (wav_bytes(tone(seconds=0.2)), Code.AUDIO_TOO_SHORT),
        (wav_bytes(0 * tone()), Code.AUDIO_SILENT),
        (nan_wav(), Code.AUDIO_NOT_FINITE),
    ],
)
def test_refused(data: bytes, code: Code) -> None:
    with pytest.raises(JobError) as refused:
        sound.inspect(io.BytesIO(data))
    assert refused.value.code is code


class Endless(io.RawIOBase):
    """A WAV file of 25 hours that takes no memory, and counts what is read of it."""

    def __init__(self) -> None:
        size = 25 * 3600 * 16_000
        self.head = wav_bytes(tone(rate=8000), 8000)[:40] + struct.pack("<I", size)
        self.length = len(self.head) + size
        self.position = self.read_bytes = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.position = (0, self.position, self.length)[whence] + offset
        return self.position

    def tell(self) -> int:
        return self.position

    def read(self, size: int = -1) -> bytes:
        count = max(0, min(size, self.length - self.position))
        data = self.head[self.position : self.position + count]
        data += b"\x10\x20" * ((count - len(data) + 1) // 2)
        self.position += count
        self.read_bytes += count
        return data[:count]


def test_25_hours_are_refused_by_the_header() -> None:
    file = Endless()
    with pytest.raises(JobError) as refused:
        sound.inspect(file)  # type: ignore[arg-type] # what av needs of a file
    assert refused.value.code is Code.AUDIO_TOO_LONG
    assert file.read_bytes < 8 * 2**20


def test_length_is_counted_where_the_header_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "MAX_SECONDS", 2.0)
    data = bytearray(encode(music(seconds=4.0), "adts", "aac", "stereo"))
    with pytest.raises(JobError) as refused:
        sound.inspect(io.BytesIO(bytes(data)))
    assert refused.value.code is Code.AUDIO_TOO_LONG


def test_a_hole_in_an_mp3_is_borne() -> None:
    data = bytearray(encode(music(seconds=6.0), "mp3", "libmp3lame", "stereo"))
    middle = len(data) // 2
    data[middle : middle + 300] = bytes(300)
    assert sound.inspect(io.BytesIO(bytes(data))).duration_s == pytest.approx(6.0, abs=0.2)
