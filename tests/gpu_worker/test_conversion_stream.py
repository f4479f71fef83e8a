"""Long songs: chunks that join without a trace, batches, blocks, and memory that stays."""

import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from gpu_worker.engine.config import CONTENT_RATE
from gpu_worker.engine.rendering import chunks, hearing, plan
from gpu_worker.engine.rendering import song as songs
from gpu_worker.engine.rendering.chunks import chunk_bounds, without_short_rest
from gpu_worker.engine.rendering.conversion import Rendering
from gpu_worker.engine.rendering.crossfade import joined, of_length
from gpu_worker.engine.rendering.hearing import CONTEXT, CORE, hear
from gpu_worker.engine.rendering.levels import weighted_powers
from gpu_worker.engine.rendering.loudness import follow_loudness
from gpu_worker.engine.rendering.song import Song
from gpu_worker.engine.sound.filters import high_pass_zero_phase
from gpu_worker.engine.sound.lufs import KWeighting, blocks_of, integrated_lufs
from gpu_worker.engine.spool import spool
from gpu_worker.engine.stop import Stopped, never
from tests.gpu_worker.small_voice import (
    RATE,
    Floats,
    Sung,
    bare,
    converter,
    hiss,
    rms_db,
    silence,
    tone,
)


def song(seconds: float) -> Floats:
    """Noise that is louder here and quieter there."""
    wave = hiss(seconds)
    return wave * (0.5 + 0.5 * np.sin(np.arange(len(wave)) / 7000)).astype(np.float32)


@pytest.mark.parametrize("kept", [0, 80_000])
def test_a_piece_of_a_song_is_that_of_the_whole(kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(songs, "_KEPT", kept)
    wave = song(5)
    whole = high_pass_zero_phase(wave, CONTENT_RATE)
    for first, last in [(0, 80_000), (0, 1000), (30_000, 50_000), (79_000, 80_000)]:
        assert np.allclose(Song(wave)[first:last], whole[first:last], atol=1e-6)


@pytest.mark.parametrize("mode", ["r", "r+", "c"])
def test_a_song_on_disk_is_read_as_it_is(tmp_path: Path, mode: Literal["r", "r+", "c"]) -> None:
    wave = song(3)
    path = tmp_path / "song.f32"
    wave.tofile(path)
    mapped = np.memmap(path, np.float32, mode)
    if mode != "r":
        mapped[20_000:30_000] = wave[20_000:30_000] = 0.25
    for part in (slice(0, 48_000), slice(15_000, 31_000)):
        assert np.array_equal(Song(mapped)[part], Song(wave)[part])
        assert np.array_equal(Song(mapped[1000:])[part], Song(wave[1000:])[part])


def _resident_bytes(path: Path) -> int:
    """How much of a mapped file counts as this process's memory."""
    smaps = Path("/proc/self/smaps").read_text()
    mapping = smaps.split(str(path), 1)[1]
    (line,) = [line for line in mapping.splitlines()[:5] if line.startswith("Rss:")]
    return int(line.split()[1]) * 1024


def test_what_was_read_is_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(songs, "_KEPT", 0)
    path = tmp_path / "song.f32"
    np.zeros(8_000_000, np.float32).tofile(path)
    mapped = np.memmap(path, np.float32, "r")
    for first in range(0, 8_000_000, 1_000_000):
        assert not Song(mapped)[first : first + 1_000_000].any()
    assert _resident_bytes(path) < 1_000_000


def test_what_blocks_were_read_of_a_spooled_sound_is_given_back(tmp_path: Path) -> None:
    path = tmp_path / "sound.f32"
    wave = spool(path, (np.zeros((1_000_000, 2), np.float32) for _ in range(4)))
    assert sum(len(block) for block in blocks_of(wave) if not block.any()) == 4_000_000
    assert _resident_bytes(path) < 1_000_000


@pytest.mark.parametrize("samples", [800, 16_000, 40_000])
def test_a_song_is_mirrored_as_numpy_does(samples: int) -> None:
    wave = song(3)[:samples]
    padded = np.pad(high_pass_zero_phase(wave, CONTENT_RATE), 16_000, mode="reflect")
    assert np.array_equal(Song(wave).mirrored(-16_000, samples + 16_000), padded)
    part = Song(wave).mirrored(samples - 100, samples + 5000)
    assert np.allclose(part, padded[samples + 15_900 : samples + 21_000], atol=1e-6)


def test_cuts_of_a_song_are_those_of_the_whole() -> None:
    wave = song(130)
    whole = high_pass_zero_phase(wave, CONTENT_RATE)
    assert chunk_bounds(Song(wave)) == chunk_bounds(whole)
    assert len(chunk_bounds(whole)) == 4


def test_a_short_rest_goes_along() -> None:
    assert without_short_rest([(0, 100_000), (100_000, 110_000)]) == [(0, 110_000)]
    kept = [(0, 100_000), (100_000, 116_000)]
    assert without_short_rest(kept) == kept
    assert without_short_rest([(0, 5)]) == [(0, 5)]


class Positions:
    """Gives the sample at each frame in place of F0; a window's first and last second lie."""

    name = Sung.name

    def estimate(self, wave16k: Floats) -> Floats:
        f0 = wave16k[::160].copy()
        f0[:100] = f0[-100:] = -1
        return f0[: len(wave16k) // 160 + 1]


@pytest.mark.parametrize("seconds", [30.0, 63.0, 65.0, 150.005])
def test_windows_of_f0_join_at_their_cores(seconds: float) -> None:
    class Plain(Song):
        def __getitem__(self, part: slice) -> Floats:
            return self._wave[part]

    wave = np.arange(round(seconds * CONTENT_RATE), dtype=np.float32)
    f0 = hear(Plain(wave), Positions(), 16_000, 16_000, lambda _: None, never)
    assert len(f0) == (len(wave) + 32_000 - 1) // 160 + 1
    expected = np.pad(wave, 16_000, mode="reflect")[::160]
    assert np.array_equal(f0[100:-100], expected[100:-100])
    assert CONTEXT > 16_000
    assert CORE % 160 == 0


def test_chunks_that_agree_join_to_what_they_were() -> None:
    wave = tone(1)
    parts = [wave[0:6000], wave[5000:12_000], wave[11_000:]]
    assert np.allclose(np.concatenate(list(joined(parts, 1000))), wave, atol=1e-7)
    assert np.array_equal(np.concatenate(list(joined([wave], 1000))), wave)


@pytest.mark.parametrize("samples", [0, 700, 1000, 1200])
def test_a_stream_gets_its_length(samples: int) -> None:
    blocks = list(of_length([np.ones(400, np.float32), np.ones(600, np.float32)], samples))
    assert sum(map(len, blocks)) == samples
    assert sum(float(block.sum()) for block in blocks) == min(samples, 1000)


def momentary(wave: Floats, rate: int) -> NDArray[np.float64]:
    """LUFS of 400 ms every 100 ms (EBU Tech 3341)."""
    power = KWeighting(rate, 1)(wave[:, None])
    steps = power[: len(power) // (rate // 10) * (rate // 10)].reshape(-1, rate // 10).mean(axis=1)
    return np.asarray(10 * np.log10(np.convolve(steps, np.full(4, 0.25), mode="valid")) - 0.691)


def test_loudness_goes_from_the_songs_to_the_voices_in_proportion() -> None:
    # A song that falls by 20 dB; a deep voice that goes on alike, softer than it and then louder.
    source = np.concatenate([tone(3, 2500, 0.5), tone(3, 2500, 0.05)])
    output = tone(6, 110, 0.15)
    wanted = weighted_powers(Song(source), never)
    own, song_s = momentary(output, CONTENT_RATE), momentary(source, CONTENT_RATE)
    apart = (own - song_s)[np.r_[2:24, 34:54]]
    # To the ear 4.5 dB further apart than in power: the head's shelf, 3.9 dB, and the high-pass.
    assert apart[:22] == pytest.approx(-15.0, abs=0.2)
    assert apart[22:] == pytest.approx(5.0, abs=0.2)
    for mix in (0.0, 0.25, 0.5, 0.75, 1.0):
        blocks = follow_loudness([output], wanted, CONTENT_RATE, len(output), mix)
        given = momentary(np.concatenate(list(blocks)), CONTENT_RATE)
        assert np.abs((given - song_s)[np.r_[2:24, 34:54]] - mix * apart).max() < 0.4
    followed = np.concatenate(
        list(follow_loudness([output], wanted, CONTENT_RATE, len(output), 0.0))
    )
    heard = integrated_lufs(followed, CONTENT_RATE)
    assert heard == pytest.approx(integrated_lufs(source, CONTENT_RATE), abs=0.2)


def test_noise_in_a_rest_sinks_and_a_voice_that_is_missing_is_not_torn_up() -> None:
    source = np.concatenate([tone(2), silence(2)])
    wanted = weighted_powers(Song(source), never)
    noise = hiss(4, 1e-3)
    given = np.concatenate(list(follow_loudness([noise], wanted, CONTENT_RATE, len(noise), 0.0)))
    assert rms_db(given[16_000:30_000]) == pytest.approx(rms_db(noise[16_000:30_000]) + 30, abs=0.1)
    assert rms_db(given[36_000:60_000]) < -88


@pytest.mark.parametrize("seconds", [0.05, 1.0, 4.263])
@pytest.mark.parametrize("mix", [0.0, 0.25])
def test_loudness_of_a_stream_is_that_of_the_whole(seconds: float, mix: float) -> None:
    source, output = song(seconds), np.roll(song(seconds), 5000).repeat(2)
    wanted = weighted_powers(Song(source), never)
    whole = np.concatenate(list(follow_loudness([output], wanted, RATE, len(output), mix)))
    assert len(whole) == len(output)
    for size in (99, 999, 40_000):
        blocks = [output[at : at + size] for at in range(0, len(output), size)]
        stream = list(follow_loudness(blocks, wanted, RATE, len(output), mix))
        assert np.allclose(np.concatenate(stream), whole, atol=1e-6)


def test_loudness_holds_back_little() -> None:
    wave, given, held = song(20).repeat(2), 0, []

    def blocks() -> Iterator[Floats]:
        for at in range(0, len(wave), 3200):
            held.append(at - given)
            yield wave[at : at + 3200]

    for block in follow_loudness(blocks(), np.ones(2000), RATE, len(wave), 0.0):
        given += len(block)
    assert given == len(wave)
    assert max(held) <= 0.1 * RATE


def test_a_held_note_passes_a_cut_without_a_trace() -> None:
    # One note of 60 s: the cut can't avoid it. Without noise every period should be alike.
    wave = tone(60)
    conversion = converter().stream(wave, bare())
    audio = np.concatenate(list(conversion.blocks))
    (_, cut), _ = chunk_bounds(Song(wave))
    around = audio[2 * cut - RATE : 2 * cut + RATE]
    levels = np.sqrt(np.square(around.reshape(-1, 1600)).mean(axis=1))
    assert levels.max() / levels.min() < 1.01
    # 220 Hz: eleven periods in 1600 samples. A jump of the phase by 2 % would show here.
    steady, at_cut = (part[1600:] - part[:-1600] for part in (audio[RATE : 3 * RATE], around))
    assert np.abs(at_cut).max() < 1.5 * np.abs(steady).max() + 0.01


def test_the_stream_is_the_conversion_in_blocks() -> None:
    wave = song(43) + tone(43, gain=0.2)
    knobs = bare(loudness_mix=0.3, formant_shift=1.0, clean_gaps=True)
    audio, rate = converter().convert(wave, CONTENT_RATE, knobs)
    conversion = converter().stream(wave, knobs)
    blocks = list(conversion.blocks)
    assert (conversion.sample_rate, conversion.samples) == (rate, len(audio))
    whole = np.concatenate(blocks)
    assert len(blocks) > 10
    assert np.allclose(audio, whole / max(1.0, np.abs(whole).max() / 0.99), atol=1e-6)
    odd = converter().stream(wave[:16_000], bare(), samples=32_001)
    assert sum(map(len, odd.blocks)) == odd.samples == 32_001


def test_a_batch_renders_what_single_chunks_render(monkeypatch: pytest.MonkeyPatch) -> None:
    bounds = [(0, 32_000), (32_000, 80_000), (80_000, 100_123)]
    monkeypatch.setattr(plan, "chunk_bounds", lambda _: bounds)
    wave = song(7)[:100_123] + np.concatenate([tone(3), tone(4, 330.0)])[:100_123]
    single, batched = (
        converter(batch=size).convert(wave, CONTENT_RATE, bare(loudness_mix=0.5))[0]
        for size in (1, 2)
    )
    assert len(single) == len(batched)
    assert np.abs(single - batched).max() < 1e-5
    assert np.abs(single).max() > 0.05


def test_stop_is_heard_while_listening_and_while_rendering() -> None:
    with pytest.raises(Stopped):
        converter().stream(tone(2), bare(), stop=lambda: True)
    stopped = False
    conversion = converter().stream(tone(2), bare(), stop=lambda: stopped)
    stopped = True
    with pytest.raises(Stopped):
        next(conversion.blocks)


def test_memory_does_not_grow_with_the_song(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The peak of all that numpy allocates while a song is read off the disk, in short chunks."""
    for module, name, seconds in [
        (chunks, "LONGEST", 6),
        (chunks, "EVERY", 5),
        (chunks, "REACH", 0.5),
        (hearing, "CORE", 5),
        (songs, "_KEPT", 10),
    ]:
        monkeypatch.setattr(module, name, int(seconds * CONTENT_RATE))

    def peak(seconds: int) -> int:
        path = tmp_path / f"{seconds}.f32"
        np.tile(hiss(1) + tone(1), seconds).tofile(path)
        wave = np.memmap(path, np.float32, mode="r")
        knobs = bare(loudness_mix=0.3, clean_gaps=True, breath=0.5)
        rendering = converter(rendering=Rendering())
        tracemalloc.start()
        made = sum(len(block) for block in rendering.stream(wave, knobs).blocks)
        peak_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert made == seconds * RATE
        return peak_bytes

    # A minute of song alone would be 4 MB, its conversion 8 MB; F0 and gains are 0.3 MB.
    assert peak(80) - peak(20) < 1_000_000
