"""Clean recordings, variations that must stay clean, and a named defect planted into each."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from gpu_worker.contract.params import AudioFormat, F0Method
from gpu_worker.contract.report_card import DatasetCard, Defect, FileCard, Severity
from gpu_worker.engine.analysis.card import Recorded, examine
from gpu_worker.engine.learning.evaluation import SpeakerEncoder
from gpu_worker.engine.melody.f0 import load_f0
from gpu_worker.engine.sound.audio import decode, encode, resample
from gpu_worker.pretrained import Pretrained

from .planted import Noise, clipped, lossy, narrow, noisy, over, reverberant
from .planted_music import band, plucked

MATERIAL = Path(__file__).parents[2] / "demo" / "material"
THIRD = Path(__file__).parent / "material" / "third-speaker.opus"
SUNG = MATERIAL / "arirang-vocal.flac"

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Sound:
    """A wave (T,) and its rate in Hz."""

    wave: Floats
    rate: int

    def cut(self, first_s: float, last_s: float) -> "Sound":
        return Sound(self.wave[int(first_s * self.rate) : int(last_s * self.rate)], self.rate)

    def at(self, rate: int) -> "Sound":
        return Sound(resample(self.wave, self.rate, rate), rate)


@dataclass(frozen=True)
class Case:
    """A sound with one defect; ``name`` says how deep it is."""

    defect: Defect
    name: str
    sound: Sound


class Listener:
    """Examines sounds as files with the real networks."""

    def __init__(self, folder: Path) -> None:
        weights = Pretrained()
        self.f0 = load_f0(F0Method.SWIFT_F0, weights)
        self.ear = SpeakerEncoder.load(weights.find("resemblyzer").path)
        self.folder = folder

    def dataset(self, *sounds: Sound | Path) -> DatasetCard:
        """The card of a dataset; ids are "0", "1", ..."""
        files = [self._file(number, sound) for number, sound in enumerate(sounds)]
        return examine(files, self.f0, self.ear, lambda _: None)

    def alone(self, sound: Sound) -> FileCard:
        (card,) = self.dataset(sound).files
        return card

    def _file(self, number: int, sound: Sound | Path) -> Recorded:
        if isinstance(sound, Path):
            return Recorded(str(number), sound.name, sound)
        path = self.folder / f"{number}.flac"
        encode(path, sound.wave, sound.rate, AudioFormat.FLAC)
        return Recorded(str(number), path.name, path)


def read(path: Path) -> Sound:
    return Sound(*decode(path))


def speaker(name: str, number: int) -> Sound:
    return read(MATERIAL / f"speaker-{name}-{number}.opus")


def joined(*sounds: Sound) -> Sound:
    rate = sounds[0].rate
    return Sound(np.concatenate([sound.at(rate).wave for sound in sounds]), rate)


def louder(sound: Sound, gain_db: float) -> Sound:
    return Sound((sound.wave * 10 ** (gain_db / 20)).astype(np.float32), sound.rate)


def swelling(sound: Sound, depth_db: float, period_s: float) -> Sound:
    """Sung now softly, now loudly."""
    t = np.arange(len(sound.wave)) / sound.rate
    gain = -depth_db / 2 * (1 - np.cos(2 * np.pi * t / period_s))
    return Sound((sound.wave * 10 ** (gain / 20)).astype(np.float32), sound.rate)


def full_band(sound: Sound) -> Sound:
    """Our synthetic voices end at 12 kHz: with their highest octave above it once more, softer."""
    wave = resample(sound.wave, sound.rate, 48_000)
    octave = signal.butter(8, (6000, 12_000), "bandpass", fs=48_000, output="sos")
    above = signal.butter(8, 12_000, "highpass", fs=48_000, output="sos")
    moved = signal.sosfiltfilt(octave, wave) * np.cos(
        2 * np.pi * 6000 / 48_000 * np.arange(len(wave))
    )
    return Sound((wave + 0.5 * signal.sosfiltfilt(above, moved)).astype(np.float32), 48_000)


def played_at(sound: Sound, speed: float) -> Sound:
    """Pitch and formants moved together: the voice of a smaller or larger person."""
    return Sound(resample(sound.wave, round(sound.rate * speed), sound.rate), sound.rate)


def squeezed(sound: Sound, container: str, bit_rate: int) -> Sound:
    return Sound(*lossy(sound.wave, sound.rate, container, bit_rate))


def alarms(card: FileCard) -> set[Defect]:
    """What a file is warned of."""
    return {finding.defect for finding in card.findings if finding.severity is not Severity.HINT}


def defective(sound: Sound, seed: int) -> Iterator[Case]:
    """Everything that can be wrong with one recording by itself, at several depths."""
    wave, rate = sound.wave, sound.rate
    for depth in (3, 6, 10):
        yield Case(Defect.CLIPPING, f"{depth} dB", Sound(clipped(wave, depth), rate))
    squashed = Sound(clipped(wave, 6), rate)
    yield Case(Defect.CLIPPING, "6 dB, MP3", squeezed(squashed, "mp3", 128_000))
    kinds: tuple[Noise, ...] = ("white", "pink", "hum")
    for kind in kinds:
        for snr in (20, 15, 10):
            name = f"{kind} {snr} dB"
            yield Case(Defect.NOISE, name, Sound(noisy(wave, rate, snr, kind, seed), rate))
    for rt60, wet in ((1.0, -3), (1.5, -6), (2.0, -6)):
        name = f"{rt60} s at {wet} dB"
        yield Case(Defect.REVERB, name, Sound(reverberant(wave, rate, rt60, wet, seed), rate))
    for cutoff in (8000, 11000):
        yield Case(Defect.BANDWIDTH, f"{cutoff} Hz", Sound(narrow(wave, rate, cutoff), rate))
    seconds = len(wave) / rate
    for level in (-10, -15):
        for name, play in (("plucked", plucked), ("band", band)):
            mix = over(wave, play(seconds, rate, seed), level)
            yield Case(Defect.BLEED, f"{name} {level} dB", Sound(mix, rate))
