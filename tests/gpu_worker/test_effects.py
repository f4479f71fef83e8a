"""Each effect does what its knob says, measured; neutral knobs change nothing."""

import time
from typing import Any

import numpy as np
import pytest

from gpu_worker.contract.params import EffectKnobs
from gpu_worker.engine.effects import EffectChain, apply_effects, stream_effects
from gpu_worker.engine.stop import Stopped
from tests.gpu_worker.sounds import Floats, sung, vibrato

RATE = 48000
NEUTRAL: dict[str, Any] = {"high_pass_hz": 0.0, "compressor_ratio": 1.0, "reverb": 0.0}
EVERYTHING: dict[str, Any] = {
    "gate_db": -60.0, "high_pass_hz": 80.0, "eq_low_db": 3.0, "eq_mid_db": -3.0,
    "eq_high_db": 4.0, "compressor_ratio": 4.0, "chorus": 0.5, "delay": 0.3, "delay_ms": 90.0,
    "reverb": 0.3, "reverb_s": 1.2,
}  # fmt: skip


def only(**values: float) -> EffectKnobs:
    """Neutral but for the named knobs."""
    return EffectKnobs(**(NEUTRAL | values))


def tone(hz: float, decibels: float, seconds: float = 2.0, rate: int = RATE) -> Floats:
    t = np.arange(round(seconds * rate)) / rate
    return (10 ** (decibels / 20) * np.sin(2 * np.pi * hz * t)).astype(np.float32)


def noise(seconds: float, channels: int = 2) -> Floats:
    size = (round(seconds * RATE), channels)
    return np.random.default_rng(3).normal(0, 0.1, size).astype(np.float32)


def level_db(wave: Floats) -> float:
    """Peak of a steady tone, from its power: dBFS."""
    return float(10 * np.log10(2 * np.square(wave.astype(np.float64)).mean()))


def gain_db(hz: float, knobs: EffectKnobs) -> float:
    """What a steady tone gains, once it is steady."""
    wave = tone(hz, -30.0)
    return level_db(apply_effects(wave, RATE, knobs)[RATE:, 0]) - level_db(wave[RATE:])


def impulse(seconds: float) -> Floats:
    wave = np.zeros(round(seconds * RATE), np.float32)
    wave[0] = 1.0
    return wave


def test_neutral_knobs_change_no_bit() -> None:
    stereo = noise(2.3)
    assert np.array_equal(apply_effects(stereo, RATE, only()), stereo)
    mono = stereo[:, 0]
    assert np.array_equal(apply_effects(mono, RATE, only()), np.stack([mono, mono], axis=1))


@pytest.mark.parametrize("hz", [40.0, 80.0, 200.0, 400.0])
def test_high_pass(hz: float) -> None:
    knobs = only(high_pass_hz=hz)
    assert gain_db(hz, knobs) == pytest.approx(-3.0, abs=0.5)
    # Butterworth of order 2: |H|^2 = 1 / (1 + (fc / f)^4).
    assert gain_db(hz / 4, knobs) == pytest.approx(-10 * np.log10(1 + 4**4), abs=0.5)
    assert gain_db(hz * 8, knobs) == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize("wanted", [-12.0, -3.0, 6.0, 12.0])
@pytest.mark.parametrize(
    ("knob", "inside", "corner", "outside"),
    [
        ("eq_low_db", 40.0, 200.0, 4000.0),
        ("eq_mid_db", 2500.0, None, 50.0),
        ("eq_high_db", 18000.0, 8000.0, 400.0),
    ],
)
def test_equaliser(
    knob: str, inside: float, corner: float | None, outside: float, wanted: float
) -> None:
    knobs = only(**{knob: wanted})
    assert gain_db(inside, knobs) == pytest.approx(wanted, abs=0.5)
    assert gain_db(outside, knobs) == pytest.approx(0.0, abs=0.2)
    if corner:
        assert gain_db(corner, knobs) == pytest.approx(wanted / 2, abs=0.5)


@pytest.mark.parametrize("ratio", [2.0, 4.0, 20.0])
@pytest.mark.parametrize("hz", [100.0, 1000.0, 5000.0])
def test_compressor_ratio(ratio: float, hz: float) -> None:
    """Above the threshold, 12 dB more come out as 12 / ratio; below, all pass alike."""
    knobs = only(compressor_threshold_db=-30.0, compressor_ratio=ratio)
    levels = []
    for decibels in (-50.0, -40.0, -20.0, -8.0):
        levels.append(level_db(apply_effects(tone(hz, decibels), RATE, knobs)[RATE:, 0]))
    assert levels[1] - levels[0] == pytest.approx(10.0, abs=0.05)
    assert levels[3] - levels[2] == pytest.approx(12.0 / ratio, abs=0.2)
    # Make-up: half-way between threshold and full scale nothing changes.
    half_way = level_db(apply_effects(tone(hz, -15.0), RATE, knobs)[RATE:, 0])
    assert half_way == pytest.approx(-15.0, abs=0.2)


def test_compressor_takes_its_time_and_moves_both_sides_alike() -> None:
    knobs = only(compressor_threshold_db=-30.0, compressor_ratio=4.0)
    loud = np.concatenate([tone(1000, -40.0, 0.5), tone(1000, -10.0, 0.5), tone(1000, -40.0, 1.0)])
    wave = np.stack([loud, 0.5 * loud], axis=1)
    out = apply_effects(wave, RATE, knobs)
    gain = np.array([level_db(p[:, 0]) for p in np.split(out, 200)])
    gain -= np.array([level_db(p) for p in np.split(loud, 200)])
    settled, quiet = gain[95], gain[40]
    assert quiet - settled == pytest.approx(15.0, abs=0.3)
    assert gain[50] - settled > 3.0, "attack: 5 ms"
    assert gain[53] - settled < 1.0
    assert 3.0 < quiet - gain[112] < 8.0, "release: 120 ms"
    assert abs(quiet - gain[190]) < 0.3
    assert np.allclose(out[:, 1], 0.5 * out[:, 0], atol=1e-6)


def test_gate_closes_below_and_opens_above() -> None:
    quiet, loud = tone(300, -50.0, 1.0), tone(300, -20.0, 1.0)
    wave = np.concatenate([quiet, loud, quiet])
    out = apply_effects(wave, RATE, only(gate_db=-40.0))[:, 0]
    assert np.abs(out[: RATE - 100]).max() == 0.0
    assert np.abs(out[RATE + 480 : 2 * RATE] - loud[480:]).max() < 1e-3
    assert level_db(out[2 * RATE + RATE // 2 :]) < -80.0
    kept = out[2 * RATE : 2 * RATE + 1000]
    assert level_db(kept) == pytest.approx(-50.0, abs=0.5), "held for 50 ms"


def test_delay_echoes_on_time_with_its_gain() -> None:
    out = apply_effects(impulse(2.0), RATE, only(delay=0.5, delay_ms=350.0, delay_feedback=0.4))
    wanted = np.zeros(2 * RATE)
    wanted[0] = 1.0
    for k in range(5):
        wanted[(k + 1) * 16800] = 0.5 * 0.4**k
    assert np.abs(out - wanted[:, None]).max() < 1e-6


@pytest.mark.parametrize("seconds", [0.2, 0.6, 1.6, 8.0])
def test_reverb_time(seconds: float) -> None:
    """RT60 from the backward integral (Schroeder 1965) between -5 and -35 dB, as in ISO 3382."""
    length = 1.3 * seconds + 0.2
    room = apply_effects(impulse(length), RATE, only(reverb=1.0, reverb_s=seconds))[1:]
    for side in room.T.astype(np.float64):
        left = np.cumsum(np.square(side[::-1]))[::-1]
        decibels = 10 * np.log10(np.maximum(left / left[0], 1e-12))
        first, last = np.argmax(decibels < -5), np.argmax(decibels < -35)
        assert 2 * (last - first) / RATE == pytest.approx(seconds, rel=0.15)


def test_reverb_is_wide_and_as_strong_as_asked() -> None:
    room = apply_effects(impulse(3.0), RATE, only(reverb=0.5, reverb_s=1.6))[1:]
    assert np.square(room).sum(axis=0) == pytest.approx([0.25, 0.25], rel=0.01)
    assert abs(np.asarray(np.corrcoef(room.T))[0, 1]) < 0.1
    before_the_walls_answer = room[: round(0.014 * RATE)]
    assert np.abs(before_the_walls_answer).max() < 1e-7


def test_chorus_widens_and_keeps_the_pitch() -> None:
    wave = tone(440, -12.0, 4.0)
    out = apply_effects(wave, RATE, only(chorus=1.0))[RATE:]
    assert np.asarray(np.corrcoef(out.T))[0, 1] < 0.98
    spectrum = np.abs(np.fft.rfft(out[:, 0] * np.hanning(len(out)), 1 << 20))
    peak = spectrum.argmax() * RATE / (1 << 20)
    assert abs(1200 * np.log2(peak / 440)) < 10
    assert -18.0 < level_db(out[:, 0]) < -5.0


@pytest.mark.parametrize("knobs", [EffectKnobs(), EffectKnobs(**EVERYTHING)])
def test_blocks_of_any_size_give_the_same(knobs: EffectKnobs) -> None:
    wave = noise(4.0) * np.repeat(np.array([1.0, 0.001, 3.0, 0.1], np.float32), RATE)[:, None]
    whole = apply_effects(wave, RATE, knobs)
    parts = np.array_split(wave, [1, 2, 700, 48000, 48001, 150_000])
    assert np.abs(np.concatenate(list(stream_effects(parts, RATE, knobs))) - whole).max() < 1e-6
    chain = EffectChain(RATE, knobs)
    streamed = np.concatenate([*(chain.process(part) for part in parts), chain.tail()])
    assert len(streamed) == len(wave) + chain.ring_out
    assert np.abs(streamed[: len(wave)] - whole).max() < 1e-6


def test_what_rings_on_dies_away() -> None:
    chain = EffectChain(RATE, only(delay=0.5, delay_ms=100.0, reverb=0.5, reverb_s=1.0))
    out = np.concatenate([chain.process(noise(0.5)), chain.tail()])
    assert chain.ring_out > RATE
    before, end = out[RATE // 4 : RATE // 2], out[-RATE // 20 :]
    assert np.square(end).mean() < 1e-5 * np.square(before).mean()


@pytest.mark.parametrize("rate", [16000, 22050, 40000, 96000])
def test_other_rates_give_finite_sound_of_the_right_length(rate: int) -> None:
    wave = sung(vibrato(1.3, 220.0, rate), rate)
    out = apply_effects(wave, rate, EffectKnobs(**EVERYTHING))
    assert out.shape == (len(wave), 2)
    assert np.isfinite(out).all()
    assert out.std() > 0.3 * wave.std()


def test_a_few_samples_pass() -> None:
    out = apply_effects(np.full(7, 0.5, np.float32), RATE, EffectKnobs(**EVERYTHING))
    assert out.shape == (7, 2)
    assert np.isfinite(out).all()


def test_everything_costs_less_than_a_twentieth_of_the_time() -> None:
    wave = noise(10.0)
    started = time.process_time()
    apply_effects(wave, RATE, EffectKnobs(**EVERYTHING))
    assert time.process_time() - started < 0.05 * 10.0


def test_stop_ends_it() -> None:
    with pytest.raises(Stopped):
        list(stream_effects([noise(1.0)], RATE, EffectKnobs(), stop=lambda: True))
