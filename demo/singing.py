"""A speech model made to sing a score.

Kokoro plans how long each phoneme lasts and at which pitch, then speaks that plan. Here the plan
comes from the score: three of the network's inner values become inputs. It speaks each syllable on
its note, as long as speech may last; the WORLD vocoder (Morise et al., 2016) then holds the vowels
and lays the melody with its glides and vibrato over them.
"""

from dataclasses import dataclass

import numpy as np
import onnx
import onnxruntime
import pyworld
from numpy.typing import NDArray
from onnx import TensorProto, helper
from scipy.ndimage import gaussian_filter1d

from demo.korean import word_phonemes
from demo.score import Note, hertz, song_duration_s
from demo.speech import RATE, Audio, Speaker, SpeechModel

FRAMES_A_S = 40  # the model's plan of durations; its pitch and energy have two values a frame
FINE = 5  # WORLD's frames of 5 ms to one of the model's
DURATIONS = "/encoder/Clip_output_0"
F0, ENERGY = "/encoder/Reshape_output_0", "/encoder/Reshape_1_output_0"
BREATH_S = 0.2
CODA_FRAMES = 5
VOWEL_FRAMES = 11  # a vowel spoken longer than this dies away or breaks
EDGE_FRAMES = 3  # at a vowel's start and end glide to its neighbours: they are not stretched
RELEASE_FRAMES = 8
ONSET_FRAMES = {"ɾ": 2, "j": 3, "ɡ": 3, "d": 3, "n": 3, "m": 3}
VOWELS = frozenset("aɛʌoiu")
SILENCES = frozenset(("", ","))
VOWEL_ENERGY, SILENT_ENERGY = 6.0, -10.0  # as in the model's own plans
VOICED_SHARE = 0.5  # of the band: below lie the resonances that tell voices apart
LEVEL = 0.1  # RMS of a held vowel
Curve = NDArray[np.float32]
Frames = NDArray[np.float64]


@dataclass(frozen=True)
class Singer:
    """A speaker with a vocal tract of another length: ``formants`` scales all its resonances."""

    speaker: Speaker
    formants: float = 1.0


@dataclass
class Sound:
    """One phoneme: frames of 25 ms that it is sung for, and the note it belongs to."""

    symbol: str
    frames: int
    pitch: int = 0

    @property
    def spoken(self) -> int:
        """Frames for which the model speaks it."""
        return min(self.frames, VOWEL_FRAMES) if self.symbol in VOWELS else self.frames


class SingingModel(SpeechModel):
    """The same network with its plan as inputs.

    Durations (1, tokens) in frames, F0 (1, 2 x frames) in Hz, energy (1, 2 x frames).
    """

    def open(self, path: str) -> onnxruntime.InferenceSession:
        """The network with the three inner values cut open."""
        network = onnx.load(path)
        for name in (DURATIONS, F0, ENERGY):
            for node in network.graph.node:
                node.output[:] = [f"own:{name}" if each == name else each for each in node.output]
            shape = [1, f"length of {name}"]
            value = helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            network.graph.input.append(value)
        return onnxruntime.InferenceSession(
            network.SerializeToString(), providers=["CPUExecutionProvider"]
        )

    def perform(self, plan: list[Sound], speaker: Speaker) -> Audio:
        """The planned sounds (first and last are silences) as short as spoken, each on its note."""
        inputs = self.inputs("".join(sound.symbol for sound in plan[1:-1]), speaker)
        lengths = np.array([sound.spoken for sound in plan])
        silent = np.array([sound.symbol in SILENCES for sound in plan])
        pitches = [0.0 if sound.symbol in SILENCES else hertz(sound.pitch) for sound in plan]
        energies = np.where(silent, SILENT_ENERGY, VOWEL_ENERGY)
        energy = gaussian_filter1d(np.repeat(energies, 2 * lengths), 1.5)
        f0 = np.repeat(pitches, 2 * lengths)
        planned = {DURATIONS: lengths, F0: f0, ENERGY: energy}
        rows = {name: values[None, :].astype(np.float32) for name, values in planned.items()}
        return self.run({**inputs, **rows})


def _syllable(note: Note) -> tuple[str, str, str]:
    """Onset, vowel and coda of a sung syllable; inside a phrase its consonant is voiced."""
    (symbols,) = word_phonemes(note.syllable)
    at = next(place for place, symbol in enumerate(symbols) if symbol in VOWELS)
    onset = symbols[:at].translate(str.maketrans("kt", "ɡd"))
    return onset, symbols[at], symbols[at + 1 :]


def plan(notes: list[Note]) -> list[Sound]:
    """Every vowel begins on its note; consonants take their time from the sound before."""
    sounds = [Sound("", round(notes[0].start_s * FRAMES_A_S))]
    for note in notes:
        onset, vowel, coda = _syllable(note)
        first, last = note.tones[0][0], note.tones[-1][0]
        lender = next(sound for sound in reversed(sounds) if sound.symbol in VOWELS | SILENCES)
        for symbol in onset:
            sounds.append(Sound(symbol, ONSET_FRAMES[symbol], first))
            lender.frames -= ONSET_FRAMES[symbol]
        breath = round(BREATH_S * FRAMES_A_S) if note.breath_after else 0
        length = round(note.end_s * FRAMES_A_S) - round(note.start_s * FRAMES_A_S)
        sounds.append(Sound(vowel, length - breath - CODA_FRAMES * len(coda), first))
        sounds.extend(Sound(symbol, CODA_FRAMES, last) for symbol in coda)
        if breath:
            sounds.append(Sound(",", breath))
    whole = round(song_duration_s() * FRAMES_A_S)
    return [*sounds, Sound("", whole - sum(sound.frames for sound in sounds))]


def melody(notes: list[Note], plan: list[Sound], generator: np.random.Generator) -> Frames:
    """F0 in Hz every 5 ms, 0 in rests: glides, late vibrato on long notes, a little drift."""
    rate = FRAMES_A_S * FINE
    frames = sum(sound.frames for sound in plan) * FINE
    pitch = np.full(frames, np.nan)
    vibrato = np.zeros(frames)
    for note in notes:
        at = note.start_s
        for number, seconds in note.tones:
            first, last = round(at * rate), round((at + seconds) * rate)
            pitch[first:last] = number
            if seconds > 0.6:
                since = np.arange(last - first) / rate - 0.3
                vibrato[first:last] = 0.3 * np.clip(since / 0.4, 0, 1) * np.sin(34 * since)
            at += seconds
    known = np.flatnonzero(~np.isnan(pitch))
    pitch = np.interp(np.arange(frames), known, pitch[known])
    glide = gaussian_filter1d(pitch, 0.025 * rate)
    drift = gaussian_filter1d(generator.standard_normal(frames), 0.12 * rate)
    f0 = np.array([hertz(value) for value in glide + vibrato + 0.05 * drift / drift.std()])
    silent = np.repeat([sound.symbol in SILENCES for sound in plan], _fine(plan))
    return np.where(silent, 0.0, f0)


def _fine(plan: list[Sound]) -> list[int]:
    return [sound.frames * FINE for sound in plan]


def _fine_spoken(plan: list[Sound]) -> list[int]:
    return [sound.spoken * FINE for sound in plan]


def _positions(plan: list[Sound]) -> Frames:
    """For each sung frame of 5 ms, the spoken frame that it is made of."""
    at = 0
    spoken: list[Frames] = []
    for sound in plan:
        edge = min(EDGE_FRAMES, sound.spoken // 2) * FINE
        length, goal = sound.spoken * FINE, sound.frames * FINE
        spoken.append(at + np.arange(edge, dtype=np.float64))
        spoken.append(at + np.linspace(edge, length - edge, goal - 2 * edge, endpoint=False))
        spoken.append(at + np.arange(length - edge, length, dtype=np.float64))
        at += length
    return np.concatenate(spoken)


def _between(frames: Frames, positions: Frames) -> Frames:
    """Frames (L, bins) read at fractional ``positions`` (M,), linear between neighbours."""
    low = np.clip(positions.astype(int), 0, len(frames) - 1)
    high = np.minimum(low + 1, len(frames) - 1)
    part = (positions - low)[:, None]
    return np.asarray((1 - part) * frames[low] + part * frames[high])


def _gain(level: Frames, plan: list[Sound]) -> Frames:
    """What brings each frame most of the way to one loudness, fading where a phrase ends."""
    held = np.maximum(gaussian_filter1d(level, 0.04 * FRAMES_A_S * FINE), 0.01)
    gain = (LEVEL / held) ** 0.8
    at = 0
    for sound, after in zip(plan, [*plan[1:], plan[-1]], strict=True):
        end = at + sound.frames * FINE
        if sound.symbol in SILENCES:
            gain[at:end] = 1e-4  # WORLD takes logarithms
        elif after.symbol in SILENCES:
            release = min(RELEASE_FRAMES, sound.frames) * FINE
            gain[end - release : end] *= np.cos(np.linspace(0, np.pi / 2, release))
        at = end
    return np.asarray(np.maximum(gaussian_filter1d(gain, 1.5), 1e-4))


def _scaled(envelope: Frames, factor: float) -> Frames:
    """Spectral envelope (L, bins) with its frequencies multiplied by ``factor``.

    The upper ones are moved less, so that the band stays whole (piecewise linear, as in vocal tract
    length normalisation).
    """
    top = envelope.shape[1] - 1
    knee = VOICED_SHARE * top
    bins = np.interp(np.arange(top + 1), [0, knee * factor, top], [0, knee, top])
    return np.exp(_between(np.log(envelope + 1e-12).T, bins).T)


def sing(model: SingingModel, singer: Singer, notes: list[Note], seed: int) -> Audio:
    """The dry vocal (T,) at 24 kHz, exactly as long as the song."""
    sounds = plan(notes)
    spoken = model.perform(sounds, singer.speaker).astype(np.float64)
    f0 = np.repeat([hertz(sound.pitch or 55) for sound in sounds], _fine_spoken(sounds))
    times = np.arange(len(f0)) / (FRAMES_A_S * FINE)
    envelope = pyworld.cheaptrick(spoken, f0, times, RATE)
    aperiodicity = pyworld.d4c(spoken, f0, times, RATE, threshold=0.0)
    positions = _positions(sounds)
    envelope = np.exp(_between(np.log(_scaled(envelope, singer.formants) + 1e-12), positions))
    aperiodicity = _between(aperiodicity, positions)
    envelope *= _gain(np.sqrt(envelope.mean(axis=1)), sounds)[:, None] ** 2
    pitch = melody(notes, sounds, np.random.default_rng(seed))
    vocal = pyworld.synthesize(pitch, envelope, aperiodicity, RATE, 5.0)
    length = round(song_duration_s() * RATE)
    return np.pad(vocal.astype(np.float32), (0, max(length - len(vocal), 0)))[:length]
