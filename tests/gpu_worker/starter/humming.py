"""A speech model's stand-in: hums a vowel for each symbol, in the pitch of its style."""

from pathlib import Path

import numpy as np

from starter.facts import Kind
from starter.lines import Floats, Planned, Said, speak
from starter.phones import LEAD_S
from starter.voices import Speaker

RATE = 24_000
PITCH = 300
"""Samples between values of F0."""
PITCHES = {"low": 110.0, "high": 220.0, "other": 160.0}
FORMANTS = {"a": 800.0, "i": 300.0, "u": 350.0, "s": 5000.0}
SYMBOLS = ("asia susa", "isua sasi")


class Hum:
    """Four frames of 25 ms a symbol; ``s`` is noise, the rest harmonics below a resonance."""

    def say(
        self,
        symbols: str,
        style: Floats,
        speed: float = 1.0,
        durations: tuple[int, ...] | None = None,
    ) -> Said:
        durations = durations or (4, *[4] * len(symbols), 4)
        pitch = float(style[0, 0])
        parts, f0 = [], []
        for symbol, frames in zip(f" {symbols} ", durations, strict=True):
            t = np.arange(frames * 600) / RATE
            voiced = symbol in "aiu"
            parts.append(_sound(symbol, pitch, t))
            f0 += [pitch if voiced else 0.0] * (2 * frames)
        wave = np.concatenate(parts).astype(np.float32)
        # The real model, too, is heard earlier than it plans.
        early = round(LEAD_S * RATE / PITCH)
        wave = np.concatenate([wave[early * PITCH :], np.zeros(early * PITCH, np.float32)])
        return Said(wave, durations, np.array([*f0[early:], *[0.0] * early], np.float32))


def _sound(symbol: str, pitch: float, t: np.ndarray) -> np.ndarray:
    if symbol == "s":
        return np.random.default_rng(len(t)).normal(0, 0.05, len(t))
    if symbol not in FORMANTS:
        return np.zeros(len(t))
    heights = np.arange(1, 20)
    loud = np.exp(-((np.log(heights * pitch / FORMANTS[symbol])) ** 2)) / heights
    tones = np.sin(2 * np.pi * pitch * heights[:, None] * t)
    return np.asarray(0.1 * (loud[:, None] * tones).sum(0))


class Pitches:
    """A speaker's style is its pitch."""

    def style(self, speaker: Speaker, tokens: int) -> Floats:
        return np.full((1, 256), PITCHES[speaker.name], np.float32)


def make(folder: Path, lines: int = 2, probes: int = 2) -> None:
    """Lines said by two voices each, and probes' lines by all three."""
    speakers = tuple(Speaker(name, {name: 1.0}) for name in PITCHES)
    for number in range(lines):
        plan = Planned(number, SYMBOLS[number % 2] * 2, 1.0, speakers[:2], Kind.SPEECH)
        speak(plan, Hum(), Pitches(), folder)
    for number in range(10_000, 10_000 + probes):
        plan = Planned(number, SYMBOLS[number % 2], 1.0, speakers, Kind.PROBE)
        speak(plan, Hum(), Pitches(), folder)
