"""What Whisper base understands, and how far that is from what was meant.

The whole model in plain PyTorch, on the files that the worker hears content with: greedy, without
time stamps, each stretch of up to 30 s for itself, padded as it was trained.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from gpu_worker.engine.speech.whisper import SAMPLE_RATE, _variables, load_whisper_encoder
from gpu_worker.engine.weights import WeightSource

_WIDTH: Final = 512
_HEADS: Final = 8
_LAYERS: Final = 6
_STRETCH: Final = 30 * SAMPLE_RATE
_END, _START, _FIRST_LANGUAGE, _LAST_LANGUAGE = 50257, 50258, 50259, 50357
_TRANSCRIBE, _NO_TIMES = 50359, 50363
_KOREAN, _JAPANESE = 50264, 50266
_ALPHABETS: Final = ((_KOREAN, "\uac00", "\ud7a3"), (_JAPANESE, "\u3041", "\u30ff"))
_LONGEST: Final = 400
_REPEATS: Final = 4
"""So often the same few tokens in a row: it is caught in a loop."""

Floats = NDArray[np.float32]
Pair = tuple[Tensor, Tensor]
"""Keys and values (L, 512)."""


@dataclass(frozen=True)
class Transcript:
    """Text, and the language (a token's number) that it was heard in."""

    text: str
    language: int


class Transcriber:
    """Whisper base, multilingual, on the CPU."""

    def __init__(self, weights: WeightSource) -> None:
        """Raises ``JobError(WEIGHTS_MISSING)``."""
        parts = weights.find("whisper-base").paths
        self._encoder = load_whisper_encoder(parts)
        prefix = "decoder/"
        found = _variables(parts, prefix)
        self._w = {name.removeprefix(prefix): tensor for name, tensor in found}
        words = (parts[0].parent / "vocabulary.txt").read_text("utf-8").split("\n")
        self._words = words[:_END]

    @torch.no_grad()
    def hear(self, wave: Floats, language: int | None = None) -> Transcript:
        """Sound (T,) at 16 kHz, in ``language`` or in the one that it seems to be."""
        tokens: list[int] = []
        for start in range(0, len(wave), _STRETCH):
            stretch = wave[start : start + _STRETCH]
            padded = torch.from_numpy(np.pad(stretch, (0, _STRETCH - len(stretch))))
            heard = self._crossed(self._encoder(padded[None])[0])
            if language is None:
                scores = self._next([_START], [], heard)[_FIRST_LANGUAGE : _LAST_LANGUAGE + 1]
                language = _FIRST_LANGUAGE + int(scores.argmax())
            tokens += self._greedy(heard, [_START, language, _TRANSCRIBE, _NO_TIMES])
        assert language is not None
        return Transcript(self._text(tokens), language)

    def _crossed(self, states: Tensor) -> list[Pair]:
        """Keys and values of what is heard, for each layer."""
        layers = [f"layer_{number}/attention/linear_1" for number in range(_LAYERS)]
        return [_pair(self._linear(layer, states)) for layer in layers]

    def _greedy(self, heard: list[Pair], prompt: list[int]) -> list[int]:
        tokens: list[int] = []
        said: list[Pair] = []
        given = prompt
        while len(tokens) < _LONGEST:
            best = int(self._next(given, said, heard)[: _END + 1].argmax())
            if best == _END or _looping(tokens):
                break
            tokens.append(best)
            given = [best]
        return tokens

    def _next(self, tokens: Sequence[int], said: list[Pair], heard: list[Pair]) -> Tensor:
        """Scores (51865,) of what follows ``tokens``; ``said`` keeps what earlier ones left."""
        past = said[0][0].shape[0] if said else 0
        embeddings = self._w["embeddings/weight"]
        places = self._w["position_encodings/encodings"][past : past + len(tokens)]
        x = embeddings[torch.tensor(tokens)] + places
        for number in range(_LAYERS):
            part = f"layer_{number}/self_attention"
            joined = self._linear(f"{part}/linear_0", self._norm(part, x))
            query, own = joined[:, :_WIDTH], joined[:, _WIDTH:]
            pair = _pair(own)
            if past:
                key, value = said[number]
                pair = (torch.cat([key, pair[0]]), torch.cat([value, pair[1]]))
                said[number] = pair
            else:
                said.append(pair)
            # Only the prompt is read several tokens at once, and nothing stands before it.
            x = x + self._attend(f"{part}/linear_1", query, pair, causal=len(tokens) > 1)
            part = f"layer_{number}/attention"
            query = self._linear(f"{part}/linear_0", self._norm(part, x))
            x = x + self._attend(f"{part}/linear_2", query, heard[number], causal=False)
            part = f"layer_{number}/ffn"
            y = F.gelu(self._linear(f"{part}/linear_0", self._norm(part, x)))
            x = x + self._linear(f"{part}/linear_1", y)
        scores: Tensor = self._norm("", x[-1:])[0] @ embeddings.T
        return scores

    def _attend(self, out: str, query: Tensor, pair: Pair, causal: bool) -> Tensor:
        query, key, value = (
            each.view(len(each), _HEADS, _WIDTH // _HEADS).transpose(0, 1)
            for each in (query.contiguous(), *(half.contiguous() for half in pair))
        )
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=causal)
        return self._linear(out, mixed.transpose(0, 1).flatten(1))

    def _linear(self, name: str, x: Tensor) -> Tensor:
        return F.linear(x, self._w[f"{name}/weight"], self._w.get(f"{name}/bias"))

    def _norm(self, part: str, x: Tensor) -> Tensor:
        name = f"{part}/layer_norm".lstrip("/")
        return F.layer_norm(x, x.shape[1:], self._w[f"{name}/gamma"], self._w[f"{name}/beta"])

    def _text(self, tokens: Sequence[int]) -> str:
        letters = "".join(self._words[token] for token in tokens)
        return bytes(_BYTES[letter] for letter in letters).decode("utf-8", "replace").strip()


def _byte_letters() -> dict[str, int]:
    """GPT-2's printable letter for each byte, the other way round."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    letters = {chr(byte): byte for byte in plain}
    return letters | {chr(256 + number): byte for number, byte in enumerate(others)}


_BYTES: Final = _byte_letters()


def _pair(joined: Tensor) -> Pair:
    key, value = joined.chunk(2, dim=1)
    return key, value


def _looping(tokens: Sequence[int]) -> bool:
    for length in range(1, 9):
        tail = tokens[-length * _REPEATS :]
        if len(tail) == length * _REPEATS and list(tail) == list(tail[:length]) * _REPEATS:
            return True
    return False


def character_errors(meant: str, heard: str) -> float:
    """Edits for each letter that was meant, marks and spaces left out; 0 is all right.

    Raises ``ValueError`` where nothing was meant.
    """
    wanted, given = _letters(meant), _letters(heard)
    if not wanted:
        raise ValueError("nothing was said")
    row = list(range(len(given) + 1))
    for number, letter in enumerate(wanted, start=1):
        before, row[0] = row[0], number
        for place, other in enumerate(given, start=1):
            replaced = before + (letter != other)
            before = row[place]
            row[place] = min(row[place] + 1, row[place - 1] + 1, replaced)
    return row[-1] / len(wanted)


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def text_beside(path: Path) -> str | None:
    """What is said in a recording, if a text file of its name says so."""
    beside = path.with_suffix(".txt")
    return beside.read_text("utf-8").strip() if beside.is_file() else None


def language_of(text: str) -> int | None:
    """Whisper's token of the language that a text is written in, where its letters tell it."""
    for language, first, last in _ALPHABETS:
        if any(first <= letter <= last for letter in text):
            return language
    return None
