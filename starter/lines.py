"""Which lines are spoken by whom, and how a line becomes items."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from starter.facts import Item, Kind
from starter.items import RATE, has_item, write_item
from starter.texts import LANGUAGES, LATER_LANGUAGES, Lexicon, line
from starter.voices import Speaker, VoicePacks, speakers, unseen_speakers

Floats = NDArray[np.float32]

SEED: Final = 20_261
LINES: Final = 4_000
ROUND: Final = 2_000
"""So many lines are learned from at a time; each round begins with those said by two."""
BY_TWO: Final = 240
"""So many lines of a round are said by two voices each, the others by one: more is said then."""
PROBE_LINES: Final = 12
_PROBES: Final = 10_000
"""Added to the numbers of the probes' lines, which are never learned from."""


@dataclass(frozen=True)
class Said:
    """A spoken line: ``wave`` (T,) at 24 kHz; ``durations`` of silence, symbols, silence, in frames
    of 25 ms; ``f0`` in Hz twice a frame."""

    wave: Floats
    durations: tuple[int, ...]
    f0: Floats


class Speaks(Protocol):
    """A speech model: symbols in the voice of a style, at its own pace or at a given one."""

    def say(
        self,
        symbols: str,
        style: Floats,
        speed: float = 1.0,
        durations: tuple[int, ...] | None = None,
    ) -> Said: ...


class Styles(Protocol):
    """What makes a speaker heard in a line of so many symbols."""

    def style(self, speaker: Speaker, tokens: int) -> Floats: ...


@dataclass(frozen=True)
class Planned:
    """A line and who says it; the first sets the pace."""

    number: int
    symbols: str
    speed: float
    speakers: tuple[Speaker, ...]
    kind: Kind


def planned(
    packs: VoicePacks, lexicon: Lexicon, scale: float, seed: int, within: range = range(LINES)
) -> Iterator[Planned]:
    """The lines ``within`` in order: a third of a round, the probes', the others."""
    lines = max(2, round(LINES * scale))
    probes = max(2, round(PROBE_LINES * scale))
    said = range(lines)[within.start : within.stop]
    first = min(lines, ROUND) // 3
    numbers = [*said[:first], *range(_PROBES, _PROBES + probes), *said[first:]]
    everybody = speakers(packs.names, seed)
    unseen = unseen_speakers()[: max(2, round(len(unseen_speakers()) * min(1.0, 4 * scale)))]
    order = _turns(len(everybody), sum(map(_voices_of, range(lines))), seed)
    for number in numbers:
        random = np.random.default_rng([seed, 2, number])
        symbols = line(_language(number), lexicon, random)
        speed = float(random.uniform(0.85, 1.15))
        if number >= _PROBES:
            # Another one sets the pace of each line.
            turned = np.roll(np.arange(len(unseen)), number)
            yield Planned(number, symbols, speed, tuple(unseen[n] for n in turned), Kind.PROBE)
            continue
        begin = sum(map(_voices_of, range(number)))
        turn = order[begin : begin + _voices_of(number)]
        yield Planned(number, symbols, speed, tuple(everybody[n] for n in turn), Kind.SPEECH)


def _language(line: int) -> str:
    turns = LATER_LANGUAGES if ROUND <= line < _PROBES else LANGUAGES
    return turns[line % len(turns)]


def _voices_of(line: int) -> int:
    return 2 if line % ROUND < BY_TWO else 1


def _turns(count: int, turns: int, seed: int) -> list[int]:
    """Numbers below ``count``, each as often as the others, in a drawn order."""
    random = np.random.default_rng([seed, 3])
    rounds = -(-turns // count)
    return [int(n) for _ in range(rounds) for n in random.permutation(count)][:turns]


def speak(plan: Planned, model: Speaks, packs: Styles, out: Path) -> float:
    """Write what is missing of a line; returns the seconds of sound written."""
    names = [f"line{plan.number:05d}-{speaker.name}" for speaker in plan.speakers]
    if all(has_item(out, name) for name in names):
        return 0.0
    tokens = len(plan.symbols)
    pace = model.say(plan.symbols, packs.style(plan.speakers[0], tokens), plan.speed)
    seconds = 0.0
    for number, (name, speaker) in enumerate(zip(names, plan.speakers, strict=True)):
        if has_item(out, name):
            continue
        said = pace
        if number:
            style = packs.style(speaker, tokens)
            said = model.say(plan.symbols, style, plan.speed, pace.durations)
        item = Item(
            name=name,
            kind=plan.kind,
            line=plan.number,
            voice=speaker.name,
            symbols=plan.symbols,
            durations=said.durations,
            f0=tuple(round(float(hz), 1) for hz in said.f0),
        )
        write_item(out, item, said.wave)
        seconds += len(said.wave) / RATE
    return seconds
