"""The demo song: the first verse's refrain of Arirang (아리랑), a traditional Korean melody.

Traditional melody and words, in the public domain; this setting is ours.
"""

from dataclasses import dataclass

BEAT_S = 60 / 84
BEATS_A_BAR = 3
INTRO_BEATS = 1.0
TAIL_S = 1.0

PITCHES = {"C": 48, "D": 50, "F": 53, "G": 55, "A": 57}  # MIDI numbers, tenor octave


@dataclass(frozen=True)
class Note:
    """One sung syllable. ``tones`` are (MIDI pitch, seconds) pairs: more than one is a melisma."""

    syllable: str
    start_s: float
    tones: tuple[tuple[int, float], ...]
    breath_after: bool = False

    @property
    def duration_s(self) -> float:
        return sum(seconds for _, seconds in self.tones)

    @property
    def end_s(self) -> float:
        return self.start_s + self.duration_s


# syllable as it sounds | tones with their length in beats; '/' marks a bar, ',' a breath.
LYRIC = """
아 C1.5   리 D.5  랑 C.5 D.5 /
아 F1.5   리 G.5  랑 F.5 G.5 , /
아 A1     라 G.5 A.5  리 F.5 D.5 /
요 C1.5 D.5 C1 , /
아 F1.5   리 G.5  랑 F.5 G.5 /
고 A.5    개 G.5 F.5  로 D.5 C.5 D.5 , /
너 F1.5   머 G.5  간 F1 /
다 F2.5
"""


def notes() -> list[Note]:
    """The whole melody in order, timed from the start of the song."""
    sung: list[Note] = []
    at = INTRO_BEATS * BEAT_S
    syllable, tones = "", []
    for word in [*LYRIC.split(), "|"]:
        if word[0] in PITCHES:
            tones.append((PITCHES[word[0]], float(word[1:]) * BEAT_S))
            continue
        if tones:
            sung.append(Note(syllable, at, tuple(tones), breath_after=word == ","))
            at, tones = sung[-1].end_s, []
        if word not in ",/|":
            syllable = word
    return sung


def song_duration_s() -> float:
    """Seconds from the first sample to the last of mix and dry vocal."""
    return notes()[-1].end_s + TAIL_S


def hertz(pitch: float) -> float:
    """Frequency of a MIDI pitch, A4 = 440 Hz."""
    return float(440 * 2 ** ((pitch - 69) / 12))
