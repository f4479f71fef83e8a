"""Pitch steps, filters, loudness, slicer and spectrogram on signals whose answer is known."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gpu_worker.engine.config import PITCH_HOP, spectrogram_config
from gpu_worker.engine.learning.slicer import slice_audio, split_at_silence
from gpu_worker.engine.melody.pitch import coarse_pitch
from gpu_worker.engine.rendering.chunks import EVERY, LONGEST, chunk_bounds
from gpu_worker.engine.rendering.loudness import mix_loudness, rms_envelope
from gpu_worker.engine.sound.filters import high_pass, high_pass_zero_phase
from gpu_worker.engine.spectrogram import LogMel, linear_spectrogram, log_mel

RATE = 16_000


def tone(
    seconds: float, hz: float = 220.0, rate: int = RATE, gain: float = 0.5
) -> NDArray[np.float32]:
    return (gain * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)).astype(
        np.float32
    )


def test_coarse_pitch_spans_1_to_255() -> None:
    f0 = torch.tensor([0.0, 10.0, 50.0, 1100.0, 5000.0])
    assert coarse_pitch(f0).tolist() == [1, 1, 1, 255, 255]
    rising = coarse_pitch(torch.linspace(50, 1100, 500))
    assert bool((rising.diff() >= 0).all())


@pytest.mark.parametrize("filtering", [high_pass, high_pass_zero_phase])
def test_high_pass_takes_offset_and_rumble_only(filtering: type) -> None:
    voice = tone(1, 300)
    heard = filtering(voice + 0.3 + tone(1, 20), RATE)
    middle = slice(RATE // 2, -RATE // 4)
    assert abs(float(heard[middle].mean())) < 0.01
    assert np.std(heard[middle]) == pytest.approx(np.std(voice[middle]), rel=0.05)


def test_zero_phase_moves_nothing() -> None:
    click = np.zeros(RATE, np.float32)
    click[RATE // 2] = 1
    assert int(np.argmax(high_pass_zero_phase(click, RATE))) == RATE // 2


def test_envelope_has_a_value_each_half_second() -> None:
    envelope = rms_envelope(torch.from_numpy(tone(3)), RATE)
    assert len(envelope) == 7
    assert float(envelope[3]) == pytest.approx(0.5 / np.sqrt(2), rel=1e-3)


def test_loudness_of_the_source_is_taken_by_share() -> None:
    loud, quiet = torch.from_numpy(tone(3)), torch.from_numpy(tone(3, gain=0.05))
    assert torch.allclose(mix_loudness(quiet, RATE, loud, RATE, 0.0), quiet, atol=1e-4)
    assert torch.allclose(mix_loudness(quiet, RATE, loud, RATE, 1.0), loud, atol=1e-6)
    silent = mix_loudness(torch.zeros(RATE), RATE, loud, RATE, 0.25)
    assert bool((silent == 0).all())


def test_slicer_leaves_silence_out() -> None:
    gap = np.zeros(2 * RATE, np.float32)
    pieces = split_at_silence(np.concatenate([gap, tone(3), gap, tone(4), gap]), RATE)
    assert len(pieces) == 2
    assert all(np.abs(piece).max() > 0.4 for piece in pieces)
    assert 3 <= len(pieces[0]) / RATE <= 4
    assert 4 <= len(pieces[1]) / RATE <= 5


def test_slicer_keeps_sound_and_drops_pure_silence() -> None:
    assert sum(map(len, split_at_silence(tone(20), RATE))) == 20 * RATE
    assert slice_audio(np.zeros(5 * RATE, np.float32), RATE) == []
    assert slice_audio(np.zeros(0, np.float32), RATE) == []


def test_clips_overlap_and_have_one_level() -> None:
    clips = slice_audio(tone(10, rate=40_000), 40_000)
    assert [len(clip) for clip in clips] == [120_000, 120_000, 120_000, 76_000]
    peak = 0.9 * 0.75 + 0.25 * 0.5
    assert all(float(np.abs(clip).max()) == pytest.approx(peak, rel=0.05) for clip in clips)


def test_broken_levels_are_dropped() -> None:
    assert slice_audio(tone(3, gain=4.0), RATE) == []


@pytest.mark.parametrize("rate", [32_000, 40_000, 48_000])
def test_spectrogram_has_a_frame_each_10_ms(rate: int) -> None:
    config = spectrogram_config(rate)
    wave = torch.from_numpy(tone(1, 1000, rate))[None].requires_grad_()
    spec = linear_spectrogram(wave, config)
    assert spec.shape == (1, config.channels, 100)
    peak = int(spec[0, :, 50].argmax()) * rate / config.filter_length
    assert peak == pytest.approx(1000, abs=rate / config.filter_length)
    mel = log_mel(wave, config)
    assert mel.shape == (1, config.mels, 100)
    assert torch.equal(mel, LogMel(config)(wave))
    mel.sum().backward()  # type: ignore[no-untyped-call]
    assert wave.grad is not None
    assert bool(wave.grad.isfinite().all())


def test_short_audio_is_one_chunk() -> None:
    assert chunk_bounds(tone(41)) == [(0, LONGEST)]


def test_long_audio_is_cut_where_it_is_quiet() -> None:
    wave = tone(100)
    wave[36 * RATE : 36 * RATE + 3200] = 0
    wave[80 * RATE : 80 * RATE + 3200] = 0
    bounds = chunk_bounds(wave)
    assert [first for first, _ in bounds[1:]] == [last for _, last in bounds[:-1]]
    cuts = [last for _, last in bounds[:-1]]
    assert len(cuts) == 2
    assert 36 * RATE <= cuts[0] <= 36 * RATE + 3200
    assert 80 * RATE <= cuts[1] <= 80 * RATE + 3200
    assert all(cut % PITCH_HOP == 0 for cut in cuts)
    assert bounds[-1][1] == len(wave)
    assert EVERY < LONGEST
