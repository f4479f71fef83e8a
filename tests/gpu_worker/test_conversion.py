"""The whole conversion with a tiny voice: lengths, alignment, chunks, knobs, stop."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import AudioFormat, ContentEncoderName, ConvertParams, F0Method
from gpu_worker.engine.rendering.conversion import Converter, Rendering
from gpu_worker.engine.stop import Stopped
from gpu_worker.engine.voice.published import read_published
from gpu_worker.engine.voice.retrieval import read_index

GOLDEN = Path(__file__).parent / "golden"
SILENT = Rendering(noise=False)


class Encoder:
    """Content that tells loudness only; like HuBERT it ends up to 20 ms early."""

    id = ContentEncoderName.CONTENTVEC
    sha256 = "00" * 32
    dim = 768

    def encode(self, wave16k: Tensor) -> Tensor:
        frames = wave16k.unfold(0, 400, 320)
        pattern = torch.linspace(-1, 1, self.dim)
        return frames.square().mean(dim=1, keepdim=True).sqrt() * pattern


class F0:
    """A steady note wherever there is sound."""

    name = F0Method.FCPE

    def __init__(self, hz: float = 220.0) -> None:
        self.hz = hz

    def estimate(self, wave16k: NDArray[np.float32]) -> NDArray[np.float32]:
        frames = np.lib.stride_tricks.sliding_window_view(np.pad(wave16k, 80), 160)[::160]
        return np.where(np.abs(frames).max(axis=1) > 0.01, self.hz, 0).astype(np.float32)


def converter(hz: float = 220.0, *, index: bool = False, noise: bool = False) -> Converter:
    voice = read_published(GOLDEN / "tiny_40000.pth")
    stored = read_index(GOLDEN / "tiny_40000.index", 768) if index else None
    return Converter(voice, Encoder(), F0(hz), stored, rendering=Rendering(noise=noise))


def params(
    pitch_shift: float = 0.0, protect: float = 0.33, loudness_mix: float = 1.0, seed: int = 1
) -> ConvertParams:
    return ConvertParams(
        pitch_shift=pitch_shift,
        index_rate=0.75,
        protect=protect,
        loudness_mix=loudness_mix,
        seed=seed,
        f0_method=F0Method.FCPE,
        output_format=AudioFormat.WAV,
    )


def tone(samples: int, rate: int = 16_000) -> NDArray[np.float32]:
    return (0.4 * np.sin(2 * np.pi * 220 * np.arange(samples) / rate)).astype(np.float32)


@pytest.mark.parametrize(
    ("samples", "rate"),
    [
        (16_000, 16_000),
        (16_001, 16_000),
        (22_049, 44_100),
        (96_123, 48_000),
        (4_001, 8_000),
        (800, 16_000),
    ],
)
def test_output_has_the_inputs_duration(samples: int, rate: int) -> None:
    audio, out_rate = converter().convert(tone(samples, rate), rate, params())
    assert out_rate == 40_000
    assert audio.dtype == np.float32
    assert abs(len(audio) / out_rate - samples / rate) <= 1 / out_rate
    assert bool(np.isfinite(audio).all())
    assert float(np.abs(audio).max()) <= 0.99 + 1e-6


def test_output_reaches_the_end_and_is_aligned() -> None:
    wave = np.zeros(48_000, np.float32)
    wave[16_000:32_000] = tone(16_000)
    audio, rate = converter().convert(wave, 16_000, params(loudness_mix=0.0))
    loud = np.abs(audio).reshape(-1, rate // 10).mean(axis=1)
    assert loud[12:18].mean() > 4 * loud[:5].mean()
    assert loud[12:18].mean() > 4 * loud[25:].mean()
    whole, _ = converter().convert(tone(16_000), 16_000, params())
    assert np.abs(whole[-400:]).max() > 0


def _pitch(audio: NDArray[np.float32], rate: int) -> float:
    """Hz of the strongest period of a steady tone."""
    spectrum = np.abs(np.fft.rfft(audio * np.hanning(len(audio))))
    return float(np.argmax(spectrum) * rate / len(audio))


def test_the_excitation_is_shifted_by_semitones() -> None:
    heard = []
    voice = read_published(GOLDEN / "tiny_40000.pth")
    changing = Converter(voice, Encoder(), F0(), None, rendering=SILENT)
    source = changing._synthesizer.dec.m_source
    source.register_forward_hook(lambda *call: heard.append(call[2]))
    for shift in (0.0, 12.0):
        changing.convert(tone(16_000), 16_000, params(shift))
    steady = [each[0, 0, 50_000:66_000].numpy() for each in heard]
    assert _pitch(steady[0] - steady[0].mean(), 40_000) == pytest.approx(220, abs=3)
    assert _pitch(steady[1] - steady[1].mean(), 40_000) == pytest.approx(440, abs=3)


def test_runs_repeat_by_seed() -> None:
    noisy = converter(noise=True)
    first, _ = noisy.convert(tone(8_000), 16_000, params(seed=1))
    again, _ = noisy.convert(tone(8_000), 16_000, params(seed=1))
    other, _ = noisy.convert(tone(8_000), 16_000, params(seed=2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_protection_spares_unvoiced_frames_only() -> None:
    def convert(hz: float, protect: float) -> NDArray[np.float32]:
        return converter(hz, index=True).convert(tone(8_000), 16_000, params(protect=protect))[0]

    assert np.array_equal(convert(220, 0.1), convert(220, 0.5))
    assert not np.array_equal(convert(0, 0.1), convert(0, 0.5))


def test_long_audio_goes_in_chunks_without_drift() -> None:
    wave = tone(50 * 16_000)
    wave[37 * 16_000 : 37 * 16_000 + 1600] = 0
    heard: list[float] = []
    audio, rate = converter().convert(wave, 16_000, params(), heard.append)
    assert len(audio) == 50 * rate
    assert heard == sorted(heard)
    assert heard[-1] == pytest.approx(1.0)
    assert len(heard) >= 50 * 100 // 300
    short, _ = converter().convert(wave[40 * 16_000 :], 16_000, params())
    # Far from the cuts a chunk sounds like the same audio alone, at the same place.
    own = np.abs(audio[44 * rate : 48 * rate]).mean()
    assert own == pytest.approx(np.abs(short[4 * rate : 8 * rate]).mean(), rel=0.05)


def test_stop_is_heard_between_pieces() -> None:
    asked = iter([False, False, True])
    with pytest.raises(Stopped):
        converter().convert(tone(10 * 16_000), 16_000, params(), stop=lambda: next(asked))


def test_another_encoder_is_refused() -> None:
    class Other(Encoder):
        id = ContentEncoderName.WHISPER_BASE

    with pytest.raises(JobError) as caught:
        Converter(read_published(GOLDEN / "tiny_40000.pth"), Other(), F0(), None)
    assert caught.value.code is Code.ENCODER_MISMATCH
