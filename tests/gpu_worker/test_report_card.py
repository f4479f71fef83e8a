"""The report card: planted defects are found, clean voices are not blamed, files never end it."""

import math

import numpy as np
import pytest

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.report_card import (
    Advice,
    DatasetCard,
    Defect,
    FileCard,
    Severity,
    Verdict,
)
from gpu_worker.engine.analysis.bandwidth import bandwidth_hz
from gpu_worker.engine.analysis.card import Recorded, examine
from gpu_worker.engine.analysis.clipping import clipped_share
from gpu_worker.engine.analysis.duplicates import Fingerprint, find_copies
from gpu_worker.engine.analysis.frames import PARTS, stretches
from gpu_worker.engine.analysis.noise import noise_spectra, snr_db
from gpu_worker.engine.analysis.pitch_range import Gap, note_seconds, pitch_range, range_gaps
from gpu_worker.engine.analysis.reverb import estimate_reverb
from gpu_worker.engine.analysis.unreadable import card_of_unreadable
from gpu_worker.engine.analysis.verdict import dataset_findings, dataset_verdict
from gpu_worker.engine.stop import Stopped

from .planted import clipped, lossy, narrow, noisy, over, reverberant
from .planted_cases import (
    SUNG,
    THIRD,
    Listener,
    Sound,
    alarms,
    full_band,
    joined,
    louder,
    read,
    speaker,
    squeezed,
    swelling,
)
from .planted_music import band, plucked
from .sounds import sung, vibrato


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Listener:
    return Listener(tmp_path_factory.mktemp("heard"))


@pytest.fixture(scope="module")
def voice() -> Sound:
    return speaker("a", 1).cut(0, 12)


@pytest.fixture(scope="module")
def song() -> Sound:
    return read(SUNG)


@pytest.fixture(scope="module")
def dataset(listener: Listener, tmp_path_factory: pytest.TempPathFactory) -> DatasetCard:
    """A good file, a trimmed copy, another singer inside, a silent and a broken file."""
    broken = tmp_path_factory.mktemp("broken") / "broken.wav"
    broken.write_bytes(b"RIFF, but no wave")
    good = speaker("a", 1).cut(0, 16)
    return listener.dataset(
        good,
        squeezed(louder(good.cut(2.213, 14), -6), "mp3", 96_000),
        joined(speaker("a", 2).cut(0, 9), speaker("b", 1).cut(0, 9)),
        Sound(np.zeros(5 * 24_000, np.float32), 24_000),
        broken,
    )


def test_clean_voices_are_not_blamed(listener: Listener, voice: Sound, song: Sound) -> None:
    for sound in (voice, read(THIRD), swelling(song, 14, 7.0), full_band(voice.cut(0, 8))):
        assert alarms(listener.alone(sound)) == set()


def test_noise_is_measured_and_found(listener: Listener, song: Sound) -> None:
    card = listener.alone(Sound(noisy(song.wave, song.rate, 20, "pink", 7), song.rate))
    assert card.snr_db == pytest.approx(20, abs=4)
    assert alarms(card) == {Defect.NOISE}
    assert advised(card, Defect.NOISE) is Advice.DENOISE


def test_reverb_is_measured_and_found(listener: Listener, voice: Sound) -> None:
    wet = reverberant(voice.wave, voice.rate, 1.5, -3, 7)
    card = listener.alone(Sound(wet, voice.rate))
    assert card.reverb_s == pytest.approx(1.5, rel=0.3)
    assert alarms(card) == {Defect.REVERB}
    assert advised(card, Defect.REVERB) is Advice.RECORD_AGAIN
    (finding,) = (each for each in card.findings if each.defect is Defect.REVERB)
    assert "울림을 없앨 수는 없으니" in finding.ko
    assert "which the studio can't remove" in finding.en


def clips(sound: Sound, seconds: float) -> list[Sound]:
    count = int(len(sound.wave) / sound.rate / seconds)
    return [sound.cut(number * seconds, (number + 1) * seconds) for number in range(count)]


@pytest.mark.parametrize("seconds", [0.7, 1.4, 2.3])
def test_short_clips_are_not_blamed(listener: Listener, song: Sound, seconds: float) -> None:
    cut = [*clips(speaker("b", 2).cut(0, 12), seconds), *clips(song.cut(0, 8), seconds)]
    alone = [listener.alone(clip) for clip in cut[::3]]
    assert {card.reverb_s for card in alone} == {None}
    assert sum(bool(alarms(card)) for card in alone) <= 0.1 * len(alone)
    together = listener.dataset(*clips(speaker("b", 2).cut(0, 12), seconds)).files
    assert sum(bool(alarms(card)) for card in together) <= 0.1 * len(together)


def test_a_room_is_heard_in_many_short_clips(listener: Listener, voice: Sound) -> None:
    wet = Sound(reverberant(voice.wave, voice.rate, 1.5, -3, 7), voice.rate)
    assert all(Defect.REVERB in alarms(card) for card in listener.dataset(*clips(wet, 2.0)).files)
    card = listener.alone(wet.cut(4, 6))
    assert card.reverb_s is None
    assert Defect.REVERB not in alarms(card)


def test_clipping_is_found_in_a_clip_of_a_second(listener: Listener) -> None:
    loud = speaker("b", 1)
    for sound in (loud.cut(1.0, 2.0), loud.cut(5.3, 6.3)):
        hot = Sound(clipped(sound.wave, 6), sound.rate).at(40_000)
        assert Defect.CLIPPING in alarms(listener.alone(hot))


def test_bleed_is_found_under_speech_and_song(
    listener: Listener, voice: Sound, song: Sound
) -> None:
    for sound in (voice, song):
        music = band(len(sound.wave) / sound.rate, sound.rate, 7)
        card = listener.alone(Sound(over(sound.wave, music, -13), sound.rate))
        assert alarms(card) == {Defect.BLEED}
        assert card.bleed_db == pytest.approx(-13, abs=6)
        assert advised(card, Defect.BLEED) is Advice.SEPARATE


def test_soft_picking_under_a_song_with_few_pauses_is_found(listener: Listener) -> None:
    sound = read(SUNG).cut(0, 12)
    for level in (-15, -20):
        music = plucked(12, sound.rate, 3)
        card = listener.alone(Sound(over(sound.wave, music, level), sound.rate))
        assert Defect.BLEED in alarms(card)


def test_bandwidth_is_measured_and_found(listener: Listener, voice: Sound) -> None:
    card = listener.alone(Sound(narrow(voice.wave, voice.rate, 8000), voice.rate))
    assert card.bandwidth_hz == pytest.approx(8000, rel=0.05)
    assert alarms(card) == {Defect.BANDWIDTH}


def test_clipping_is_found(listener: Listener, voice: Sound) -> None:
    card = listener.alone(Sound(clipped(voice.wave, 6), voice.rate))
    assert alarms(card) == {Defect.CLIPPING}
    assert card.clipping == pytest.approx(np.mean(np.abs(clipped(voice.wave, 6)) > 0.979), rel=0.3)


def test_each_file_of_a_dataset_gets_its_own_card(dataset: DatasetCard) -> None:
    assert [alarms(card) for card in dataset.files] == [
        set(),
        {Defect.DUPLICATE},
        {Defect.SECOND_SINGER},
        {Defect.SILENCE},
        {Defect.UNREADABLE},
    ]
    assert [card.id for card in dataset.files] == ["0", "1", "2", "3", "4"]
    (copy,) = (f for f in dataset.files[1].findings if f.defect is Defect.DUPLICATE)
    assert copy.others == ("0",)
    assert "0.flac" in copy.en
    assert dataset.files[2].second_singer == pytest.approx(0.5, abs=0.2)
    assert dataset.files[4].sample_rate is None


def test_totals_and_verdict_of_a_dataset(dataset: DatasetCard) -> None:
    assert dataset.duration_s == pytest.approx(sum(card.duration_s for card in dataset.files))
    assert dataset.usable_s == pytest.approx(sum(card.usable_s for card in dataset.files))
    assert sum(note.seconds for note in dataset.histogram) < dataset.usable_s
    assert dataset.histogram[0].seconds > 0
    assert dataset.histogram[-1].seconds > 0
    assert dataset.verdict is Verdict.POOR
    assert {f.defect for f in dataset.findings} == {Defect.TOO_SHORT}
    assert "Remove the marked files." in dataset.en
    assert "표시된 파일을 빼 주세요." in dataset.ko


def test_two_takes_of_a_song_are_no_copies(listener: Listener, song: Sound) -> None:
    # Sung anew: a few hundredths of a second early here and late there.
    t = np.arange(len(song.wave)) / song.rate
    drift = 0.06 * np.sin(2 * np.pi * t / 7) + 0.03 * np.sin(2 * np.pi * t / 2.3)
    again = Sound(np.interp(t + drift, t, song.wave).astype(np.float32), song.rate)
    assert [alarms(card) for card in listener.dataset(song, again).files] == [set(), set()]


def test_voices_embedded_together_are_as_alone(listener: Listener, voice: Sound) -> None:
    wave = voice.at(16_000).wave
    waves = [wave[:56_000], wave[20_000:50_000], wave[:9000]]
    alone = np.stack([listener.ear.embed(each) for each in waves])
    np.testing.assert_allclose(listener.ear.embed_all(waves), alone, atol=1e-5)


def test_progress_goes_up_and_stop_ends_it(listener: Listener) -> None:
    heard: list[float] = []
    files = [Recorded("x", "x.opus", THIRD)]
    examine(files, listener.f0, listener.ear, heard.append)
    assert heard == [0.5, 1.0]
    with pytest.raises(Stopped):
        examine(files, listener.f0, listener.ear, heard.append, lambda: True)


@pytest.mark.parametrize("rate", [4000, 22_050, 192_000])
@pytest.mark.parametrize("seconds", [0.5, 3.2])
def test_odd_sounds_get_a_card(listener: Listener, rate: int, seconds: float) -> None:
    rng = np.random.default_rng(5)
    noise = 0.1 * rng.standard_normal(int(seconds * rate))
    tone = 0.3 * np.sin(2 * np.pi * 220 * np.arange(len(noise)) / rate)
    sounds = [Sound(wave.astype(np.float32), rate) for wave in (noise, tone)]
    for card in listener.dataset(*sounds).files:
        assert card.duration_s == pytest.approx(seconds, abs=0.01)
        assert Defect.CLIPPING not in alarms(card)
        assert Defect.REVERB not in alarms(card)


def test_a_dataset_of_nothing_readable_gets_a_card(listener: Listener) -> None:
    silence = Sound(np.zeros(8000, np.float32), 16_000)
    for sounds in ((), (silence,), (silence, silence)):
        card = listener.dataset(*sounds)
        assert card.verdict is Verdict.POOR
        assert card.usable_s == 0
        assert card.histogram == ()
        assert card.f0_median_hz is None


def test_faults_of_the_worker_are_not_a_files_fault() -> None:
    for code in (Code.AUDIO_UNREADABLE, Code.AUDIO_SILENT, Code.AUDIO_TOO_SHORT):
        assert card_of_unreadable("1", "x", JobError(code)).verdict is Verdict.POOR
    with pytest.raises(JobError, match="out-of-memory"):
        card_of_unreadable("1", "x", JobError(Code.OUT_OF_MEMORY))


@pytest.mark.parametrize("depth_db", [3, 6])
def test_clipping_survives_resampling_and_mp3(depth_db: int) -> None:
    loud = Sound(clipped(speaker("b", 1).cut(0, 15).wave, depth_db), 48_000)
    true = float(np.mean(np.abs(loud.wave) > 0.979))
    for wave in (loud.wave, loud.at(40_000).wave, lossy(loud.wave, 48_000, "mp3", 128_000)[0]):
        assert clipped_share([wave]) == pytest.approx(true, rel=0.4)


def test_a_steady_tone_is_not_clipped() -> None:
    # All its peaks are equal, and rounded.
    assert clipped_share([sung(vibrato(4, 220, 48_000), 48_000)]) < 5e-5


@pytest.mark.parametrize("kind", ["white", "pink", "hum"])
def test_snr_without_any_gap(kind: str) -> None:
    # A scale of eight notes, each half a second: every band is left alone most of the time.
    scale = 2 ** (np.array([0, 2, 4, 5, 7, 9, 11, 12]) / 12)
    wave = sung(vibrato(4, 220) * np.repeat(scale, 8000))
    quiet = snr_db(noise_spectra(wave, 16_000), 16_000)
    assert quiet is not None
    assert quiet > 30
    for planted in (10.0, 20.0):
        noise = noisy(wave, 16_000, planted, kind, 3)  # type: ignore[arg-type]
        assert snr_db(noise_spectra(noise, 16_000), 16_000) == pytest.approx(planted, abs=5)


@pytest.mark.parametrize("rt60_s", [0.7, 1.2, 2.0])
def test_decay_of_a_room(rt60_s: float) -> None:
    # Notes of half a second with pauses of a second, in a room of pure exponential decay.
    notes = np.tile(np.concatenate([vibrato(0.5, 220), np.zeros(16_000)]), 10)
    room = estimate_reverb([reverberant(sung(notes), 16_000, rt60_s, 0, 5)])
    assert room is not None
    assert room.rt60_s == pytest.approx(rt60_s, rel=0.3)


def test_a_dark_voice_is_not_narrow() -> None:
    noise = np.random.default_rng(1).standard_normal((200, 1025)).astype(np.float32) ** 2
    hertz = np.arange(1025) * 48_000 / 2048
    dark = noise * (1 + (hertz / 1000) ** 2).astype(np.float32) ** -3  # 18 dB an octave
    assert bandwidth_hz(dark, 48_000) == 24_000
    walled = dark * np.where(hertz < 10_000, 1, 1e-6).astype(np.float32)
    assert bandwidth_hz(walled, 48_000) == pytest.approx(10_000, rel=0.03)


def test_copies_need_the_same_codes_in_order() -> None:
    rng = np.random.default_rng(3)
    codes = rng.integers(0, 2**32, 2000, dtype=np.uint32)
    heard = np.ones(2000, np.bool_)
    whole, part = Fingerprint(codes, heard), Fingerprint(codes[700:1300], heard[:600])
    other = Fingerprint(rng.permutation(codes), heard)
    (copy,) = find_copies([whole, other, part])
    assert (copy.first, copy.second) == (0, 2)
    assert copy.seconds == pytest.approx(600 / 62.5, rel=0.1)


def test_notes_and_their_gaps() -> None:
    f0 = np.array([0, 440, 440, 466.16, 0], np.float32)
    assert note_seconds(f0)[69] == pytest.approx(0.02)
    assert note_seconds(f0)[70] == pytest.approx(0.01)
    assert pitch_range(f0) is None
    seconds = np.zeros(128)
    seconds[50:60], seconds[66:72] = 8.0, 8.0
    assert range_gaps(seconds) == [Gap(60, 65)]
    assert range_gaps(seconds / 10) == []
    (_, gap) = dataset_findings(100.0, seconds)
    assert gap.defect is Defect.RANGE_GAP
    assert "C4-F4" in gap.en


def test_long_recordings_are_looked_at_in_parts() -> None:
    assert stretches(150, 1) == [slice(0, 60), slice(60, 120), slice(120, 150)]
    parts = stretches(10_800 * 16_000, 16_000)
    assert len(parts) == PARTS
    assert parts[0].start == 0
    assert parts[-1].stop == 10_800 * 16_000


@pytest.mark.parametrize(
    ("usable_s", "severity"),
    [(20, Severity.SERIOUS), (200, Severity.WARNING), (400, Severity.HINT), (700, None)],
)
def test_minutes_that_are_enough(usable_s: float, severity: Severity | None) -> None:
    found = dataset_findings(usable_s, np.zeros(128))
    assert [finding.severity for finding in found] == ([severity] if severity else [])


def test_verdict_weighs_files_by_their_voice() -> None:
    def card(usable_s: float, verdict: Verdict) -> FileCard:
        return FileCard(id="", name="", duration_s=900, usable_s=usable_s, verdict=verdict)

    good = card(800, Verdict.GOOD)
    assert dataset_verdict([good, card(10, Verdict.POOR)], []) is Verdict.GOOD
    assert dataset_verdict([good, card(300, Verdict.FAIR)], []) is Verdict.FAIR
    assert dataset_verdict([good, card(900, Verdict.POOR)], []) is Verdict.POOR
    assert dataset_verdict([card(0, Verdict.POOR)], []) is Verdict.POOR


def advised(card: FileCard, defect: Defect) -> Advice:
    """What to do about it, said in both languages with a figure that is finite."""
    (finding,) = (each for each in card.findings if each.defect is defect)
    assert finding.value is not None
    assert math.isfinite(finding.value)
    assert any("가" <= letter <= "힣" for letter in finding.ko)
    assert finding.en.endswith(".")
    return finding.advice
