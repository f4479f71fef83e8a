"""Pictures of sounds below each other: mel spectrograms with their names, as PNG."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gpu_worker.engine.config import spectrogram_config
from gpu_worker.engine.sound.audio import decode
from gpu_worker.engine.spectrogram import log_mel

RATE: Final = 32_000
_SECONDS: Final = 6.0
_HEIGHT: Final = 2
"""Pixels to a mel band."""
_LABEL: Final = 18
_RANGE: Final = 9.0
"""Natural logarithms between black and the brightest."""
_STOPS: Final = np.array(
    [(10, 10, 20), (58, 28, 120), (139, 92, 246), (236, 150, 170), (255, 240, 200)], np.float32
)

Pixels = NDArray[np.uint8]


def picture(path: Path, seconds: float = _SECONDS) -> Pixels:
    """The first ``seconds`` of a file as (height, frames, 3), low notes at the bottom."""
    wave = decode(path, RATE)[0][: round(seconds * RATE)]
    wave = wave * (0.5 / max(float(np.abs(wave).max()), 1e-4))
    mel = log_mel(torch.from_numpy(wave)[None], spectrogram_config(RATE))[0].numpy()
    level = np.clip(1 + (mel - mel.max()) / _RANGE, 0, 1)[::-1].repeat(_HEIGHT, axis=0)
    at = level * (len(_STOPS) - 1)
    low = np.minimum(at.astype(int), len(_STOPS) - 2)
    part = (at - low)[..., None]
    colours = (1 - part) * _STOPS[low] + part * _STOPS[low + 1]
    return np.asarray(colours, np.uint8)


def draw(sounds: Mapping[str, Path], target: Path, seconds: float = _SECONDS) -> None:
    """All ``sounds`` below each other, each under its name, into ``target``."""
    pictures = {name: picture(path, seconds) for name, path in sounds.items()}
    width = max(each.shape[1] for each in pictures.values())
    height = sum(each.shape[0] + _LABEL for each in pictures.values())
    page = Image.new("RGB", (width, height), tuple(int(c) for c in _STOPS[0]))
    pen, font, top = ImageDraw.Draw(page), ImageFont.load_default(12), 0
    for name, pixels in pictures.items():
        pen.text((4, top + 2), name, fill=(230, 230, 240), font=font)
        page.paste(Image.fromarray(pixels), (0, top + _LABEL))
        top += pixels.shape[0] + _LABEL
    target.parent.mkdir(parents=True, exist_ok=True)
    page.save(target, optimize=True)
