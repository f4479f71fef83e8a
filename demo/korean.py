"""Korean spelling to the phonemes that the Kokoro speech model reads.

The rules are those of Standard Korean pronunciation (표준 발음법) as far as a read text needs them:
linking, aspiration, tensing, nasalisation and the lateral rule, within a word.
"""

from dataclasses import dataclass
from itertools import pairwise

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
MEDIALS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
FIRST_SYLLABLE, LAST_SYLLABLE = 0xAC00, 0xD7A3

ONSETS = {
    "ㄱ": "k", "ㄲ": "kʔ", "ㄴ": "n", "ㄷ": "t", "ㄸ": "tʔ", "ㄹ": "ɾ", "ㅁ": "m", "ㅂ": "p",
    "ㅃ": "pʔ", "ㅅ": "s", "ㅆ": "ss", "ㅇ": "", "ㅈ": "ʨ", "ㅉ": "ʨʔ", "ㅊ": "ʨʰ", "ㅋ": "kʰ",
    "ㅌ": "tʰ", "ㅍ": "pʰ", "ㅎ": "h",
}  # fmt: skip
VOICED = {"ㄱ": "ɡ", "ㄷ": "d", "ㅂ": "b", "ㅈ": "ʥ"}
VOWELS = {
    "ㅏ": "a", "ㅐ": "ɛ", "ㅑ": "ja", "ㅒ": "jɛ", "ㅓ": "ʌ", "ㅔ": "e", "ㅕ": "jʌ", "ㅖ": "je",
    "ㅗ": "o", "ㅘ": "wa", "ㅙ": "wɛ", "ㅚ": "we", "ㅛ": "jo", "ㅜ": "u", "ㅝ": "wʌ", "ㅞ": "we",
    "ㅟ": "wi", "ㅠ": "ju", "ㅡ": "ɯ", "ㅢ": "ɰi", "ㅣ": "i",
}  # fmt: skip
CODAS = {"ㄱ": "k", "ㄴ": "n", "ㄷ": "t", "ㄹ": "l", "ㅁ": "m", "ㅂ": "p", "ㅇ": "ŋ", " ": ""}

SPLIT = {
    "ㄳ": "ㄱㅆ", "ㄵ": "ㄴㅈ", "ㄶ": "ㄴㅎ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ", "ㄼ": "ㄹㅂ",
    "ㄽ": "ㄹㅆ", "ㄾ": "ㄹㅌ", "ㄿ": "ㄹㅍ", "ㅀ": "ㄹㅎ", "ㅄ": "ㅂㅆ",
}  # fmt: skip
NEUTRAL = {
    "ㄲ": "ㄱ", "ㅋ": "ㄱ", "ㄳ": "ㄱ", "ㄺ": "ㄱ", "ㄵ": "ㄴ", "ㄶ": "ㄴ", "ㅅ": "ㄷ", "ㅆ": "ㄷ",
    "ㅈ": "ㄷ", "ㅊ": "ㄷ", "ㅌ": "ㄷ", "ㅎ": "ㄷ", "ㄼ": "ㄹ", "ㄽ": "ㄹ", "ㄾ": "ㄹ", "ㅀ": "ㄹ",
    "ㄻ": "ㅁ", "ㅍ": "ㅂ", "ㄿ": "ㅂ", "ㅄ": "ㅂ",
}  # fmt: skip
TENSE = {"ㄱ": "ㄲ", "ㄷ": "ㄸ", "ㅂ": "ㅃ", "ㅅ": "ㅆ", "ㅈ": "ㅉ"}
ASPIRATED = {"ㄱ": "ㅋ", "ㄷ": "ㅌ", "ㅂ": "ㅍ", "ㅈ": "ㅊ"}
NASAL = {"ㄱ": "ㅇ", "ㄷ": "ㄴ", "ㅂ": "ㅁ"}


@dataclass
class Syllable:
    """One written syllable: initial, medial and final letter, the final a space where open."""

    initial: str
    medial: str
    final: str


def decompose(character: str) -> Syllable:
    """The three letters of one precomposed Hangul syllable."""
    number = ord(character) - FIRST_SYLLABLE
    initial, rest = divmod(number, len(MEDIALS) * len(FINALS))
    medial, final = divmod(rest, len(FINALS))
    return Syllable(INITIALS[initial], MEDIALS[medial], FINALS[final])


def _link(left: Syllable, right: Syllable) -> None:
    """Final before a vowel moves over; ㅎ beside a plain stop makes it aspirated."""
    rest, last = (" ", left.final)
    if left.final in SPLIT:
        rest, last = tuple(SPLIT[left.final])
    if last == "ㅎ" and right.initial in ASPIRATED:
        left.final, right.initial = rest, ASPIRATED[right.initial]
    elif right.initial == "ㅎ" and NEUTRAL.get(last, last) in ASPIRATED:
        plain = last if last in ASPIRATED else NEUTRAL[last]
        left.final, right.initial = rest, ASPIRATED[plain]
    elif right.initial == "ㅇ" and last not in " ㅇ":
        if last == "ㅎ":
            last, rest = (rest, " ") if rest != " " else ("ㅇ", " ")
        if right.medial == "ㅣ":
            last = {"ㄷ": "ㅈ", "ㅌ": "ㅊ"}.get(last, last)
        left.final, right.initial = rest, last


def _assimilate(left: Syllable, right: Syllable) -> None:
    """Tensing, nasalisation and the lateral rule between a closed syllable and the next."""
    left.final = NEUTRAL.get(left.final, left.final)
    if left.final in NASAL and right.initial in TENSE:
        right.initial = TENSE[right.initial]
    if right.initial == "ㄹ" and left.final not in " ㄴㄹ":
        right.initial = "ㄴ"
    if left.final + right.initial in ("ㄴㄹ", "ㄹㄴ"):
        left.final, right.initial = "ㄹ", "ㄹ"
    if left.final in NASAL and right.initial in "ㄴㅁ":
        left.final = NASAL[left.final]


def _onset(syllable: Syllable, before: str) -> str:
    """Phonemes of the initial; ``before`` is the final of the syllable before, '' at a start."""
    if syllable.initial == "ㅅ" and syllable.medial in "ㅣㅑㅕㅛㅠㅟ":
        return "ʃ"
    if syllable.initial == "ㄹ" and before == "ㄹ":
        return "l"
    if before and before in " ㄴㄹㅁㅇ":
        return VOICED.get(syllable.initial, ONSETS[syllable.initial])
    return ONSETS[syllable.initial]


def word_phonemes(word: str) -> list[str]:
    """Phonemes of each syllable of one written word."""
    syllables = [decompose(character) for character in word]
    for rule in (_link, _assimilate):
        for left, right in pairwise(syllables):
            rule(left, right)
    if syllables:
        syllables[-1].final = NEUTRAL.get(syllables[-1].final, syllables[-1].final)
    spoken, before = [], ""
    for syllable in syllables:
        vowel = VOWELS[syllable.medial]
        if syllable.medial == "ㅢ" and syllable.initial != "ㅇ":
            vowel = "i"
        spoken.append(_onset(syllable, before) + vowel + CODAS[syllable.final])
        before = syllable.final
    return spoken


def phonemes(text: str) -> str:
    """Phonemes of a Korean text; spaces and ``,.?!`` stay as they are."""
    spoken: list[str] = []
    word = ""
    for character in [*text, "\n"]:
        if FIRST_SYLLABLE <= ord(character) <= LAST_SYLLABLE:
            word += character
            continue
        spoken.extend(word_phonemes(word))
        spoken.append(character)
        word = ""
    return "".join(spoken).strip()
