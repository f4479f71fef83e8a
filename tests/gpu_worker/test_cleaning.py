"""Cleaning: each step by its effect, sung notes left alone, hours in bounded memory."""

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import F0Method, PreprocessParams
from gpu_worker.engine.cleaning import (
    Denoiser,
    clean,
    cut_silences,
    gate,
    high_pass,
    load_denoiser,
)
from gpu_worker.engine.cleaning.blocks import frame_levels
from gpu_worker.engine.cleaning.deep_filter import (
    DeepFilterNet,
    analyse,
    erb_widths,
    synthesise,
)
from gpu_worker.engine.cleaning.denoise import keep_notes
from gpu_worker.engine.melody.swift_f0 import SwiftF0
from gpu_worker.engine.sound.audio import decode
from gpu_worker.engine.stop import Stopped, never
from gpu_worker.pretrained import Pretrained
from tests.gpu_worker.sounds import sung, vibrato

Floats = NDArray[np.float32]

RATE = 48000
DEMO = Path(__file__).parents[2] / "demo/material"
ALL_OFF = PreprocessParams(high_pass_hz=0, denoise=0, gate_db=-90, slice=False)


@pytest.fixture(scope="module")
def denoiser() -> Denoiser:
    return load_denoiser(Pretrained())


@pytest.fixture(scope="module")
def singing() -> Floats:
    wave, _ = decode(DEMO / "arirang-vocal.flac", RATE)
    return wave[: 12 * RATE]


@pytest.fixture(scope="module")
def speech() -> Floats:
    wave, _ = decode(DEMO / "speaker-b-1.opus", RATE)
    return wave[: 8 * RATE]


def noise(samples: int, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).standard_normal(samples).astype(np.float32)


def snr(clean_wave: Floats, wave: NDArray[np.floating]) -> float:
    error = wave - clean_wave
    return float(10 * np.log10(np.square(clean_wave).sum() / np.square(error).sum()))


def with_noise(wave: Floats, snr_db: float, kind: Floats) -> Floats:
    ratio = np.sqrt(np.square(wave).mean() / np.square(kind).mean()) * 10 ** (-snr_db / 20)
    noisy: Floats = (wave + kind * ratio).astype(np.float32)
    return noisy


def level_db(wave: NDArray[np.floating]) -> float:
    return float(10 * np.log10(np.square(wave, dtype=np.float64).mean() + 1e-20))


def f0_of(wave: Floats) -> Floats:
    low: Floats = soxr.resample(wave, RATE, 16000)
    return SwiftF0(Pretrained().find(F0Method.SWIFT_F0).path)(low, 50.0, 1100.0)


def steps(*parts: tuple[float, float]) -> Floats:
    """Noise of (seconds, amplitude) one after the other."""
    total = noise(round(sum(seconds for seconds, _ in parts) * RATE)) * np.float32(0.1)
    gains = [np.full(round(seconds * RATE), gain) for seconds, gain in parts]
    return np.asarray(total * np.concatenate(gains), np.float32)


# --- DeepFilterNet's surroundings


def test_erb_bands_are_those_of_the_published_model() -> None:
    assert erb_widths() == [2] * 13 + [
        *(5, 5, 7, 7, 8, 10, 12, 13, 15, 18, 20, 24, 28, 31, 37, 42, 50, 56, 67)
    ]


def test_spectra_come_back_as_the_same_wave() -> None:
    wave = noise(480 * 40)
    spectrum = analyse(wave)
    assert spectrum.shape == (40, 481)
    assert np.abs(synthesise(spectrum) - wave)[:-480].max() < 1e-5


@pytest.mark.parametrize("content", [b"", b"nothing of the kind"])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.tar.gz"
    path.write_bytes(content)
    with pytest.raises(JobError) as caught:
        DeepFilterNet(path)
    assert caught.value.code is Code.WEIGHTS_MISSING


# --- Denoise


def test_what_is_kept_of_a_note_never_exceeds_what_was_there() -> None:
    """Also in the near-silence behind something loud, where running sums end below 0."""
    rng = np.random.default_rng(0)
    noisy = (rng.normal(size=(200, 481)) + 1j * rng.normal(size=(200, 481))).astype(np.complex64)
    noisy[50:] *= np.float32(1e-9)
    voiced, absent = np.ones(200, np.float32), np.zeros_like(noisy)
    with np.errstate(invalid="raise"):
        kept = keep_notes(noisy, absent, voiced, np.full(481, 1e-6))
    assert bool((np.abs(kept) <= np.abs(noisy) * (1 + 1e-6)).all())


@pytest.mark.parametrize("rate", [48000, 44100, 16000])
def test_noise_goes_and_speech_stays_in_place(
    denoiser: Denoiser, speech: Floats, rate: int
) -> None:
    wave = soxr.resample(speech, RATE, rate)[: 8 * rate - 77]
    noisy = with_noise(wave, 5.0, noise(len(wave)))
    quiet = denoiser(noisy, rate)[:]
    assert quiet.shape == wave.shape
    assert snr(wave, noisy) == pytest.approx(5.0, abs=0.1)
    assert snr(wave, quiet) > 13.0


def test_noise_between_sung_notes_goes_and_the_notes_stay(
    denoiser: Denoiser, singing: Floats
) -> None:
    noisy = with_noise(singing, 10.0, noise(len(singing)))
    quiet = denoiser(noisy, RATE)[:]
    assert snr(singing, quiet) > 15.0
    # What the noise itself hides can't come back.
    audible = (f0_of(singing) > 0) & (f0_of(noisy) > 0)
    assert (audible & (f0_of(quiet) > 0)).sum() > 0.96 * audible.sum()
    pauses = frame_levels(singing, RATE, never) < -60
    before, after = (frame_levels(wave, RATE, never)[pauses] for wave in (noisy, quiet))
    assert np.median(after - before) < -25.0


def test_clean_singing_hardly_changes(denoiser: Denoiser, singing: Floats) -> None:
    same = denoiser(singing, RATE)[:]
    assert level_db(same) == pytest.approx(level_db(singing), abs=0.2)
    heard, kept = f0_of(singing), f0_of(same)
    both = (heard > 0) & (kept > 0)
    assert both.sum() > 0.98 * (heard > 0).sum()
    assert np.corrcoef(heard[both], kept[both])[0, 1] > 0.999
    loud = frame_levels(singing, RATE, never) > -40
    change = (frame_levels(same, RATE, never) - frame_levels(singing, RATE, never))[loud]
    assert np.quantile(change, 0.02) > -1.0  # no note drops out


@pytest.mark.parametrize("hz", [110.0, 440.0, 880.0])
def test_a_held_note_is_no_hum(denoiser: Denoiser, hz: float) -> None:
    note = sung(vibrato(3.0, hz, RATE), RATE)
    assert snr(note, denoiser(note, RATE)[:]) > 25.0


def test_mains_hum_is_no_note(denoiser: Denoiser, speech: Floats) -> None:
    t = np.arange(len(speech)) / RATE
    hum = sum(np.sin(2 * np.pi * 60 * k * t) / k for k in range(1, 8))
    noisy = with_noise(speech, 10.0, np.asarray(hum, np.float32))
    assert snr(speech, denoiser(noisy, RATE)[:]) > 15.0


def test_strength_mixes(denoiser: Denoiser, speech: Floats) -> None:
    noisy = with_noise(speech, 5.0, noise(len(speech)))[: 3 * RATE]
    none, half, full = (denoiser(noisy, RATE, strength)[:] for strength in (0.0, 0.5, 1.0))
    assert (none == noisy).all()
    assert np.abs(half - (noisy + full) / 2).max() < 1e-6
    assert np.abs(full - noisy).max() > 0.01


def test_blocks_join_and_may_be_written_in_place(denoiser: Denoiser, speech: Floats) -> None:
    noisy = with_noise(np.tile(speech, 3), 10.0, noise(3 * len(speech)))  # 24 s, three blocks
    apart = denoiser(noisy, RATE)[:]
    told: list[float] = []
    same = noisy.copy()
    denoiser(same, RATE, into=same, progress=told.append)
    assert (same == apart).all()
    assert told == sorted(told)
    assert (len(told), told[-1]) == (3, 1.0)
    # What stands near the joints at 10 and 20 s is as clean as the rest.
    error = apart - np.tile(speech, 3)
    for joint in (10 * RATE, 20 * RATE):
        assert level_db(error[joint - 4800 : joint + 4800]) < level_db(error) + 6
    with pytest.raises(Stopped):
        denoiser(noisy, RATE, stop=lambda: True)


@pytest.mark.parametrize("samples", [0, 1, 479, 480, 24_001])
def test_short_recordings_keep_their_length(denoiser: Denoiser, samples: int) -> None:
    assert denoiser(noise(samples) * np.float32(0.1), RATE).shape == (samples,)


# --- High-pass


def test_rumble_goes_and_the_voice_stays() -> None:
    t = np.arange(4 * RATE) / RATE
    for hz, low, high in ((20.0, -100.0, -35.0), (60.0, -3.2, -2.8), (300.0, -0.1, 0.1)):
        tone = np.sin(2 * np.pi * hz * t).astype(np.float32)
        out = np.zeros_like(tone)
        high_pass(tone, RATE, 60.0, out)
        assert low < level_db(out[RATE:]) - level_db(tone[RATE:]) < high


def test_an_offset_goes_without_a_thump_and_blocks_join() -> None:
    rate = 8000
    wave = np.full(65 * rate, 0.25, np.float32) + noise(65 * rate) * np.float32(1e-3)
    out = np.zeros_like(wave)
    high_pass(wave, rate, 60.0, out)
    assert np.abs(out).max() < 0.02
    high_pass(wave, rate, 60.0, wave)
    assert (wave == out).all()


# --- Gate


def test_the_gate_closes_on_what_is_quiet_and_leaves_the_rest_alone() -> None:
    wave = steps((1, 1e-3), (1, 1.0), (1, 1e-3))  # -80, -20, -80 dBFS
    out = np.zeros_like(wave)
    gate(wave, RATE, -50.0, out)
    assert not out[: round(0.95 * RATE)].any()
    assert not out[round(2.23 * RATE) :].any()
    # Open when the sound starts, and for 0.2 s after it.
    assert (out[RATE : round(2.18 * RATE)] == wave[RATE : round(2.18 * RATE)]).all()


def test_a_fading_sound_is_not_chopped() -> None:
    wave = steps((0.5, 1.0), (1, 0.0251), (1, 0.001))  # -20, -52, -80 dBFS
    out = np.zeros_like(wave)
    gate(wave, RATE, -50.0, out)
    assert (out[: round(1.6 * RATE)] == wave[: round(1.6 * RATE)]).all()
    assert not out[round(1.8 * RATE) :].any()


# --- Silences


@pytest.mark.parametrize(
    ("parts", "seconds"),
    [
        (((1, 1.0), (3, 0.0), (1, 1.0)), 2.3),
        (((1, 1.0), (0.9, 0.0), (1, 1.0)), 2.9),
        (((4, 0.0), (1, 1.0), (5, 1e-4)), 1.6),
        (((0.5, 1.0), (2, 0.0), (0.5, 1.0), (2, 1e-4), (0.5, 1.0)), 2.1),
        (((0.05, 1.0), (30, 0.0), (40, 1e-5)), 0.35),
    ],
)
def test_long_silences_shrink(parts: tuple[tuple[float, float], ...], seconds: float) -> None:
    wave = steps(*parts)
    out = np.zeros_like(wave)
    length = cut_silences(wave, RATE, out)
    assert length / RATE == pytest.approx(seconds, abs=0.011)
    sounding = np.abs(out[:length]) > 2e-4
    assert sounding.sum() == (np.abs(wave) > 2e-4).sum()
    assert (out[:length][sounding] == wave[np.abs(wave) > 2e-4]).all()
    assert cut_silences(wave, RATE, wave) == length
    assert (wave[:length] == out[:length]).all()


def test_joints_are_faded() -> None:
    t = np.arange(4 * RATE) / RATE
    background = 5e-5 * np.sin(2 * np.pi * 50.0 * t).astype(np.float32)
    wave = background + steps((1, 1.0), (2, 0.0), (1, 1.0))
    length = cut_silences(wave, RATE, wave)
    silent = wave[round(1.01 * RATE) : round(1.29 * RATE)]
    assert length < 2.4 * RATE
    # A hard joint would step by up to 1e-4; the hum alone steps by 3.3e-7.
    assert np.abs(np.diff(silent)).max() < 1.5e-6


@pytest.mark.parametrize("samples", [0, 100, 2 * RATE])
def test_nothing_but_silence_is_refused(samples: int) -> None:
    with pytest.raises(JobError) as caught:
        cut_silences(np.zeros(samples, np.float32), RATE, np.zeros(samples, np.float32))
    assert caught.value.code is Code.AUDIO_SILENT


# --- All together


def refuse() -> Denoiser:
    raise AssertionError("nothing is to be denoised")


def test_all_off_changes_nothing(speech: Floats) -> None:
    assert (clean(speech, RATE, ALL_OFF, refuse)[:] == speech).all()


def test_a_noisy_recording_comes_out_clean_and_short(denoiser: Denoiser, speech: Floats) -> None:
    gap = np.zeros(3 * RATE, np.float32)
    whole = np.concatenate([speech[: 4 * RATE], gap, speech[4 * RATE :]])
    noisy = with_noise(whole, 15.0, noise(len(whole))) + np.float32(0.05)
    told: list[float] = []
    done = clean(noisy, RATE, PreprocessParams(), lambda: denoiser, progress=told.append)[:]
    assert done.dtype == np.float32
    assert len(noisy) - 4.5 * RATE < len(done) < len(noisy) - 2.5 * RATE
    assert told == sorted(told)
    assert told[-1] == 1.0
    quiet, loud = (np.quantile(frame_levels(wave, RATE, never), 0.05) for wave in (done, noisy))
    assert quiet < loud - 20


def test_knobs_and_stop_reach_their_steps(denoiser: Denoiser, speech: Floats) -> None:
    knobs = ALL_OFF.model_copy(update={"gate_db": -20.0})
    gated = clean(speech, RATE, knobs, refuse)[:]
    assert 0.05 < (gated == 0).mean() < 0.95
    assert (
        clean(speech, RATE, ALL_OFF.model_copy(update={"high_pass_hz": 300.0}), refuse)[:] != speech
    ).any()
    with pytest.raises(Stopped):
        clean(speech, RATE, ALL_OFF, refuse, stop=lambda: True)


def test_an_hour_on_disk_needs_the_memory_of_a_minute(tmp_path: Path) -> None:
    rate = 8000
    wave = np.memmap(tmp_path / "wave", np.float32, "w+", shape=(1800 * rate,))
    for second in range(0, 1800, 2):
        wave[second * rate : (second + 1) * rate] = noise(rate, second) * np.float32(0.1)
    knobs = ALL_OFF.model_copy(update={"high_pass_hz": 60.0, "gate_db": -40.0, "slice": True})
    tracemalloc.start()
    done = clean(wave, rate, knobs, refuse, into=wave)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 25e6  # the recording has 58 MB
    assert done.shape[0] <= wave.shape[0]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with np.errstate(all="raise", under="ignore"):
        yield
