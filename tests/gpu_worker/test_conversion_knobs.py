"""Every knob of a conversion, by what can be heard of it."""

import numpy as np
import pytest

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import AutoKey, Scale, Tonic
from gpu_worker.engine.rendering.conversion import Rendering
from gpu_worker.engine.sound.lufs import integrated_lufs
from tests.gpu_worker.small_voice import (
    QUIET,
    RATE,
    Floats,
    bare,
    converter,
    hiss,
    index,
    rms_db,
    silence,
    tone,
)


def convert(
    wave: Floats, hz: float = 220.0, f0_median_hz: float | None = None, **knobs: object
) -> Floats:
    audio, _ = converter(hz=hz, f0_median_hz=f0_median_hz).convert(wave, 16_000, bare(**knobs))
    return audio


def pitch_hz(audio: Floats) -> float:
    """Of a steady second: the strongest partial, found to a fraction of a Hz."""
    spectrum = np.abs(np.fft.rfft(audio[: RATE // 2] * np.hanning(RATE // 2), 1 << 19))
    spectrum[: int(60 * (1 << 19) / RATE)] = 0
    return float(np.argmax(spectrum)) * RATE / (1 << 19)


def lufs(audio: Floats, rate: int) -> float:
    heard = integrated_lufs(audio, rate)
    assert heard is not None
    return heard


def cents(hz: float, reference: float) -> float:
    return 1200 * float(np.log2(hz / reference))


@pytest.mark.parametrize("shift", [-24.0, -0.37, 0.0, 3.5])
def test_pitch_moves_by_fractions_of_semitones(shift: float) -> None:
    audio = convert(tone(1), hz=440.0, pitch_shift=shift)
    assert abs(cents(pitch_hz(audio[8000:]), 440.0) - 100 * shift) < 3


@pytest.mark.parametrize(
    ("mode", "expected"), [(AutoKey.OFF, 0.0), (AutoKey.OCTAVES, 12.0), (AutoKey.SEMITONES, 10.0)]
)
def test_the_key_finds_the_voice(mode: AutoKey, expected: float) -> None:
    median = 220.0 * 2 ** (10.3 / 12)
    conversion = converter(f0_median_hz=median).stream(tone(1), bare(auto_key=mode, pitch_shift=1))
    assert conversion.key_shift == expected
    audio = np.concatenate(list(conversion.blocks))
    assert abs(cents(pitch_hz(audio[8000:]), 220.0) - 100 * (expected + 1)) < 3


def test_autotune_lands_on_the_scale_after_the_shift() -> None:
    # 30 cents above A3, a semitone up: nearest in C major is B3 (two semitones above A3).
    sung = 220.0 * 2 ** (0.6 / 12)
    tuned = convert(tone(1), hz=sung, pitch_shift=1, autotune=1, autotune_scale=Scale.MAJOR)
    assert abs(cents(pitch_hz(tuned[8000:]), 220.0) - 200) < 10


@pytest.mark.parametrize(("key", "expected"), [(Tonic.C, 0.0), (Tonic.A_SHARP, 100.0)])
def test_autotune_lands_on_the_notes_of_its_key(key: Tonic, expected: float) -> None:
    # 60 cents above A3. C major has A and B about it, A# major has A and A#.
    sung = 220.0 * 2 ** (0.6 / 12)
    tuned = convert(tone(1), hz=sung, autotune=1, autotune_key=key, autotune_scale=Scale.MAJOR)
    assert abs(cents(pitch_hz(tuned[8000:]), 220.0) - expected) < 10


def test_speakers_differ_and_end_somewhere() -> None:
    first, second = (convert(tone(0.5), speaker=number) for number in (0, 1))
    assert not np.allclose(first, second, atol=1e-3)
    with pytest.raises(JobError) as caught:
        convert(tone(0.5), speaker=2)
    assert caught.value.code is Code.SPEAKER_UNKNOWN


def test_index_rate_goes_from_the_song_to_the_index() -> None:
    def by(rate: float, with_index: bool = True) -> Floats:
        of = converter(retrieval=index() if with_index else None)
        return of.convert(tone(0.5), 16_000, bare(index_rate=rate))[0]

    song, half, stored = by(0.0), by(0.5), by(1.0)
    assert np.array_equal(song, by(0.0, with_index=False))
    near, far = np.abs(half - song).mean(), np.abs(stored - song).mean()
    assert 0 < near < far


def test_protection_is_heard_in_unvoiced_sounds_only() -> None:
    wave = np.concatenate([tone(1), hiss(1), tone(1)])

    def by(protect: float) -> Floats:
        of = converter(retrieval=index())
        return of.convert(wave, 16_000, bare(index_rate=1.0, protect=protect))[0]

    change = by(0.0) - by(0.5)
    # Attention lets a little of it through to the notes beside.
    voiced = np.concatenate([change[: RATE - 3200], change[-RATE + 3200 :]])
    assert rms_db(change[RATE + 3200 : 2 * RATE - 3200]) > rms_db(voiced) + 10


def test_loudness_follows_the_song_or_the_voice() -> None:
    wave = np.concatenate([tone(3, gain=0.5), tone(3, gain=0.05)])

    def halves(audio: Floats, rate: int) -> list[float]:
        return [lufs(audio[a * rate // 2 : b * rate // 2], rate) for a, b in ((1, 5), (7, 11))]

    song = halves(wave, 16_000)
    curves = [halves(convert(wave, loudness_mix=mix), RATE) for mix in (0.0, 0.25, 0.5, 0.75, 1.0)]
    # 20 dB between the halves of the song; the voice by itself sings both alike.
    assert abs(curves[-1][0] - curves[-1][1]) < 3
    assert curves[0] == pytest.approx(song, abs=0.2)
    steps = np.diff([first - second for first, second in curves])
    assert (steps < -3).all()
    assert steps == pytest.approx(steps.mean(), abs=0.3)


def test_a_gap_of_noise_becomes_silence_and_the_song_stays() -> None:
    noise = hiss(4, gain=2e-4)
    wave = noise + np.concatenate([tone(1.5), silence(1), tone(1.5)])
    noisy = converter(rendering=Rendering())
    kept, _ = noisy.convert(wave, 16_000, bare(clean_gaps=False))
    clean, _ = noisy.convert(wave, 16_000, bare(clean_gaps=True))
    gap = slice(int(1.61 * RATE), int(2.41 * RATE))
    assert rms_db(kept[gap]) > -50
    assert float(np.abs(clean[gap]).max()) < 10 ** (-80 / 20)
    sung = [slice(0, int(1.56 * RATE)), slice(int(2.45 * RATE), 4 * RATE)]
    assert all(np.array_equal(clean[part], kept[part]) for part in sung)


def test_the_threshold_says_which_noise_is_a_gap() -> None:
    # -49 dB below the song's loudest second: a tone of -11 dBFS, noise of -60 dBFS.
    wave = hiss(4, gain=1e-3) + np.concatenate([tone(1.5), silence(1), tone(1.5)])

    def by(threshold: float, clean_gaps: bool = True) -> Floats:
        knobs = bare(clean_gaps=clean_gaps, gap_threshold_db=threshold)
        return converter(rendering=Rendering()).convert(wave, 16_000, knobs)[0]

    noisy = by(-40.0, clean_gaps=False)
    gap = slice(int(1.61 * RATE), int(2.41 * RATE))
    for threshold in (-90.0, -55.0):
        assert np.array_equal(by(threshold), noisy)
    cleaned = by(-40.0)
    assert rms_db(noisy[gap]) > -50
    assert not cleaned[gap].any()
    assert np.array_equal(cleaned[: int(1.56 * RATE)], noisy[: int(1.56 * RATE)])
    assert np.array_equal(cleaned[int(2.47 * RATE) :], noisy[int(2.47 * RATE) :])


def test_breaths_are_as_loud_as_wanted_and_consonants_stay() -> None:
    # A note, a breath, an s right before the next note.
    breath, s = hiss(0.4, gain=0.01), np.diff(hiss(0.08, gain=0.05, seed=1), prepend=0)
    low = np.convolve(breath, np.ones(4) / 4, mode="same").astype(np.float32)
    wave = np.concatenate([tone(1), silence(0.2), low, s.astype(np.float32), tone(1)])

    def by(level: float, **knobs: float) -> Floats:
        of = converter(rendering=Rendering())
        return of.convert(wave, 16_000, bare(breath=level, **knobs))[0]

    full, half, none = by(1.0), by(0.5), by(0.0)
    followed = [by(level, loudness_mix=0.0) for level in (1.0, 0.5)]
    breathing = slice(int(1.25 * RATE), int(1.5 * RATE))
    assert rms_db(half[breathing]) - rms_db(full[breathing]) == pytest.approx(-6.02, abs=0.1)
    assert rms_db(none[breathing]) < -80
    assert np.diff([rms_db(audio[breathing]) for audio in followed]) == pytest.approx(-6, abs=0.3)
    for part in (slice(0, int(1.15 * RATE)), slice(int(1.61 * RATE), None)):
        assert np.array_equal(none[part], full[part])


def test_the_seed_repeats() -> None:
    noisy = converter(rendering=Rendering())
    first, again, other = (
        noisy.convert(tone(0.5), 16_000, bare(seed=seed))[0] for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    quiet = converter(rendering=QUIET)
    first, other = (quiet.convert(tone(0.5), 16_000, bare(seed=seed))[0] for seed in (1, 2))
    assert np.array_equal(first, other)
