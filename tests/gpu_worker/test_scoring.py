"""What the score of a voice hears: with the real networks, on real clips and on damaged ones."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import F0Method
from gpu_worker.engine.config import CONTENT_RATE, SpectrogramConfig, spectrogram_config
from gpu_worker.engine.learning.dataset import Dataset, build_dataset
from gpu_worker.engine.learning.quality import Measured, quality
from gpu_worker.engine.learning.scoring import Ears, Judge, excerpts, is_speech, load_ears
from gpu_worker.engine.learning.slicer import slice_audio
from gpu_worker.engine.learning.slices import Slice
from gpu_worker.engine.melody.f0 import load_f0
from gpu_worker.engine.sound.audio import decode
from gpu_worker.engine.sound.resampling import resample
from gpu_worker.engine.weights import WeightFiles
from gpu_worker.pretrained import Pretrained
from tests.gpu_worker.sounds import vibrato
from tests.gpu_worker.training_parts import RATE, CheapF0

MATERIAL = Path(__file__).parents[2] / "demo" / "material"
CONFIG: SpectrogramConfig = spectrogram_config(RATE)
Floats = NDArray[np.float32]


def clips(path: Path, ears: Ears) -> list[Slice]:
    """Slices as a training cuts them, without content."""
    wave, _ = decode(path, int(RATE))
    found = []
    for clip in slice_audio(wave, int(RATE)):
        f0 = ears.f0.estimate(resample(clip, int(RATE), CONTENT_RATE))
        frames = min(len(f0), len(clip) // CONFIG.hop)
        found.append(
            Slice(
                torch.from_numpy(clip[: frames * CONFIG.hop].copy()),
                torch.zeros(frames, 1),
                torch.from_numpy(f0[:frames]),
            )
        )
    return found


@pytest.fixture(scope="module")
def ears() -> Ears:
    weights = Pretrained()
    return load_ears(weights, load_f0(F0Method.SWIFT_F0, weights))


@pytest.fixture(scope="module")
def data(ears: Ears) -> Dataset:
    return build_dataset(clips(MATERIAL / "speaker-a-1.opus", ears))


@pytest.fixture(scope="module")
def judge(data: Dataset, ears: Ears) -> Judge:
    return Judge(data, CONFIG, ears, seed=1, seconds=10.0)


def damaged(judge: Judge, noise: float) -> list[Tensor]:
    source = torch.Generator().manual_seed(0)
    return [
        clip.wave + noise * torch.randn(clip.wave.shape, generator=source) for clip in judge.clips
    ]


def test_the_singer_themself_is_a_hundred(judge: Judge) -> None:
    measured = judge.measure([clip.wave for clip in judge.clips])
    assert measured.mel_distance == 0.0
    assert measured.speaker_similarity == pytest.approx(1.0)
    assert measured.f0_correlation is not None
    assert measured.f0_correlation > 0.95
    assert measured.dnsmos == measured.dnsmos_real
    assert 97 < quality(measured) <= 100


def test_noise_costs_more_the_louder_it_is(judge: Judge) -> None:
    scores = [quality(judge.measure(damaged(judge, noise))) for noise in (0.0, 0.003, 0.03)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] - scores[2] > 30


def test_noise_alone_is_worth_nothing(judge: Judge) -> None:
    source = torch.Generator().manual_seed(0)
    waves = [0.1 * torch.randn(clip.wave.shape, generator=source) for clip in judge.clips]
    measured = judge.measure(waves)
    assert measured.f0_correlation == 0.0
    assert quality(measured) == 0.0


def test_another_speaker_is_less_like(judge: Judge, ears: Ears) -> None:
    other = clips(MATERIAL / "speaker-b-1.opus", ears)
    waves = [
        torch.from_numpy(np.resize(item.wave.numpy(), len(clip.wave)))
        for item, clip in zip(other, judge.clips, strict=False)
    ]
    measured = judge.measure(waves)
    assert measured.speaker_similarity is not None
    assert measured.speaker_similarity < 0.8
    assert quality(measured) < 20


def test_a_melody_at_the_wrong_time_is_heard(judge: Judge) -> None:
    """Speaker and spectrum stay, the melody comes 0.8 s late."""
    measured = judge.measure([clip.wave.roll(int(0.8 * RATE)) for clip in judge.clips])
    assert measured.speaker_similarity is not None
    assert measured.speaker_similarity > 0.9
    assert measured.f0_correlation is not None
    assert measured.f0_correlation < 0.5


def test_missing_networks_leave_their_scores_out(data: Dataset) -> None:
    class Nothing:
        def find(self, name: str) -> WeightFiles:
            raise JobError(Code.WEIGHTS_MISSING, name)

    for weights in (None, Nothing()):
        ears = load_ears(weights, CheapF0())
        assert (ears.speaker, ears.dnsmos) == (None, None)
        judge = Judge(data, CONFIG, ears, seed=1, seconds=10.0)
        scores = judge.measure([clip.wave for clip in judge.clips]).scores()
        assert (scores.speaker_similarity, scores.dnsmos) == (None, None)
        # the cheap estimator hears a monotone
        assert scores.f0_correlation == 0.0


def test_a_monotone_has_no_melody_to_follow(data: Dataset) -> None:
    flat = [Slice(c.wave, c.content, torch.full_like(c.f0, 220.0)) for c in data.train]
    judge = Judge(build_dataset(flat), CONFIG, Ears(CheapF0()), seed=1, seconds=10.0)
    measured = judge.measure([clip.wave for clip in judge.clips])
    assert measured.f0_correlation is None
    assert quality(measured) == 100.0


def test_quality_is_the_documented_formula() -> None:
    """docs/quality.md, by hand."""
    parts = (0.5**0.4) * (0.5**0.4) * (0.25**0.2)
    middle = Measured(mel_distance=1.2, speaker_similarity=0.75, f0_correlation=0.25)
    assert quality(middle) == pytest.approx(100 * parts)
    only_mel = Measured(mel_distance=0.8)
    assert quality(only_mel) == pytest.approx(75)
    spoken = Measured(mel_distance=0.8, dnsmos=1.75, dnsmos_real=3.0)
    assert quality(spoken) == pytest.approx(75 * 0.5**0.25)
    noisy_data = Measured(mel_distance=0.8, dnsmos=1.75, dnsmos_real=1.7)
    assert quality(noisy_data) == pytest.approx(75)


def test_quality_stays_within_its_scale() -> None:
    assert quality(Measured(9.0, -1.0, 0.0, 0.5, 4.0)) == 0.0
    assert quality(Measured(0.0, 1.0, 1.0, 5.0, 4.0)) == 100.0


def f0_every_10_ms(curve: NDArray[np.float64]) -> Floats:
    return curve[::160].astype(np.float32)


def test_sung_notes_are_no_speech() -> None:
    notes = [vibrato(0.8, hz) for hz in (220, 247, 294, 330, 294)]
    rests = np.zeros(3200)
    assert not is_speech(f0_every_10_ms(np.concatenate([x for n in notes for x in (n, rests)])))


def test_gliding_syllables_are_speech() -> None:
    """Falls of five semitones in 0.5 s, as sentences have them, and short voiced stretches."""
    glide = 220 * 2 ** (-5 / 12 * np.linspace(0, 1, 8000))
    short = np.full(3200, 180.0)
    rest = np.zeros(1600)
    assert is_speech(f0_every_10_ms(np.concatenate([glide, rest, short, rest] * 5)))
    assert not is_speech(np.zeros(500, np.float32))


def test_real_speech_and_a_real_song_are_told_apart(data: Dataset, ears: Ears) -> None:
    assert is_speech(data.all_f0())
    song, _ = decode(MATERIAL / "arirang-vocal.flac", CONTENT_RATE)
    assert not is_speech(ears.f0.estimate(song))


def test_no_more_is_rendered_than_asked_for() -> None:
    held = [Slice(torch.zeros(240 * 320), torch.zeros(240, 1), torch.zeros(240))] * 12
    assert [clip.frames for clip in excerpts(held, 1000)] == [240] + [100] * 11
    assert [clip.frames for clip in excerpts(held, 3000)] == [240] * 12
    assert [clip.frames for clip in excerpts(held[:3], 600)] == [240, 180, 180]
