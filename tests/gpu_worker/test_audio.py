"""Decoding strangers' files and writing tagged results."""

import io
import struct
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import AudioFormat
from gpu_worker.engine.sound import audio
from gpu_worker.engine.sound.audio import (
    Source,
    decode,
    decode_stereo,
    decode_to_disk,
    encode,
    open_blocks,
    probe,
    resample,
)
from gpu_worker.engine.stop import Stopped
from tests.gpu_worker.sounds import Floats


def tone(seconds: float, rate: int, hz: float = 440.0, gain: float = 0.5) -> Floats:
    t = np.arange(round(seconds * rate)) / rate
    return (gain * np.sin(2 * np.pi * hz * t)).astype(np.float32)


def wav(samples: np.ndarray, rate: int, channels: int = 1) -> bytes:
    """A WAV file by hand; (T * channels,) of int16 or float32."""
    kind = 3 if samples.dtype.kind == "f" else 1
    width = samples.dtype.itemsize
    head = struct.pack(
        "<HHIIHH", kind, channels, rate, rate * width * channels & 0xFFFFFFFF, width * channels,
        8 * width,
    )  # fmt: skip
    body = samples.astype(samples.dtype.newbyteorder("<")).tobytes()
    chunks = b"fmt " + struct.pack("<I", 16) + head + b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def int16(wave: Floats) -> np.ndarray:
    return (wave * 32767).astype(np.int16)


def written(folder: Path, content: bytes, name: str = "song.wav") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def refusal(path: Path) -> Code:
    with pytest.raises(JobError) as caught:
        decode(path)
    return caught.value.code


def playlist(target: Path) -> bytes:
    return f"#EXTM3U\n#EXTINF:10,\nfile://{target}\n#EXT-X-ENDLIST\n".encode()


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("song.wav", wav(int16(tone(1, 16000)), 16000))
    return buffer.getvalue()


def with_nan() -> Floats:
    wave = tone(1, 16000)
    wave[8000] = np.nan
    return wave


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", Code.AUDIO_UNREADABLE),
        (b"RIFF\x00\x00", Code.AUDIO_UNREADABLE),
        (np.random.default_rng(0).bytes(50_000), Code.AUDIO_UNREADABLE),
        (b"<html>not found</html>" * 50, Code.AUDIO_UNREADABLE),
        (zipped(), Code.AUDIO_UNREADABLE),
        (wav(np.zeros(0, np.int16), 44100), Code.AUDIO_UNREADABLE),
        (wav(int16(tone(0.2, 44100)), 44100), Code.AUDIO_TOO_SHORT),
        (wav(np.zeros(44100, np.int16), 44100), Code.AUDIO_SILENT),
        (wav(with_nan(), 16000), Code.AUDIO_NOT_FINITE),
        (wav(np.full(16000, np.inf, np.float32), 16000), Code.AUDIO_NOT_FINITE),
        (wav(int16(tone(1, 44100)), 2_000_000_000), Code.AUDIO_UNREADABLE),
        (wav(int16(tone(1, 44100)), 1), Code.AUDIO_UNREADABLE),
    ],
    ids=[
        "empty", "header-only", "noise", "html", "zip", "no-samples", "0.2s", "silent", "nan",
        "inf", "huge-rate", "1-hz",
    ],
)  # fmt: skip
def test_bad_files_are_refused(tmp_path: Path, content: bytes, code: Code) -> None:
    assert refusal(written(tmp_path, content)) is code


def test_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio, "MAX_SECONDS", 2.0)
    assert refusal(written(tmp_path, wav(int16(tone(2.1, 8000)), 8000))) is Code.AUDIO_TOO_LONG


def test_exactly_the_longest_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio, "MAX_SECONDS", 2.0)
    blocks = [audio.MAX_SECONDS / 20] * 20
    assert sum(blocks) > audio.MAX_SECONDS  # as seconds; samples are whole
    monkeypatch.setattr(
        audio, "_decoded", lambda *_: iter([np.full((800, 1), 0.1, np.float32)] * 20)
    )
    wave, _ = decode(written(tmp_path, wav(int16(tone(2.0, 8000)), 8000)))
    assert len(wave) == 16000


def test_a_day_long_file_is_refused_without_decoding_it(tmp_path: Path) -> None:
    path = tmp_path / "day.wav"
    header = wav(np.zeros(0, np.int16), 8000)
    with path.open("wb") as file:
        size = 25 * 3600 * 8000 * 2
        file.write(header[:-4] + struct.pack("<I", size))
        file.truncate(len(header) + size)
    started = time.monotonic()
    assert refusal(path) is Code.AUDIO_TOO_LONG
    assert time.monotonic() - started < 5


def test_a_playlist_opens_no_other_file(tmp_path: Path) -> None:
    secret = written(tmp_path, wav(int16(tone(2, 16000)), 16000), "secret.wav")
    for name in ("song.m3u8", "song.wav"):
        assert refusal(written(tmp_path, playlist(secret), name)) is Code.AUDIO_UNREADABLE
    concat = f"ffconcat version 1.0\nfile {secret}\n".encode()
    assert refusal(written(tmp_path, concat, "a.wav")) is Code.AUDIO_UNREADABLE


def test_a_folder_of_odd_names(tmp_path: Path) -> None:
    for name in ("노래 ü.wav", "http:x.wav", "-i.wav", "%d.wav", "concat:a|b.wav"):
        wave, _ = decode(written(tmp_path, wav(int16(tone(1, 8000)), 8000), name))
        assert len(wave) == 8000


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (44100, 2), (48000, 7), (384000, 1)])
def test_any_rate_and_number_of_channels(tmp_path: Path, rate: int, channels: int) -> None:
    mono = tone(1, rate)
    interleaved = np.repeat(mono[:, None], channels, axis=1).reshape(-1)
    wave, found = decode(written(tmp_path, wav(int16(interleaved), rate, channels)))
    assert found == rate
    assert wave.shape == mono.shape
    assert np.abs(wave - mono).max() < 1e-4


def test_channels_are_averaged(tmp_path: Path) -> None:
    left = tone(1, 16000)
    stereo = np.stack([left, np.zeros_like(left)], axis=1).reshape(-1)
    wave, _ = decode(written(tmp_path, wav(stereo, 16000, 2)))
    assert np.allclose(wave, left / 2, atol=1e-6)


def test_peaks_above_full_scale_are_scaled(tmp_path: Path) -> None:
    wave, _ = decode(written(tmp_path, wav(tone(1, 16000, gain=3.0), 16000)))
    assert np.abs(wave).max() == pytest.approx(1.0)


def test_resampling_on_the_way_equals_resampling_after(tmp_path: Path) -> None:
    path = written(tmp_path, wav(int16(tone(3, 44100)), 44100))
    whole, rate = decode(path)
    streamed, target = decode(path, sample_rate=16000)
    assert target == 16000
    expected = resample(whole, rate, 16000)
    assert abs(len(streamed) - len(expected)) <= 1
    assert np.abs(streamed[: len(expected)] - expected[: len(streamed)]).max() < 1e-3


def test_truncated_file_keeps_what_it_holds(tmp_path: Path) -> None:
    content = wav(int16(tone(4, 16000)), 16000)
    wave, _ = decode(written(tmp_path, content[: len(content) // 2]))
    assert 1.9 < len(wave) / 16000 < 2.1


def test_stop_ends_decoding(tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        decode(written(tmp_path, wav(int16(tone(1, 16000)), 16000)), stop=lambda: True)


@pytest.mark.parametrize("rate", [32000, 40000, 48000])
@pytest.mark.parametrize("format", [AudioFormat.WAV, AudioFormat.FLAC])
def test_results_come_back_the_same(tmp_path: Path, rate: int, format: AudioFormat) -> None:
    wave = tone(2.5, rate)
    path = tmp_path / f"output.{format}"
    encode(path, wave, rate, format)
    read, read_rate = decode(path)
    assert read_rate == rate
    assert read.shape == wave.shape
    assert np.abs(read - wave).max() <= 2**-24


def test_loud_results_are_clipped_not_wrapped(tmp_path: Path) -> None:
    path = tmp_path / "output.wav"
    encode(path, tone(1, 16000, gain=2.0), 16000, AudioFormat.WAV)
    read, _ = decode(path)
    assert read.max() == pytest.approx(1.0, abs=1e-6)
    assert read.min() == pytest.approx(-1.0, abs=1e-6)


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(JobError) as caught:
        encode(tmp_path / "output.flac", with_nan(), 16000, AudioFormat.FLAC)
    assert caught.value.code is Code.UNEXPECTED
    assert list(tmp_path.iterdir()) == []


def interleaved(*channels: Floats) -> Floats:
    return np.stack(channels, axis=1).reshape(-1)


def test_stereo_keeps_its_sides_and_mono_its_one(tmp_path: Path) -> None:
    left, right = tone(1, 16000, 440), tone(1, 16000, 300)
    read, rate = decode_stereo(written(tmp_path, wav(interleaved(left, right), 16000, 2)))
    assert rate == 16000
    assert np.array_equal(read, np.stack([left, right], axis=1))
    read, _ = decode_stereo(written(tmp_path, wav(left, 16000)))
    assert np.array_equal(read, left[:, None])


def test_surround_folds_down_after_bs775(tmp_path: Path) -> None:
    """FL FR FC LFE BL BR, each a tone of its own."""
    voices = [tone(1, 16000, 200 * (k + 1), 0.1) for k in range(6)]
    read, _ = decode_stereo(written(tmp_path, wav(interleaved(*voices), 16000, 6)))
    left = voices[0] + 0.5**0.5 * (voices[2] + voices[4])
    right = voices[1] + 0.5**0.5 * (voices[2] + voices[5])
    assert np.abs(read - np.stack([left, right], axis=1)).max() < 1e-6


def test_blocks_are_the_whole(tmp_path: Path) -> None:
    path = written(tmp_path, wav(interleaved(tone(3, 44100), tone(3, 44100, 300)), 44100, 2))
    blocks = list(open_blocks(path, channels=2))
    assert len(blocks) > 10
    assert np.array_equal(np.concatenate(blocks), decode_stereo(path)[0])
    mono = np.concatenate(list(open_blocks(path, 16000)))
    assert np.array_equal(mono[:, 0], decode(path, 16000)[0])


@pytest.mark.parametrize("mono", [True, False])
def test_decoding_to_disk_equals_decoding_to_memory(tmp_path: Path, mono: bool) -> None:
    sound = interleaved(tone(3, 44100, gain=3.0), tone(3, 44100, 300))
    path = written(tmp_path, wav(sound, 44100, 2))
    wave = decode_to_disk(path, tmp_path, 16000, mono)
    expected = decode(path, 16000)[0] if mono else decode_stereo(path, 16000)[0]
    assert isinstance(wave, np.memmap)
    assert np.array_equal(wave, expected)
    assert np.abs(wave).max() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", Code.AUDIO_UNREADABLE),
        (wav(int16(tone(0.2, 44100)), 44100), Code.AUDIO_TOO_SHORT),
        (wav(np.zeros(44100, np.int16), 44100), Code.AUDIO_SILENT),
        (wav(with_nan(), 16000), Code.AUDIO_NOT_FINITE),
    ],
    ids=["empty", "0.2s", "silent", "nan"],
)
def test_bad_files_leave_nothing_on_disk(tmp_path: Path, content: bytes, code: Code) -> None:
    path = written(tmp_path, content)
    for work in (lambda: decode_to_disk(path, tmp_path, 16000), lambda: decode_stereo(path, 16000)):
        with pytest.raises(JobError) as caught:
            work()
        assert caught.value.code is code
    assert list(tmp_path.iterdir()) == [path]


def test_the_header_tells_rate_channels_and_length(tmp_path: Path) -> None:
    path = written(tmp_path, wav(interleaved(tone(2, 22050), tone(2, 22050)), 22050, 2))
    assert probe(path) == Source(22050, 2, 2.0, ai_generated=False)
