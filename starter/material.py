"""A pack in memory, and every item of it heard in several ways: as spoken, moved, sung.

Reads what ``starter.teacher`` wrote, with soundfile, so that a machine without FFmpeg can train.
"""

import io
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import numpy as np
import soxr
from numpy.typing import NDArray

from starter.facts import Item, item_of
from starter.items import read_sound
from starter.phones import labels
from starter.shaping import PERIOD_S, RATE, Shaped, analyse, moved, sung

HEARD_RATE: Final = 16_000
FRAME: Final = 320
CENTRE_S: Final = 0.0125
"""From a content frame's begin to its middle."""
_PEAK: Final = 0.7

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Pack:
    """Items in order of lines; item n's Opus is ``sound[offsets[n]:offsets[n + 1]]``.

    ``targets`` (N, C) of all lines one after the other, line k's from ``first_frame[k]`` on.
    """

    items: tuple[Item, ...]
    offsets: tuple[int, ...]
    sound: bytes
    targets: Floats
    first_frame: dict[int, int]
    teacher: str

    def spoken(self, number: int) -> "Spoken":
        """Item ``number`` with all that belongs to it."""
        item = self.items[number]
        opus = self.sound[self.offsets[number] : self.offsets[number + 1]]
        return Spoken(number, item, opus, self.first_frame[item.line])


@dataclass(frozen=True)
class Spoken:
    """An item's Opus, and which row of the pack's targets is its line's first."""

    number: int
    item: Item
    opus: bytes
    first_row: int

    def wave(self) -> Floats:
        """Its sound (T,) at 24 kHz, as long as its plan says."""
        return read_sound(io.BytesIO(self.opus), self.item)


def read_pack(folder: Path, scale: float = 1.0, taught: bool = True) -> Pack:
    """The pack, or the first ``scale`` of its lines; without its targets unless ``taught``."""
    content = json.loads((folder / "manifest.json").read_text("utf-8"))
    items = tuple(item_of(facts) for facts in content["items"])
    frames = {item.line: content_frames(item) for item in items}
    lines = sorted(frames)
    starts = np.concatenate([[0], np.cumsum([frames[line] for line in lines])])
    kept = set(lines[: max(2, round(len(lines) * scale))])
    count = sum(item.line in kept for item in items)
    targets = np.zeros((0, 0), np.float32)
    if taught:
        stored = np.load(folder / "targets.npz")
        targets = stored["values"].astype(np.float32) * stored["scale"]
        if len(targets) != starts[-1]:
            raise ValueError(f"{len(targets)} targets for {starts[-1]} frames")
    return Pack(
        items=items[:count],
        offsets=tuple(content["offsets"]),
        sound=(folder / "sound.bin").read_bytes(),
        targets=targets,
        first_frame={line: int(first) for line, first in zip(lines, starts[:-1], strict=True)},
        teacher=content["teacher"],
    )


def content_frames(item: Item) -> int:
    """Content frames of an item as spoken."""
    return (sum(item.durations) * HEARD_RATE // 40 - 80) // FRAME


@dataclass(frozen=True)
class Heard:
    """One way to hear an item: sound (T,) at 16 kHz and at another rate where asked for, as
    16-bit integers; F0 each 10 ms in Hz, 0 where unvoiced.

    For each content frame ``row`` says, in fractions, which row of the pack's targets belongs to
    it, ``phone`` which sound it is (``UNCLEAR`` where not told).
    """

    item: int
    wave: NDArray[np.int16]
    loud: NDArray[np.int16]
    f0: Floats
    row: Floats
    phone: NDArray[np.int64]


@dataclass(frozen=True)
class Ways:
    """How many of each: as it is, moved in pitch and formants, sung.

    ``own_formants`` leaves each voice its own. ``rate`` is a second one to hear it at.
    """

    moved: int = 3
    sung: int = 1
    own_formants: bool = False
    rate: int | None = None


def hear_all(pack: Pack, ways: Ways, seed: int, jobs: int) -> list[Heard]:
    """Every item in every way; the same for the same seed, however many ``jobs``."""
    spoken = (pack.spoken(number) for number in range(len(pack.items)))
    if jobs == 1:
        return [heard for each in spoken for heard in hear(ways, seed, each)]
    # spawned: a fork of a process with threads may inherit a lock that nobody lets go of again
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        parts = pool.map(partial(hear, ways, seed), spoken, chunksize=4)
        return [heard for part in parts for heard in part]


def hear(ways: Ways, seed: int, spoken: Spoken) -> list[Heard]:
    """One item in all ways."""
    item, wave = spoken.item, spoken.wave()
    random = np.random.default_rng([seed, item.line, spoken.number])
    voice = analyse(wave, item)
    end = len(voice.f0) * PERIOD_S
    shapes = [Shaped(wave, voice.f0, ((0.0, 0.0), (end, end)))]
    for semitones, formants in _moves(ways.moved, random):
        shapes.append(moved(voice, semitones, 1.0 if ways.own_formants else formants))
    shapes += [sung(voice, item, random, ways.own_formants) for _ in range(ways.sung)]
    return [_heard(spoken, shape, ways.rate) for shape in shapes]


def _moves(count: int, random: np.random.Generator) -> Iterator[tuple[float, float]]:
    """(semitones, ratio of formants): up and down in turn, with the pitch, half the way or not."""
    for number in range(count):
        semitones = float(random.uniform(2, 13)) * (1 if number % 2 == 0 else -1)
        share = float(random.choice([0.0, 0.5, 1.0, 1.0, 1.0]))
        formants = 2 ** (semitones * share / 12 + random.uniform(-0.12, 0.12))
        yield semitones, float(formants)


def _heard(spoken_item: Spoken, shape: Shaped, rate: int | None) -> Heard:
    item = spoken_item.item
    wave = shape.wave * (_PEAK / max(float(np.abs(shape.wave).max()), 1e-3))
    frames = max(0, (len(shape.wave) * HEARD_RATE // RATE - 80) // FRAME)
    knots = np.array(shape.knots)
    at = np.arange(frames) * FRAME / HEARD_RATE + CENTRE_S
    spoken = np.interp(at, knots[:, 0], knots[:, 1])
    rows = content_frames(item)
    row = np.clip((spoken - CENTRE_S) * HEARD_RATE / FRAME, 0, rows - 1)
    tens = np.arange(int(len(shape.wave) / RATE * 100)) * round(0.01 / PERIOD_S)
    return Heard(
        item=spoken_item.number,
        wave=_integers(wave, HEARD_RATE),
        loud=_integers(wave, rate) if rate else np.zeros(0, np.int16),
        f0=shape.f0[np.minimum(tens, len(shape.f0) - 1)].astype(np.float32),
        row=(row + spoken_item.first_row).astype(np.float32),
        phone=labels(item.symbols, item.durations, spoken),
    )


def _integers(wave: Floats, rate: int) -> NDArray[np.int16]:
    clipped = np.clip(soxr.resample(wave, RATE, rate) * 32767, -32767, 32767)
    return np.asarray(np.round(clipped), np.int16)


def with_partners(heard: Sequence[Heard], pack: Pack) -> dict[int, list[int]]:
    """Numbers of the ``heard`` by line: frames of one line are alike whoever speaks."""
    lines: dict[int, list[int]] = {}
    for number, one in enumerate(heard):
        lines.setdefault(pack.items[one.item].line, []).append(number)
    return lines
