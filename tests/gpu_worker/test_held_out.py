"""Clips that a voice never trains on: spread, never shared with the training, always the same."""

from itertools import pairwise

import pytest
import torch

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.engine.learning.dataset import build_dataset
from gpu_worker.engine.learning.held_out import OVERLAP_FRAMES
from gpu_worker.engine.learning.slices import Slice

HOP = 8


def clip(number: int, source: int, f0: float, frames: int = 300) -> Slice:
    """A clip whose samples, all different, tell where they come from."""
    first = number * 10**4
    wave = torch.arange(first, first + frames * HOP, dtype=torch.float32) / 2**24
    return Slice(wave, torch.zeros(frames, 2), torch.full((frames,), f0), source)


def recordings(files: int = 4, each: int = 25) -> list[Slice]:
    """Every recording rises over the same octave."""
    return [
        clip(file * each + n, file, 110 * 2 ** (n / each))
        for file in range(files)
        for n in range(each)
    ]


def starts(clips: tuple[Slice, ...]) -> set[float]:
    return {float(item.wave[0]) for item in clips}


def test_a_share_is_held_out_and_nothing_of_it_trained_on() -> None:
    slices = recordings()
    data = build_dataset(slices)
    assert len(data.held_out) == 7
    assert len(data.train) == 93
    trained = torch.cat([item.wave for item in data.train]).sort().values
    for item in data.held_out:
        assert not torch.isin(item.wave, trained).any()
        assert item.frames == 300 - 2 * OVERLAP_FRAMES


def test_held_out_clips_are_spread_over_files_and_pitches() -> None:
    held = build_dataset(recordings()).held_out
    assert {item.source for item in held} == {0, 1, 2, 3}
    pitches = sorted(float(item.f0[0]) for item in held)
    assert pitches[0] < 110 * 2 ** (1 / 7)
    assert pitches[-1] > 110 * 2 ** (20 / 25)
    assert all(b / a < 2 ** (2 / 7) for a, b in pairwise(pitches))


def test_the_order_of_the_files_changes_nothing() -> None:
    slices = recordings()
    turned = [
        Slice(item.wave, item.content, item.f0, 3 - item.source)
        for file in (3, 2, 1, 0)
        for item in slices[file * 25 : file * 25 + 25]
    ]
    first, second = build_dataset(slices), build_dataset(turned)
    assert first.fingerprint == second.fingerprint
    assert [float(item.wave[0]) for item in first.train] == [
        float(item.wave[0]) for item in second.train
    ]
    assert [float(item.wave[0]) for item in first.held_out] == [
        float(item.wave[0]) for item in second.held_out
    ]


def test_other_recordings_have_another_fingerprint() -> None:
    slices = recordings(files=1)
    assert build_dataset(slices).fingerprint != build_dataset(slices[1:]).fingerprint


def test_neighbours_share_nothing_with_a_held_out_clip() -> None:
    """Windows of 3.0 s every 2.7 s of one ramp, as the slicer makes them."""
    ramp = torch.arange(40 * 270 * HOP + 30 * HOP, dtype=torch.float32)
    slices = []
    for n in range(40):
        wave = ramp[n * 270 * HOP : (n * 270 + 300) * HOP] / 2**24
        slices.append(Slice(wave, torch.zeros(300, 1), torch.full((300,), 200.0 + n)))
    data = build_dataset(slices)
    trained = torch.cat([item.wave for item in data.train])
    for item in data.held_out:
        assert not torch.isin(item.wave, trained).any()


def test_at_most_twelve_clips_are_held_out() -> None:
    assert len(build_dataset(recordings(files=10, each=40)).held_out) == 12


def test_ten_seconds_are_enough() -> None:
    data = build_dataset([clip(n, 0, 200.0, frames=250) for n in range(4)])
    assert (len(data.train), len(data.held_out)) == (3, 1)


def test_short_and_unvoiced_clips_are_trained_on() -> None:
    """They say little about a voice: what is held out is long and voiced."""
    whisper = [clip(n, 0, 0.0) for n in range(10)]
    words = [clip(10 + n, 0, 200.0, frames=80) for n in range(10)]
    song = [clip(20 + n, 0, 200.0) for n in range(3)]
    held = build_dataset(whisper + words + song).held_out
    assert starts(held) <= {float(item.wave[OVERLAP_FRAMES * HOP]) for item in song}


def test_a_copy_of_a_held_out_clip_is_not_trained_on() -> None:
    slices = [*recordings(files=1, each=8), *(clip(n, 1, 110 * 2 ** (n / 8)) for n in range(8))]
    data = build_dataset(slices)
    held = {float(item.wave[0]) - OVERLAP_FRAMES * HOP / 2**24 for item in data.held_out}
    assert not held & starts(data.train)
    assert len(data.train) == 16 - 2 * len(data.held_out)


def test_one_clip_again_and_again_is_too_little() -> None:
    with pytest.raises(JobError) as raised:
        build_dataset([clip(1, file, 200.0) for file in range(6)])
    assert raised.value.code is Code.TOO_LITTLE_SPEECH
