"""Files of any rate and any number of channels become material for one voice."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal
from scipy.io import wavfile

from gpu_worker.engine.config import spectrogram_config
from gpu_worker.engine.learning.dataset import FeatureExtractor
from gpu_worker.engine.learning.slices import Slice
from gpu_worker.engine.sound.filters import high_pass
from gpu_worker.engine.sound.recordings import read_recording
from gpu_worker.engine.stop import never
from tests.gpu_worker.sounds import sung, vibrato
from tests.gpu_worker.training_parts import CheapEncoder, CheapF0

RATE = 40000
Floats = NDArray[np.float32]


def written(path: Path, wave: Floats, rate: int) -> Path:
    """A 16-bit WAV of (T,) or (T, C)."""
    wavfile.write(path, rate, np.round(wave * 32767).astype(np.int16))
    return path


def voice(rate: int, seconds: float = 4.0) -> Floats:
    return sung(vibrato(seconds, 220, rate), rate, gain=0.5)


def level_db(wave: Floats) -> float:
    return float(10 * np.log10(np.mean(np.square(wave, dtype=np.float64))))


def folded(path: Path, left: Floats, right: Floats) -> tuple[Floats, bool]:
    recording = read_recording(written(path, np.stack([left, right], 1), 16000), 16000, never)
    return recording.wave, recording.cancelled


def test_the_mean_of_two_channels_that_agree(tmp_path: Path) -> None:
    wave = voice(16000)
    mono, cancelled = folded(tmp_path / "a.wav", wave, 0.8 * wave)
    assert not cancelled
    assert np.allclose(mono, 0.9 * wave, atol=1e-4)


def test_channels_out_of_phase_do_not_cancel_each_other(tmp_path: Path) -> None:
    wave = voice(16000)
    mono, cancelled = folded(tmp_path / "a.wav", 0.9 * wave, -wave)
    assert cancelled
    assert np.allclose(mono, -wave, atol=1e-4)


def test_a_voice_on_one_side_keeps_its_level(tmp_path: Path) -> None:
    wave = voice(16000)
    mono, _ = folded(tmp_path / "a.wav", np.zeros_like(wave), wave)
    assert np.allclose(mono, wave, atol=1e-4)


def test_a_quieter_channel_out_of_phase_is_left_out(tmp_path: Path) -> None:
    """At -12 dB it takes 2.5 dB and the mean 6 dB: the louder one alone is better."""
    wave = voice(16000)
    mono, cancelled = folded(tmp_path / "a.wav", wave, -0.25 * wave)
    assert cancelled
    assert np.allclose(mono, wave, atol=1e-4)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
def test_every_rate_becomes_the_voices(tmp_path: Path, rate: int) -> None:
    """Same length, same pitch, same level."""
    steady = sung(np.full(4 * rate, 220.0), rate, gain=0.5)
    path = written(tmp_path / f"{rate}.wav", steady, rate)
    recording = read_recording(path, RATE, never)
    assert recording.source_rate == rate
    assert abs(len(recording.wave) - 4 * RATE) <= 1
    spectrum = np.abs(np.fft.rfft(recording.wave[RATE : 3 * RATE] * np.hanning(2 * RATE)))
    assert np.argmax(spectrum) / 2 == pytest.approx(220, abs=1)
    middle = recording.wave[RATE : 3 * RATE]
    assert level_db(middle) == pytest.approx(level_db(steady[rate : 3 * rate]), abs=0.1)


def extracted(paths: list[Path], folder: Path, warned: list[str]) -> list[Slice]:
    extractor = FeatureExtractor(
        spectrogram_config(RATE),
        CheapEncoder(),
        CheapF0(),
        folder,
        lambda ko, en: warned.append(en),
    )
    return extractor.extract(paths, lambda done: None, never)


def test_mixed_files_train_one_voice_at_one_level(tmp_path: Path) -> None:
    """Whatever the rate, channels and level of a file, its clips have one peak and one shape."""
    paths = [
        written(tmp_path / "quiet.wav", 0.05 * voice(44100), 44100),
        written(tmp_path / "loud.wav", 1.9 * voice(48000), 48000),
        written(tmp_path / "left.wav", np.stack([voice(22050), 0 * voice(22050)], 1), 22050),
        written(tmp_path / "phone.wav", voice(8000), 8000),
    ]
    warned: list[str] = []
    slices = extracted(paths, tmp_path / "features", warned)
    assert {item.source for item in slices} == {0, 1, 2, 3}
    assert {item.hop for item in slices} == {400}
    # 0.675 plus a quarter of the clip's own peak: 32 dB apart before, 3.5 dB after
    peaks = [float(item.wave.abs().max()) for item in slices]
    assert min(peaks) > 0.675
    assert max(peaks) < 1.5 * min(peaks)
    assert len(warned) == 3
    assert warned[0].startswith("Recording 3 has 22050 Hz")
    assert "recording 3" in warned[1]
    assert "louder" in warned[1]
    assert warned[2].startswith("Recording 4 has 8000 Hz and so nothing above 4 kHz")


def test_long_recordings_are_filtered_as_in_one_go() -> None:
    """Blocks hand on their state: 30 s are two of them."""
    wave = np.random.default_rng(1).standard_normal(30 * RATE).astype(np.float32)
    sections = signal.butter(5, 48.0, btype="highpass", fs=RATE, output="sos")
    assert np.array_equal(high_pass(wave, RATE), signal.sosfilt(sections, wave).astype(np.float32))


def test_warnings_are_said_again_where_features_are_known(tmp_path: Path) -> None:
    path = written(tmp_path / "phone.wav", voice(8000), 8000)
    first: list[str] = []
    second: list[str] = []
    extracted([path], tmp_path / "features", first)
    extracted([path], tmp_path / "features", second)
    assert first == second
    assert len(first) == 1
