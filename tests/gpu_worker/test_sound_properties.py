"""Any valid knobs on any short sound: files, effects, cleaning and F0 come out whole."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import (
    AudioFormat,
    BitDepth,
    EffectKnobs,
    ExportKnobs,
    ExportRate,
    F0Method,
    PitchKnobs,
    PreprocessParams,
)
from gpu_worker.engine.cleaning import Denoiser, clean, load_denoiser
from gpu_worker.engine.effects import apply_effects
from gpu_worker.engine.melody.f0 import load_pitch
from gpu_worker.engine.sound.audio import decode_stereo
from gpu_worker.engine.sound.encoding import allowed_rate
from gpu_worker.engine.sound.export import export
from gpu_worker.pretrained import Pretrained
from tests.gpu_worker.small_voice import rms_db
from tests.gpu_worker.test_conversion_properties import share, sounds

Floats = NDArray[np.float32]
Sound = tuple[Floats, int]

FEW = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def between(low: float, high: float) -> st.SearchStrategy[float]:
    """The limits themselves, and anything between."""
    return st.one_of(st.sampled_from([low, high]), st.floats(low, high))


LOUDNESS = between(-40, 0)
EXPORTS = st.builds(
    ExportKnobs,
    output_format=st.sampled_from(AudioFormat),
    bit_depth=st.sampled_from(BitDepth),
    output_rate=st.sampled_from(ExportRate),
    loudness_lufs=LOUDNESS,
    true_peak_db=between(-12, 0),
)
EFFECTS = st.builds(
    EffectKnobs,
    gate_db=between(-90, -20),
    high_pass_hz=between(0, 400),
    eq_low_db=between(-12, 12),
    eq_mid_db=between(-12, 12),
    eq_high_db=between(-12, 12),
    compressor_threshold_db=between(-60, 0),
    compressor_ratio=between(1, 20),
    chorus=share(),
    delay=share(),
    delay_ms=between(20, 2000),
    delay_feedback=share(0.9),
    reverb=share(),
    reverb_s=between(0.2, 8),
)
CLEANINGS = st.builds(
    PreprocessParams,
    high_pass_hz=between(0, 300),
    denoise=share(),
    gate_db=between(-90, -20),
    slice=st.booleans(),
    loudness_lufs=LOUDNESS,
)
PITCHES = st.builds(
    PitchKnobs,
    f0_method=st.just(F0Method.SWIFT_F0),
    f0_low_hz=between(30, 400),
    f0_high_hz=between(800, 2000),
    octave_repair=st.booleans(),
)

LONGER = {AudioFormat.M4A: 1023}
"""Samples that a format may add at the end. AAC has frames of 1024 (ISO/IEC 14496-3) of which the
last is padded; FFmpeg's edit list takes off the start alone. MP3 with LAME's header and Opus (RFC
7845, 4.4) say where the sound ends."""


@st.composite
def noises(draw: st.DrawFn) -> Sound:
    """Noise of 0.6 to 0.9 s, mono or stereo, up to far beyond full scale."""
    rate = draw(st.sampled_from([8000, 22_050, 44_100, 48_000, 96_000]))
    samples = draw(st.integers(rate * 6 // 10, rate * 9 // 10))
    shape = (samples, draw(st.integers(1, 2)))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    gain = draw(st.sampled_from([0.02, 0.3, 4.0]))
    return (gain * rng.uniform(-1, 1, shape)).astype(np.float32), rate


@settings(FEW, max_examples=80)
@given(noise=noises(), knobs=EXPORTS)
def test_a_file_decodes_to_finite_sound_of_the_right_length(
    noise: Sound, knobs: ExportKnobs
) -> None:
    wave, rate = noise
    with TemporaryDirectory() as folder:
        path = Path(folder) / "output"
        facts = export(path, wave, rate, knobs)
        read, read_rate = decode_stereo(path)
    assert read_rate == facts.rate
    assert read_rate == allowed_rate(knobs.output_format, int(knobs.output_rate) or rate)
    assert read.shape[1] == wave.shape[1]
    assert bool(np.isfinite(read).all())
    longer = len(read) - len(wave) * read_rate / rate
    assert -1 <= longer <= 1 + LONGER.get(knobs.output_format, 0)
    if knobs.output_format in (AudioFormat.WAV, AudioFormat.FLAC):
        step = 2.0**-15 if knobs.bit_depth is BitDepth.INT_16 else 2.0**-23
        # No sample lies above the true peak, whose meter may miss 0.1 dB; dither adds a step.
        assert float(np.abs(read).max()) <= 10 ** ((knobs.true_peak_db + 0.1) / 20) + step


@FEW
@given(sound=sounds(), knobs=EFFECTS, channels=st.integers(1, 2))
def test_effects_give_finite_stereo_as_long_as_the_sound(
    sound: Sound, knobs: EffectKnobs, channels: int
) -> None:
    wave, rate = sound
    out = apply_effects(np.repeat(wave[:, None], channels, axis=1), rate, knobs)
    assert out.shape == (len(wave), 2)
    assert out.dtype == np.float32
    assert bool(np.isfinite(out).all())
    if not wave.any():
        assert not out.any()


@pytest.fixture(scope="module")
def denoiser() -> Denoiser:
    return load_denoiser(Pretrained())


@FEW
@given(sound=sounds(), knobs=CLEANINGS)
def test_cleaning_is_finite_and_only_cuts_where_asked(
    denoiser: Denoiser, sound: Sound, knobs: PreprocessParams
) -> None:
    wave, rate = sound
    # What is invalid on the way may be hidden by the end.
    with np.errstate(invalid="raise", divide="raise"):
        uncut = clean(wave, rate, knobs.model_copy(update={"slice": False}), lambda: denoiser)[:]
    assert uncut.shape == wave.shape
    assert bool(np.isfinite(uncut).all())
    if not knobs.slice:
        return
    if rms_db(uncut) <= -81:
        # Silent is what has its energy below -80 dBFS.
        with pytest.raises(JobError) as caught:
            clean(wave, rate, knobs, lambda: denoiser)
        assert caught.value.code is Code.AUDIO_SILENT
        return
    cut = clean(wave, rate, knobs, lambda: denoiser)[:]
    assert 0 < len(cut) <= len(wave)
    assert bool(np.isfinite(cut).all())
    # Silences of a second and less stay.
    assert len(cut) == len(wave) or len(wave) > rate


@pytest.mark.parametrize("hz", [1e-300, 1e-6, 0.5, 1.0])
def test_a_cutoff_that_nobody_hears_is_as_good_as_off(hz: float) -> None:
    rng = np.random.default_rng(0)
    wave = (0.1 * rng.standard_normal(96_000)).astype(np.float32)
    bare = PreprocessParams(high_pass_hz=hz, denoise=0, slice=False)
    out = clean(wave, 96_000, bare, never_loaded)[:]
    # Butterworth of order 4 at 1 Hz or below takes less than this of white noise to 48 kHz.
    assert rms_db(out - wave) < rms_db(wave) - 30


def never_loaded() -> Denoiser:
    raise AssertionError("nothing is to be denoised")


@settings(FEW, max_examples=80)
@given(sound=sounds(), knobs=PITCHES, samples=st.integers(1, 32_000))
def test_f0_has_a_frame_every_10_ms_and_keeps_to_its_range(
    sound: Sound, knobs: PitchKnobs, samples: int
) -> None:
    wave = sound[0][:samples]
    f0 = load_pitch(knobs, Pretrained()).estimate(wave)
    assert f0.shape == (len(wave) // 160 + 1,)
    assert bool(np.isfinite(f0).all())
    assert bool(((f0 == 0) | ((f0 >= knobs.f0_low_hz) & (f0 <= knobs.f0_high_hz))).all())
