"""What the student learns to say of each line: the teacher's states less what its voice adds.

    python -m starter.teacher --data DIR --out PACK

The teacher is Whisper base's encoder (MIT), fed unpadded. A voice's own mean over all that it says
is taken off; voices of one line speak at one pace and their mean is kept. What depends on the
place in a recording alone is taken off too; states are standardised, and kept as ``COMPONENTS``
principal components of 8 bits. PACK then holds all that the training on a GPU needs:
``manifest.json``, ``sound.bin`` and ``targets.npz``.
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from gpu_worker.contract.params import ContentEncoderName
from gpu_worker.engine.files import write_whole
from gpu_worker.engine.sound.resampling import resample
from gpu_worker.engine.speech.content import ContentEncoder, load_content_encoder
from gpu_worker.pretrained import Pretrained
from starter.facts import Item, Kind
from starter.items import RATE, read_items, read_sound

COMPONENTS: Final = 96
HEARD_RATE: Final = 16_000
CENTRE: Final = 200
"""Samples at 16 kHz to the middle of the student's first frame."""
MANIFEST, SOUND, TARGETS = "manifest.json", "sound.bin", "targets.npz"
_PLACE_FRAMES: Final = 20.0
"""Deviation of the smoothing, in frames, of what the place in a recording alone makes."""

Floats = NDArray[np.float32]


def sound_of(folder: Path, item: Item, rate: int = RATE) -> Floats:
    """An item's sound (T,), exactly as long as its plan says."""
    return resample(read_sound(folder / f"{item.name}.opus", item), RATE, rate)


def by_line(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Items of one line together."""
    ordered = sorted(items, key=lambda item: (item.line, item.name))
    for _, together in groupby(ordered, key=lambda item: item.line):
        yield list(together)


def centred_states(encoder: ContentEncoder, wave: Floats) -> Floats:
    """The teacher's states (L, 512), each in the middle of a frame of the student's."""
    frames = (len(wave) - 80) // 320
    return encoder.encode(torch.from_numpy(wave[CENTRE:]))[:frames].cpu().numpy()


def states_of(folder: Path, encoder: ContentEncoder, item: Item) -> Floats:
    """The teacher's states (L, 512) of an item; found again in a later run."""
    path = folder / f"states-{encoder.id}" / f"{item.name}.npy"
    if not path.is_file():
        states = centred_states(encoder, sound_of(folder, item, HEARD_RATE)).astype(np.float16)
        write_whole(path, lambda aside: _save(aside, states))
    return np.asarray(np.load(path), np.float32)


def line_means(folder: Path, encoder: ContentEncoder, lines: Sequence[list[Item]]) -> list[Floats]:
    """For each line the mean (L, 512) over all who say it, each less the mean of its voice."""
    states = {item.name: states_of(folder, encoder, item) for line in lines for item in line}
    spoken: dict[str, list[Floats]] = {}
    for item in (item for line in lines for item in line):
        spoken.setdefault(item.voice, []).append(states[item.name])
    own = {voice: np.concatenate(parts).mean(0) for voice, parts in spoken.items()}
    return [
        np.mean([states[item.name] - own[item.voice] for item in line], axis=0) for line in lines
    ]


def _save(path: Path, values: NDArray[np.float16]) -> None:
    with path.open("wb") as file:
        np.save(file, values)


def place_means(means: Sequence[Floats]) -> Floats:
    """What a place in a recording has whatever is said there, (L, 512), smooth over time."""
    longest = max(map(len, means))
    total, count = np.zeros((longest, means[0].shape[1])), np.zeros((longest, 1))
    for mean in means:
        total[: len(mean)] += mean
        count[: len(mean)] += 1
    weights = gaussian_filter1d(count, _PLACE_FRAMES, axis=0, mode="nearest")
    smooth = gaussian_filter1d(total, _PLACE_FRAMES, axis=0, mode="nearest") / weights
    return np.asarray(smooth, np.float32)


def reduced(means: Sequence[Floats]) -> dict[str, NDArray[np.generic]]:
    """All lines one after the other in 8 bits: ``values`` times ``scale`` (COMPONENTS,)."""
    places = place_means(means)
    rows = np.concatenate([mean - places[: len(mean)] for mean in means])
    rows /= rows.std(axis=0) + 1e-6
    _, axes = np.linalg.eigh(rows.T @ rows / len(rows))
    axes = axes[:, ::-1][:, :COMPONENTS]
    components = rows @ axes
    kept = float(components.var(axis=0).sum() / rows.var(axis=0).sum())
    scale = np.abs(components).max(axis=0) / 127
    return {
        "values": np.round(components / scale).astype(np.int8),
        "scale": scale.astype(np.float32),
        "kept": np.array(kept),
    }


def pack(data: Path, out: Path, encoder: ContentEncoder) -> None:
    """Write the three files of a pack from all items to learn from."""
    items = [item for item in read_items(data) if item.kind is Kind.SPEECH]
    lines = list(by_line(items))
    targets = reduced(line_means(data, encoder, lines))
    print(f"{len(items)} items of {len(lines)} lines, variance kept {targets['kept']:.3f}")
    out.mkdir(parents=True, exist_ok=True)
    offsets = [0]
    with (out / SOUND).open("wb") as file:
        for together in lines:
            for item in together:
                file.write((data / f"{item.name}.opus").read_bytes())
                offsets.append(file.tell())
    np.savez_compressed(out / TARGETS, **targets)  # type: ignore[arg-type]
    facts = [asdict(item) for together in lines for item in together]
    content = {"items": facts, "offsets": offsets, "teacher": encoder.sha256}
    (out / MANIFEST).write_text(json.dumps(content, ensure_ascii=False), "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    encoder = load_content_encoder(ContentEncoderName.WHISPER_BASE, Pretrained())
    pack(arguments.data, arguments.out, encoder)


if __name__ == "__main__":
    main()
