"""Any valid knobs on any short sound give finite audio of exactly the right length."""

import math
from collections.abc import Callable

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gpu_worker.contract.params import AutoKey, ConvertParams, Scale, Tonic
from gpu_worker.engine.rendering.conversion import Converter, Rendering
from tests.gpu_worker.small_voice import RATE, Encoder, Sung, index, voice

FEW = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


VOICE = Converter(
    voice(), Encoder(), Sung(), index(), f0_median_hz=180.0, rendering=Rendering(noise=True)
)
"""Two speakers, an index, noise and a known median: every knob has something to do."""


def share(most: float = 1.0) -> st.SearchStrategy[float]:
    return st.one_of(st.sampled_from([0.0, most]), st.floats(0.0, most))


KNOBS = st.builds(
    ConvertParams,
    pitch_shift=st.one_of(st.sampled_from([-24.0, 24.0]), st.floats(-24, 24)),
    auto_key=st.sampled_from(AutoKey),
    autotune=share(),
    autotune_key=st.sampled_from(Tonic),
    autotune_scale=st.sampled_from(Scale),
    formant_shift=st.one_of(st.sampled_from([-6.0, 0.0, 6.0]), st.floats(-6, 6)),
    index_rate=share(),
    protect=share(0.5),
    loudness_mix=share(),
    speaker=st.integers(0, 1),
    clean_gaps=st.booleans(),
    gap_threshold_db=st.floats(-90, -20),
    breath=share(),
    seed=st.integers(0, 2**31 - 1),
)


@st.composite
def sounds(draw: st.DrawFn) -> tuple[NDArray[np.float32], int]:
    """Half a second to two seconds of pieces: tones, noise, silence, offsets, clicks."""
    rate = draw(st.sampled_from([8000, 16_000, 22_050, 44_100, 48_000]))
    samples = draw(st.integers(rate // 2, 2 * rate))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    pieces = draw(st.lists(st.sampled_from(list(_PIECES)), min_size=1, max_size=4))
    gain = draw(st.sampled_from([0.0, 1e-6, 1e-3, 0.1, 1.0]))
    parts = np.array_split(np.arange(samples), len(pieces))
    wave = [_PIECES[name](at / rate, rng) for name, at in zip(pieces, parts, strict=True)]
    return (gain * np.concatenate(wave)).astype(np.float32), rate


_PIECES: dict[str, Callable[[NDArray[np.float64], np.random.Generator], NDArray[np.float64]]] = {
    "tone": lambda t, rng: np.sin(2 * np.pi * rng.uniform(60, 1000) * t),
    "noise": lambda t, rng: rng.uniform(-1, 1, len(t)),
    "silence": lambda t, rng: np.zeros(len(t)),
    "offset": lambda t, rng: np.full(len(t), rng.uniform(-1, 1)),
    "clicks": lambda t, rng: (rng.uniform(size=len(t)) > 0.999).astype(float),
}


@FEW
@given(sound=sounds(), params=KNOBS)
def test_audio_is_finite_and_of_the_inputs_length(
    sound: tuple[NDArray[np.float32], int], params: ConvertParams
) -> None:
    wave, rate = sound
    audio, out_rate = VOICE.convert(wave, rate, params)
    assert out_rate == RATE
    assert audio.dtype == np.float32
    assert len(audio) == round(len(wave) * RATE / rate)
    assert bool(np.isfinite(audio).all())
    assert float(np.abs(audio).max()) <= 0.99 + 1e-6
    if params.clean_gaps and not wave.any():
        assert not audio.any()
    assert math.isfinite(float(np.square(audio).sum()))
