"""Transposed clips: pitch, tempo and features move together; nothing changes without a share."""

import numpy as np
import pytest
import torch

from gpu_worker.contract.params import Preset
from gpu_worker.engine.config import spectrogram_config, synthesizer_config
from gpu_worker.engine.learning.batches import make_batch
from gpu_worker.engine.learning.slices import Slice
from gpu_worker.engine.learning.transposing import (
    SINGER,
    TRANSPOSED,
    Transposing,
    only_singer,
    transposed,
)
from gpu_worker.engine.nets.synthesizer import Synthesizer

RATE = 40_000
SPECTROGRAM = spectrogram_config(RATE)


def clip(frames: int = 300, hz: float = 200.0) -> Slice:
    """A tone; each frame's content is its own number."""
    time = np.arange(frames * SPECTROGRAM.hop) / RATE
    wave = torch.from_numpy(np.sin(2 * np.pi * hz * time).astype(np.float32))
    content = torch.arange(frames, dtype=torch.float32)[:, None].expand(frames, 4)
    return Slice(wave, content, torch.full((frames,), hz))


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("ratio", [0.5, 0.8, 1.25, 2.0])
def test_sound_f0_and_content_keep_together(ratio: float) -> None:
    moved = transposed(clip(), 64, ratio, generator())
    assert moved.frames == 64
    assert moved.f0.tolist() == pytest.approx([200 * ratio] * 64)
    spectrum = np.abs(np.fft.rfft(moved.wave.numpy() * np.hanning(len(moved.wave))))
    peak_hz = np.argmax(spectrum) * RATE / len(moved.wave)
    assert peak_hz == pytest.approx(200 * ratio, abs=RATE / len(moved.wave))
    steps = moved.content[:, 0].diff()
    assert steps.mean().item() == pytest.approx(ratio, rel=0.03)


def test_a_clip_too_short_gives_what_it_has() -> None:
    assert transposed(clip(frames=60), 64, 2.0, generator()).frames == 30


def test_transposed_clips_are_somebody_elses() -> None:
    clips = [clip() for _ in range(200)]
    batch = make_batch(
        clips, 40, SPECTROGRAM, generator(), torch.device("cpu"), Transposing(0.25, 12.0)
    )
    moved = batch.f0[:, 0] != 200.0
    assert torch.equal(batch.speaker == TRANSPOSED, moved)
    assert 30 <= int(moved.sum()) <= 70  # of 200, expected 50
    assert 100.0 <= float(batch.f0.min()) <= 115.0
    assert 350.0 <= float(batch.f0.max()) <= 400.0


def test_without_a_share_a_batch_is_what_it_always_was() -> None:
    clips = [clip(hz=hz) for hz in (110.0, 220.0, 330.0)]
    device = torch.device("cpu")
    plain = make_batch(clips, 40, SPECTROGRAM, generator(), device)
    assert torch.equal(plain.speaker, torch.full((3,), SINGER))
    # The published recipe draws nothing more than the places of its crops.
    source = generator()
    for _ in clips:
        torch.randint(261, (), generator=source)
    used = generator()
    make_batch(clips, 40, SPECTROGRAM, used, device)
    assert torch.equal(used.get_state(), source.get_state())


def test_a_published_voice_has_one_singer() -> None:
    net = Synthesizer(synthesizer_config(Preset.DRAFT, RATE, 16))
    singer = net.emb_g.weight[SINGER].clone()
    assert net.config.speakers == 2
    alone = only_singer(net)
    assert alone.config.speakers == 1
    assert torch.equal(alone.emb_g.weight, singer[None])
