"""Where a song rests and where its singer breathes, on sounds made for the purpose."""

import numpy as np
import pytest

from gpu_worker.engine.rendering.gaps import apply_gains, breath_frames, gains_of, gap_frames
from gpu_worker.engine.rendering.levels import frame_levels, loudest_second_db
from gpu_worker.engine.rendering.song import Song
from gpu_worker.engine.runs import runs
from gpu_worker.engine.stop import never
from tests.gpu_worker.small_voice import Floats, Sung, hiss, silence, tone


def gaps(wave: Floats, threshold_db: float = -55.0) -> list[tuple[float, float]]:
    """Stretches in seconds."""
    levels, _ = frame_levels(Song(wave), never)
    found = gap_frames(levels, Sung(above=1e-4).estimate(wave), threshold_db)
    return [(first / 100, last / 100) for first, last in runs(found).tolist()]


def breaths(wave: Floats) -> list[tuple[float, float]]:
    levels, share = frame_levels(Song(wave), never)
    found = breath_frames(levels, share, Sung().estimate(wave), -55.0)
    return [(first / 100, last / 100) for first, last in runs(found).tolist()]


def low_hiss(seconds: float, gain: float) -> Floats:
    """Noise mostly below 2 kHz, as breath is."""
    return np.convolve(hiss(seconds, gain), np.ones(5) / 5, mode="same").astype(np.float32)


def test_levels_of_known_sounds() -> None:
    levels, share = frame_levels(Song(np.concatenate([tone(2, gain=0.5), silence(1)])), never)
    assert len(levels) == 301
    assert levels[100] == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.1)
    assert levels[250] < -100
    assert loudest_second_db(levels) == pytest.approx(-9.03, abs=0.1)
    assert share[100] < 0.01
    _, white = frame_levels(Song(hiss(1)), never)
    # 4.5 kHz to 8 kHz are 44 % of the band.
    assert white[10:-10].mean() == pytest.approx(0.4375, abs=0.02)


def test_a_pause_is_a_gap_with_margins() -> None:
    ((first, last),) = gaps(np.concatenate([tone(1), silence(0.5), tone(1)]))
    assert 1.05 <= first <= 1.12
    assert 1.42 <= last <= 1.47


@pytest.mark.parametrize("pause", [0.05, 0.1, 0.14])
def test_the_closure_of_a_consonant_is_no_gap(pause: float) -> None:
    assert gaps(np.concatenate([tone(1), silence(pause), tone(1)])) == []


def test_a_note_that_fades_below_the_threshold_is_kept() -> None:
    fading = tone(0.4) * np.exp(-np.arange(6400) / 16_000 * 25).astype(np.float32)
    wave = np.concatenate([tone(1), fading, silence(1), tone(1)])
    # At -20 dB the fade crosses the threshold after 0.09 s; it has pitch for 0.3 s more.
    ((first, _),) = gaps(wave, threshold_db=-20.0)
    assert first >= 1.3


def test_noise_below_the_threshold_is_a_gap_and_above_it_is_not() -> None:
    # The note lies at -11 dBFS: noise of -74 dBFS is 63 dB below, of -54 dBFS 43 dB.
    for gain, found in ((2e-4, 1), (2e-3, 0)):
        wave = np.concatenate([tone(1.5), silence(1), tone(1.5)]) + hiss(4, gain)
        assert len(gaps(wave)) == found


def test_silence_is_one_gap() -> None:
    assert gaps(silence(2)) == [(0.0, 2.01)]
    assert gaps(tone(2)) == []


def test_a_breath_is_found_between_notes() -> None:
    wave = np.concatenate([tone(1), silence(0.2), low_hiss(0.4, 0.02), silence(0.05), tone(1)])
    ((first, last),) = breaths(wave)
    assert first == pytest.approx(1.2, abs=0.03)
    assert last == pytest.approx(1.6, abs=0.03)


@pytest.mark.parametrize(
    "sound",
    [
        hiss(0.09, 0.02),  # a short consonant
        np.diff(hiss(0.4, 0.02), prepend=0).astype(np.float32),  # a long s: above 4.5 kHz
        low_hiss(0.4, 0.5),  # as loud as the song itself
        low_hiss(0.4, 2e-4),  # below the threshold: a gap
        tone(0.4, gain=0.03),  # a quiet note
    ],
)
def test_other_sounds_are_no_breath(sound: Floats) -> None:
    assert breaths(np.concatenate([tone(1), silence(0.2), sound, silence(0.1), tone(1)])) == []


def test_gains_move_within_10_ms_and_without_a_click() -> None:
    gap, none = np.zeros(20, np.bool_), np.zeros(20, np.bool_)
    gap[5:10] = True
    wave = np.ones(2000, np.float32)
    blocks = [wave[:333], wave[333:1500], wave[1500:]]
    out = np.concatenate(list(apply_gains(blocks, gains_of(gap, none, 1.0), 100)))
    assert np.array_equal(out[500:900], np.zeros(400))
    assert np.array_equal(out[:400], np.ones(400))
    assert np.array_equal(out[1000:], np.ones(1000))
    # The steepest of half a cosine over 100 samples.
    assert np.abs(np.diff(out)).max() <= np.pi / 200 + 1e-6
