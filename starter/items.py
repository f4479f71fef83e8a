"""Items of the material: one sound as Opus and one JSON each, the JSON written last."""

import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from gpu_worker.engine.sound.resampling import resample
from starter.facts import Item, item_of

RATE: Final = 24_000
_COMPRESSION: Final = 0.896
"""In libsndfile's terms: 32 kbit/s."""
_PEAK: Final = 0.7

Floats = NDArray[np.float32]


def has_item(folder: Path, name: str) -> bool:
    return (folder / f"{name}.json").is_file()


def write_item(folder: Path, item: Item, wave: Floats) -> None:
    """Sound (T,) at 24 kHz, then its facts; each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{item.name}.opus"
    encode_opus(aside, wave * (_PEAK / max(float(np.abs(wave).max()), 1e-3)))
    aside.replace(folder / f"{item.name}.opus")
    facts = folder / f".{item.name}.json"
    facts.write_text(json.dumps(asdict(item), ensure_ascii=False), "utf-8")
    facts.replace(folder / f"{item.name}.json")


def read_items(folder: Path) -> Iterator[Item]:
    """All items of a folder by name."""
    for path in sorted(folder.glob("line*.json")):
        yield item_of(json.loads(path.read_text("utf-8")))


def read_sound(source: Path | io.BytesIO, item: Item) -> Floats:
    """An item's sound (T,) at 24 kHz, exactly as long as its plan says."""
    wave, rate = soundfile.read(source, dtype="float32")
    samples = sum(item.durations) * RATE // 40
    wave = resample(wave, rate, RATE)
    return np.asarray(np.pad(wave, (0, max(0, samples - len(wave))))[:samples], np.float32)


def encode_opus(path: Path, wave: Floats) -> None:
    """Mono Opus of 32 kbit/s from (T,) at 24 kHz."""
    with path.open("wb") as file:
        soundfile.write(
            file, wave, RATE, format="OGG", subtype="OPUS", compression_level=_COMPRESSION
        )
