"""Speech of many voices, made by ourselves: each line by several of them at one pace.

    python -m starter.speech --voices kokoro-js-1.2.1.tgz --out DIR [--scale 1.0] [--minutes M]

Made again from the same seed it is the same; a run that was cut off goes on with the next item.
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from starter.facts import Item, Kind
from starter.items import has_item, write_item
from starter.kokoro import RATE, Kokoro
from starter.texts import LANGUAGES, Lexicon, line
from starter.voices import Speaker, VoicePacks, speakers, unseen_speakers

SEED: Final = 20_261
LINES: Final = 260
VOICES_A_LINE: Final = 4
PROBE_LINES: Final = 12
_PROBES: Final = 10_000
"""Added to the numbers of the probes' lines, which are never learned from."""


@dataclass(frozen=True)
class Planned:
    """A line and who says it; the first sets the pace."""

    number: int
    symbols: str
    speed: float
    speakers: tuple[Speaker, ...]
    kind: Kind


def planned(packs: VoicePacks, lexicon: Lexicon, scale: float, seed: int) -> Iterator[Planned]:
    """All lines in order: a third of those to learn from, those of the probes, the others."""
    lines = max(2, round(LINES * scale))
    probes = max(2, round(PROBE_LINES * scale))
    first = lines // 3
    numbers = [*range(first), *range(_PROBES, _PROBES + probes), *range(first, lines)]
    everybody = speakers(packs.names, seed)
    unseen = unseen_speakers()[: max(2, round(len(unseen_speakers()) * min(1.0, 4 * scale)))]
    order = _turns(len(everybody), lines * VOICES_A_LINE, seed)
    for number in numbers:
        random = np.random.default_rng([seed, 2, number])
        symbols = line(LANGUAGES[number % len(LANGUAGES)], lexicon, random)
        speed = float(random.uniform(0.85, 1.15))
        if number >= _PROBES:
            # Another one sets the pace of each line.
            turned = np.roll(np.arange(len(unseen)), number)
            yield Planned(number, symbols, speed, tuple(unseen[n] for n in turned), Kind.PROBE)
            continue
        turn = order[number * VOICES_A_LINE : (number + 1) * VOICES_A_LINE]
        yield Planned(number, symbols, speed, tuple(everybody[n] for n in turn), Kind.SPEECH)


def _turns(count: int, turns: int, seed: int) -> list[int]:
    """Numbers below ``count``, each as often as the others, in a drawn order."""
    random = np.random.default_rng([seed, 3])
    rounds = -(-turns // count)
    return [int(n) for _ in range(rounds) for n in random.permutation(count)][:turns]


def speak(plan: Planned, model: Kokoro, packs: VoicePacks, out: Path) -> float:
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voices", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--minutes", type=float, help="stop after so long; the next run goes on")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    packs, model = VoicePacks(arguments.voices), Kokoro(arguments.threads)
    started = time.monotonic()
    seconds = 0.0
    for plan in planned(packs, Lexicon(), arguments.scale, arguments.seed):
        if arguments.minutes and time.monotonic() - started > 60 * arguments.minutes:
            break
        seconds += speak(plan, model, packs, arguments.out)
        print(json.dumps({"line": plan.number, "seconds": round(seconds)}), flush=True)
    about = {speaker.name: asdict(speaker)["blend"] for speaker in speakers(packs.names, SEED)}
    (arguments.out / "speakers.json").write_text(json.dumps(about, indent=1), "utf-8")


if __name__ == "__main__":
    main()
