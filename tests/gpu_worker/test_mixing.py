"""Stems become one song: in time, with their gains, as long as the longest."""

from pathlib import Path

import numpy as np
import pytest

from gpu_worker.contract.params import MixKnobs
from gpu_worker.engine.sound.mixing import mix, stem_gains
from gpu_worker.engine.stop import Stopped
from tests.gpu_worker.sounds import Floats

RATE = 48000


def noise(seconds: float, seed: int, channels: int = 1) -> Floats:
    made = np.random.default_rng(seed).normal(0, 0.1, (round(seconds * RATE), channels))
    return made.astype(np.float32)


def test_the_sum_with_gains_to_the_sample() -> None:
    lead, backing, band = noise(2, 0), noise(1.5, 1, 2), noise(3.123, 2, 2)
    stems = {"lead": (lead[:, 0], RATE), "backing": (backing, RATE), "instrumental": (band, RATE)}
    knobs = MixKnobs(lead_db=3.0, backing_db=-6.0, instrumental_db=0.0)
    mixed = np.concatenate(list(mix(stems, stem_gains(knobs), RATE)))
    expected = band.astype(np.float64)
    expected[: len(lead)] += 10 ** (3 / 20) * lead
    expected[: len(backing)] += 10 ** (-6 / 20) * backing
    assert mixed.dtype == np.float32
    assert mixed.shape == band.shape
    assert np.abs(mixed - expected).max() < 1e-6


def test_60_below_mutes_and_keeps_the_length() -> None:
    stems = {"lead": (noise(1, 0), RATE), "instrumental": (noise(2, 1, 2), RATE)}
    mixed = np.concatenate(list(mix(stems, {"lead": 0.0, "instrumental": -60.0}, RATE)))
    assert len(mixed) == 2 * RATE
    assert np.array_equal(mixed[:RATE], np.repeat(noise(1, 0), 2, axis=1))
    assert not mixed[RATE:].any()


@pytest.mark.parametrize("rate", [16000, 40000, 44100, 96000])
def test_another_rate_stays_in_time(rate: int) -> None:
    """The same tone at two rates cancels, from end to end."""
    seconds = 4.0
    ours, theirs = (
        (0.5 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * r)) / r)).astype(np.float32)
        for r in (RATE, rate)
    )
    stems = {"lead": (theirs, rate), "instrumental": (-ours, RATE)}
    mixed = np.concatenate(list(mix(stems, {"lead": 0.0, "instrumental": 0.0}, RATE)))
    assert abs(len(mixed) - len(ours)) <= 1
    assert np.abs(mixed[500 : len(ours) - 500]).max() < 1e-3


def test_blocks_and_disk_mix_like_memory(tmp_path: Path) -> None:
    lead, band = noise(3, 0), noise(3, 1, 2)
    stored = np.memmap(tmp_path / "band", np.float32, "w+", shape=band.shape)
    stored[:] = band
    gains = {"lead": -1.0, "instrumental": -2.0}
    whole = mix({"lead": (lead, 44100), "instrumental": (band, RATE)}, gains, RATE)
    blocks = iter(np.array_split(lead, [3, 100, 99999]))
    streamed = mix({"lead": (blocks, 44100), "instrumental": (stored, RATE)}, gains, RATE)
    assert np.allclose(
        np.concatenate(list(whole)), np.concatenate(list(streamed)), rtol=0, atol=1e-6
    )


def test_a_stem_without_a_gain_is_refused() -> None:
    with pytest.raises(KeyError):
        mix({"drums": (noise(1, 0), RATE)}, stem_gains(MixKnobs()), RATE)


def test_nothing_gives_nothing_and_stop_stops() -> None:
    assert list(mix({}, {}, RATE)) == []
    with pytest.raises(Stopped):
        list(mix({"lead": (noise(1, 0), RATE)}, {"lead": 0.0}, RATE, stop=lambda: True))
