"""What a customer downloads: format, depth, rate, loudness, peaks, tags, length."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from scipy import signal

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import AudioFormat, BitDepth, ExportKnobs, ExportRate
from gpu_worker.engine.sound.audio import decode_stereo, probe
from gpu_worker.engine.sound.export import export
from gpu_worker.engine.sound.lufs import integrated_lufs
from gpu_worker.engine.stop import Stopped
from tests.gpu_worker.sounds import Floats
from tests.gpu_worker.test_lufs import speechlike

RATE = 44100
LOSSY = (AudioFormat.MP3, AudioFormat.M4A, AudioFormat.OGG)
LOSSLESS = (AudioFormat.WAV, AudioFormat.FLAC)


def knobs(format: AudioFormat = AudioFormat.WAV, **values: Any) -> ExportKnobs:
    return ExportKnobs(output_format=format, **values)


def crest_db(wave: Floats) -> float:
    """The highest point at four times the rate, by another resampler than the engine's."""
    finer = signal.resample_poly(wave.astype(np.float64), 4, 1, axis=0)
    return float(20 * np.log10(np.abs(finer).max()))


def correlation(a: Floats, b: Floats) -> float:
    same = min(len(a), len(b))
    return float(np.corrcoef(a[:same].reshape(-1), b[:same].reshape(-1))[0, 1])


@pytest.fixture(scope="module")
def song() -> Floats:
    return speechlike(RATE, 3.0)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("format", list(AudioFormat))
def test_every_format_comes_back(
    tmp_path: Path, song: Floats, format: AudioFormat, channels: int
) -> None:
    path = tmp_path / f"output.{format}"
    given = song[:, :channels]
    facts = export(path, given, RATE, knobs(format), {"title": "노래"})
    read, rate = decode_stereo(path)
    assert rate == facts.rate == (48000 if format is AudioFormat.OGG else RATE)
    assert read.shape[1] == facts.channels == channels
    assert facts.duration == pytest.approx(len(song) / RATE, abs=1e-4)
    assert len(read) / rate == pytest.approx(len(song) / RATE, abs=0.05)
    if format in LOSSLESS:
        assert len(read) == len(song)
    at_rate = signal.resample_poly(given, 160, 147, axis=0) if rate != RATE else given
    assert correlation(read, at_rate) > (0.99999 if format in LOSSLESS else 0.98)
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        tags = {k.lower(): v for k, v in {**container.metadata, **stream.metadata}.items()}
    assert tags["comment"].startswith("AI-generated")
    assert tags["title"] == "노래"
    assert probe(path).ai_generated
    export(path, given[:4800], RATE, knobs(format), ai_generated=False)
    assert not probe(path).ai_generated


@pytest.mark.parametrize("format", LOSSY)
def test_lossy_formats_stay_in_time(tmp_path: Path, format: AudioFormat) -> None:
    """A click in the middle comes back at its place, to a tenth of a millisecond."""
    click = np.zeros(96000, np.float32)
    click[48000:48010] = 0.8
    export(tmp_path / "a", click, 48000, knobs(format))
    read, _ = decode_stereo(tmp_path / "a")
    assert abs(int(np.abs(read[:, 0]).argmax()) - 48005) <= 8


@pytest.mark.parametrize(
    ("format", "depth", "codec", "bits"),
    [
        (AudioFormat.WAV, BitDepth.INT_16, "pcm_s16le", 16),
        (AudioFormat.WAV, BitDepth.INT_24, "pcm_s24le", 24),
        (AudioFormat.WAV, BitDepth.FLOAT_32, "pcm_f32le", 24),
        (AudioFormat.FLAC, BitDepth.INT_16, "flac", 16),
        (AudioFormat.FLAC, BitDepth.INT_24, "flac", 24),
        (AudioFormat.FLAC, BitDepth.FLOAT_32, "flac", 24),
    ],
)
def test_bit_depths(
    tmp_path: Path, song: Floats, format: AudioFormat, depth: BitDepth, codec: str, bits: int
) -> None:
    path = tmp_path / "output"
    export(path, song, RATE, knobs(format, bit_depth=depth))
    with av.open(str(path)) as container:
        assert container.streams.audio[0].codec_context.name == codec
    read, _ = decode_stereo(path)
    # Rounding is off by half a step at most; dither adds one.
    assert np.abs(read - song).max() <= (1.5 if bits == 16 else 0.5) * 2.0 ** (1 - bits)


def test_dither_makes_no_harmonics(tmp_path: Path) -> None:
    """A tone of half a step would come back as nothing; dithered it is a tone in noise."""
    t = np.arange(4 * 48000) / 48000
    tone = (0.45 * 2**-15 * np.sin(2 * np.pi * 1000 * t)).astype(np.float32)
    loud = np.concatenate([tone, np.full(480, 0.1, np.float32)])
    export(tmp_path / "a", loud, 48000, knobs(bit_depth=BitDepth.INT_16))
    read = decode_stereo(tmp_path / "a")[0][: len(tone), 0]
    spectrum = np.abs(np.fft.rfft(read)) / len(read) * 2
    level = spectrum[[4000, 12000, 20000]] * 2**15
    assert level[0] == pytest.approx(0.45, abs=0.03)
    assert level[1:].max() < 0.02
    # Triangular dither and rounding: 1/6 + 1/12 of a step squared.
    assert (read - tone).var() * 2**30 == pytest.approx(0.25, abs=0.01)


def test_digital_silence_stays_silent(tmp_path: Path, song: Floats) -> None:
    wave = song.copy()
    wave[20000:40000] = 0.0
    export(tmp_path / "a", wave, RATE, knobs(bit_depth=BitDepth.INT_16))
    assert not decode_stereo(tmp_path / "a")[0][20000:40000].any()


@pytest.mark.parametrize(
    ("format", "wanted", "got"),
    [
        (AudioFormat.WAV, ExportRate.HZ_96000, 96000),
        (AudioFormat.FLAC, ExportRate.HZ_16000, 16000),
        (AudioFormat.FLAC, ExportRate.HZ_40000, 40000),
        (AudioFormat.MP3, ExportRate.HZ_22050, 32000),
        (AudioFormat.MP3, ExportRate.HZ_96000, 48000),
        (AudioFormat.M4A, ExportRate.HZ_40000, 44100),
        (AudioFormat.M4A, ExportRate.HZ_96000, 96000),
        (AudioFormat.OGG, ExportRate.HZ_16000, 48000),
    ],
)
def test_rates(
    tmp_path: Path, song: Floats, format: AudioFormat, wanted: ExportRate, got: int
) -> None:
    facts = export(tmp_path / "a", song[:RATE], RATE, knobs(format, output_rate=wanted))
    read, rate = decode_stereo(tmp_path / "a")
    assert rate == facts.rate == got
    assert len(read) / rate == pytest.approx(1.0, abs=0.05)
    if format in LOSSLESS:
        assert abs(len(read) - got) <= 1


@pytest.mark.parametrize("target", [-30.0, -23.0, -16.0, -11.0])
@pytest.mark.parametrize("channels", [1, 2])
def test_loudness_target_and_true_peak(
    tmp_path: Path, song: Floats, target: float, channels: int
) -> None:
    path = tmp_path / "a"
    wanted = knobs(loudness_lufs=target, true_peak_db=-1.5)
    facts = export(path, song[:, :channels], RATE, wanted)
    read, _ = decode_stereo(path)
    assert integrated_lufs(read, RATE) == pytest.approx(target, abs=0.3)
    assert facts.lufs == pytest.approx(integrated_lufs(read, RATE), abs=0.01)
    assert crest_db(read) <= -1.5 + 0.1
    assert facts.true_peak_db == pytest.approx(crest_db(read), abs=0.1)


@pytest.mark.parametrize("format", LOSSY)
def test_lossy_formats_too(tmp_path: Path, song: Floats, format: AudioFormat) -> None:
    export(tmp_path / "a", song, RATE, knobs(format, loudness_lufs=-14.0))
    read, rate = decode_stereo(tmp_path / "a")
    assert integrated_lufs(read, rate) == pytest.approx(-14.0, abs=0.3)
    assert crest_db(read) <= -1.0 + 0.1


def test_only_what_exceeds_the_limit_is_touched(tmp_path: Path) -> None:
    t = np.arange(4 * 48000) / 48000
    wave = (0.2 * np.sin(2 * np.pi * 500 * t)).astype(np.float32)
    wave[96000:96480] *= 4.5
    export(tmp_path / "a", wave, 48000, knobs(bit_depth=BitDepth.FLOAT_32, true_peak_db=-6.0))
    read = decode_stereo(tmp_path / "a")[0][:, 0]
    assert crest_db(read) <= -6.0 + 0.1
    before, after = slice(0, 96000 - 1500), slice(96480 + 9600, None)
    assert np.array_equal(read[before], wave[before])
    assert np.array_equal(read[after], wave[after])
    # Bent, not clipped: the burst is still a tone.
    burst = read[96050:96430] * np.hanning(380)
    spectrum = np.abs(np.fft.rfft(burst, 4800))
    assert spectrum[145:156].max() < 0.02 * spectrum[50]


def test_a_sound_below_the_limit_passes_bit_by_bit(tmp_path: Path, song: Floats) -> None:
    export(tmp_path / "a", song, RATE, knobs(bit_depth=BitDepth.FLOAT_32))
    assert np.array_equal(decode_stereo(tmp_path / "a")[0], song)


def test_blocks_and_disk_give_the_same_file(tmp_path: Path, song: Floats) -> None:
    stored = np.memmap(tmp_path / "raw", np.float32, "w+", shape=song.shape)
    stored[:] = song
    blocks: Iterator[Floats] = iter(np.array_split(song, [1, 900, 70000, 70001]))
    wanted = knobs(AudioFormat.FLAC, loudness_lufs=-12.0, output_rate=ExportRate.HZ_48000)
    for name, audio in (("a", song), ("b", stored), ("c", blocks)):
        export(tmp_path / name, audio, RATE, wanted)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").read_bytes() == (tmp_path / "c").read_bytes()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_refused(tmp_path: Path, song: Floats, bad: float) -> None:
    wave = song.copy()
    wave[100, 1] = bad
    for audio in (wave, iter([wave]), song[:0]):
        with pytest.raises(JobError) as caught:
            export(tmp_path / "out" / "a", audio, RATE, knobs())
        assert caught.value.code is Code.UNEXPECTED
    assert list((tmp_path / "out").iterdir()) == []


def test_stop_leaves_nothing(tmp_path: Path, song: Floats) -> None:
    with pytest.raises(Stopped):
        export(tmp_path / "out" / "a", song, RATE, knobs(), stop=lambda: True)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_moment_and_silence_are_written_too(tmp_path: Path) -> None:
    for format in AudioFormat:
        for wave in (np.zeros(4800, np.float32), np.full(10, 0.5, np.float32)):
            facts = export(tmp_path / "a", wave, 48000, knobs(format, loudness_lufs=-14.0))
            assert facts.lufs is None
            assert facts.duration == len(wave) / 48000
