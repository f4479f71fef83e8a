"""Items of the material: one sound as Opus and one JSON each, the JSON written last."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Final

import av
import numpy as np
import soxr
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from starter.facts import Item, item_of

RATE: Final = 24_000
OPUS_BITS: Final = 32_000
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


def encode_opus(path: Path, wave: Floats) -> None:
    """Mono Opus of 32 kbit/s from (T,) at 24 kHz."""
    pcm = np.clip(np.round(soxr.resample(wave, RATE, 48_000) * 32767), -32768, 32767)
    with av.open(str(path), "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=48_000)
        stream.layout = "mono"
        stream.bit_rate = OPUS_BITS
        frame = AudioFrame.from_ndarray(pcm.astype(np.int16)[None], format="s16", layout="mono")
        frame.sample_rate = 48_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
