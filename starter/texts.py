"""Lines to be spoken, as phonemes of the Kokoro speech model: English, Korean and Japanese.

The words mean nothing together: what counts is that every sound meets every other. English words
come from misaki's lexicon (Apache-2.0); Korean and Japanese ones are syllables drawn here.
"""

import json
from importlib import resources
from typing import Final, Protocol

import numpy as np

from demo.korean import FINALS, FIRST_SYLLABLE, INITIALS, MEDIALS, phonemes

Symbols = str

LANGUAGES: Final = ("en", "ko", "en", "ja")
"""In turn, line by line."""
LATER_LANGUAGES: Final = ("ko", "en", "ko", "ko", "en")
"""Of the second half of all lines: the studio's customers sing Korean first."""
SYMBOLS_A_LINE: Final = 56

_JOINTS: Final = (
    "ðə", "ðə", "ə", "ʌv", "ænd", "ɪn", "tə", "wɪð", "hɪz", "hɜɹ", "fɹʌm", "æt", "ɪz", "wʌz", "ðɛɹ",
)  # fmt: skip
_KOREAN_PARTICLES: Final = ("가", "를", "은", "에서", "으로", "와", "도", "까지", "의", "보다")
_KOREAN_ENDS: Final = ("습니다", "어요", "지요", "네", "었다", "려고", "는데")
_KOREAN_INITIALS: Final = "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎㄱㄴㄷㅅㅇㅈㄲㄸㅃㅆㅉ"
_KOREAN_VOWELS: Final = "ㅏㅓㅗㅜㅡㅣㅐㅔㅏㅓㅗㅜㅣㅑㅕㅛㅠㅘㅝㅟㅢ"
_KOREAN_FINALS: Final = "      ㄱㄴㄹㅁㅂㅇㄷㄴㄹㅇ"
_MORA_LIST: Final = """
    a i ɯ e o ka kʲi kɯ ke ko sa ɕi sɨ se so ta ʨi ʦɨ te to na ɲi nɯ ne no ha çi ɸɯ he ho
    ma mʲi mɯ me mo ja jɯ jo ɾa ɾʲi ɾɯ ɾe ɾo βa ɡa ɡʲi ɡɯ ɡe ɡo ʣa ʥi zɨ ʣe ʣo da de do
    ba bʲi bɯ be bo pa pʲi pɯ pe po ɕa ɕo ʨa ʨo kʲo ɾʲo ɲa ɴ ɴ aː iː ɯː eː oː oː
"""
_MORAS: Final = tuple(_MORA_LIST.split())
_JAPANESE_PARTICLES: Final = ("βa", "ɡa", "o", "ɲi", "de", "mo", "to", "no", "kaɾa")


class Words(Protocol):
    """Where the English words come from."""

    def word(self, random: np.random.Generator) -> Symbols: ...


class Lexicon:
    """English words by misaki's lexicon: only plain ones of four to ten letters."""

    def __init__(self) -> None:
        path = resources.files("misaki") / "data" / "us_gold.json"
        entries = json.loads(path.read_text("utf-8"))
        self._words = [
            said
            for word, said in sorted(entries.items())
            if isinstance(said, str) and word.isalpha() and word.islower() and 4 <= len(word) <= 10
        ]

    def word(self, random: np.random.Generator) -> Symbols:
        return self._words[random.integers(len(self._words))]


def line(language: str, lexicon: Words, random: np.random.Generator) -> Symbols:
    """One line of about 3 to 5 s, ending in a mark."""
    parts: list[str] = []
    while sum(map(len, parts)) + len(parts) < SYMBOLS_A_LINE:
        parts.append(_word(language, lexicon, random))
        if len(parts) == 4 and random.random() < 0.5:
            parts[-1] += ","
    if language == "ko":
        parts[-1] = phonemes(_korean(random) + _pick(_KOREAN_ENDS, random))
    return " ".join(parts) + _pick(("." if random.random() < 0.7 else "?", "."), random)


def _word(language: str, lexicon: Words, random: np.random.Generator) -> Symbols:
    if language == "ko":
        return phonemes(_korean(random) + _pick(_KOREAN_PARTICLES, random))
    if language == "ja":
        moras = [_pick(_MORAS, random) for _ in range(random.integers(2, 5))]
        return "".join(moras) + _pick(_JAPANESE_PARTICLES, random)
    if random.random() < 0.35:
        return _pick(_JOINTS, random)
    return lexicon.word(random)


def _korean(random: np.random.Generator) -> str:
    """A word of two or three syllables, spelled in Hangul."""
    return "".join(
        _syllable(
            _pick(_KOREAN_INITIALS, random),
            _pick(_KOREAN_VOWELS, random),
            _pick(_KOREAN_FINALS, random),
        )
        for _ in range(random.integers(2, 4))
    )


def _syllable(initial: str, medial: str, final: str) -> str:
    place = INITIALS.index(initial) * len(MEDIALS) + MEDIALS.index(medial)
    return chr(FIRST_SYLLABLE + place * len(FINALS) + FINALS.index(final))


def _pick(choices: tuple[str, ...] | str, random: np.random.Generator) -> str:
    return choices[random.integers(len(choices))]
