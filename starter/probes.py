"""Linear probes of content encoders: what is said, and whose voice is heard.

A classifier for each frame of 20 ms learns sounds from some voices and is tested on unseen voices
that say other lines; one for each second learns the unseen voices from some lines and is tested on
their others. The better the first and the worse the second, the better the encoder. Truth is the
speech model's own plan.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from gpu_worker.engine.mel import mel_filterbank
from starter.facts import Item
from starter.phones import PHONES, UNCLEAR, labels
from starter.shaping import analyse, moved

CENTRE_S: Final = 0.0125
FRAME_S_CONTENT: Final = 0.02
SHIFTS: Final = (-12.0, -8.0, -5.0, 5.0, 8.0, 12.0)
"""Semitones; the formants move as far, as a pitch shifter of sound makes it."""
WINDOW: Final = 50
"""Frames that a speaker is told from: 1 s."""
_STEPS: Final = 200
_DECAY: Final = 1e-4
_MFCC: Final = 13

Floats = NDArray[np.float32]
Encode = Callable[[Floats], Tensor]
"""Sound (T,) at 16 kHz -> (L, C), frame n around sample 320 n + 200."""


@dataclass(frozen=True)
class Utterance:
    """An item's sound (T,) at 16 kHz, and the phone in each frame of it."""

    voice: str
    line: int
    wave: Floats
    phone: NDArray[np.int64]


@dataclass(frozen=True)
class Probe:
    """Utterances to learn sounds from, and unseen voices as they are and shifted."""

    seen: Sequence[Utterance]
    unseen: Sequence[Utterance]
    shifted: Sequence[Utterance]


@dataclass(frozen=True)
class Found:
    """Shares right, 0 to 1; ``chance`` is what guessing a speaker gives."""

    phones: float
    phones_shifted: float
    speakers: float
    chance: float


def utterance(item: Item, wave: Floats) -> Utterance:
    """``wave`` at 16 kHz with the truth of ``item``, moved or not."""
    frames = (len(wave) - 80) // 320
    seconds = np.arange(frames) * FRAME_S_CONTENT + CENTRE_S
    return Utterance(item.voice, item.line, wave, labels(item.symbols, item.durations, seconds))


def shifted(item: Item, wave24k: Floats, number: int) -> Floats:
    """The item at another pitch, (T,) at 24 kHz, by the ``number``-th of ``SHIFTS``."""
    semitones = SHIFTS[number % len(SHIFTS)]
    voice = analyse(wave24k, item)
    return moved(voice, semitones, 2 ** (semitones / 12)).wave


def run(probe: Probe, encode: Encode, seed: int = 0) -> Found:
    """All three figures of one encoder."""
    train, test = _frames(probe.seen, encode), _frames(probe.unseen, encode)
    classify = fitted(*train, len(PHONES), seed)
    speakers = _Speakers(probe.unseen, encode)
    return Found(
        phones=accuracy(classify, *test),
        phones_shifted=accuracy(classify, *_frames(probe.shifted, encode)),
        speakers=speakers.accuracy(seed),
        chance=1 / len(speakers.names),
    )


def _frames(utterances: Sequence[Utterance], encode: Encode) -> tuple[Tensor, Tensor]:
    """All frames (N, C) whose phone (N,) is told."""
    rows, phones = [], []
    for one in utterances:
        states = encode(one.wave)
        count = min(len(states), len(one.phone))
        told = torch.from_numpy(one.phone[:count])
        rows.append(states[:count][told != UNCLEAR])
        phones.append(told[told != UNCLEAR])
    return torch.cat(rows), torch.cat(phones)


class _Speakers:
    """Means over a second, and who spoke; odd lines to learn from, even ones for the test."""

    def __init__(self, utterances: Sequence[Utterance], encode: Encode) -> None:
        self.names = sorted({one.voice for one in utterances})
        sides: tuple[list[Tensor], list[Tensor]] = ([], [])
        voices: tuple[list[int], list[int]] = ([], [])
        for one in utterances:
            states = encode(one.wave)
            windows = states[: len(states) // WINDOW * WINDOW]
            windows = windows.view(-1, WINDOW, windows.shape[1]).mean(1)
            side = one.line % 2
            sides[side].append(windows)
            voices[side].extend([self.names.index(one.voice)] * len(windows))
        self._rows = tuple(torch.cat(side) for side in sides)
        self._voices = tuple(torch.tensor(side) for side in voices)

    def accuracy(self, seed: int) -> float:
        classify = fitted(self._rows[1], self._voices[1], len(self.names), seed)
        return accuracy(classify, self._rows[0], self._voices[0])


Classifier = Callable[[Tensor], Tensor]


def fitted(rows: Tensor, classes: Tensor, count: int, seed: int) -> Classifier:
    """Multinomial regression on standardised rows (N, C): the probe, the same for all encoders."""
    mean, deviation = rows.mean(0), rows.std(0) + 1e-5
    rows = (rows - mean) / deviation
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        linear = torch.nn.Linear(rows.shape[1], count)
    optimiser = torch.optim.AdamW(linear.parameters(), 0.02, weight_decay=_DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, _STEPS)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(_STEPS):
        some = torch.randint(len(rows), (min(len(rows), 4096),), generator=generator)
        optimiser.zero_grad()
        loss = F.cross_entropy(linear(rows[some]), classes[some])
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    return lambda tested: linear((tested - mean) / deviation).detach()


def accuracy(classify: Classifier, rows: Tensor, classes: Tensor) -> float:
    """Share of rows whose class scores highest."""
    return float((classify(rows).argmax(1) == classes).float().mean())


def mfcc(wave: Floats) -> Tensor:
    """13 cepstra and their slopes at 50 Hz, (L, 26): what was done before networks."""
    frames = (len(wave) - 80) // 320
    padded = torch.from_numpy(np.pad(wave, (0, 400)))
    spectrum = torch.stft(
        padded, 400, 320, window=torch.hann_window(400), center=False, return_complex=True
    )[:, :frames]
    log = torch.log(mel_filterbank(16_000, 400, 40, 0.0, 8000.0) @ spectrum.abs().square() + 1e-6)
    bands = torch.arange(40) + 0.5
    basis = torch.cos(torch.pi / 40 * torch.arange(_MFCC)[:, None] * bands)
    cepstra = (basis @ log).T
    slopes = torch.diff(cepstra, dim=0, prepend=cepstra[:1])
    return torch.cat([cepstra, slopes], dim=1)
