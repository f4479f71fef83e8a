"""A voice rendered on recordings that it never saw, and measured against them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...contract.errors import Code, JobError
from ...contract.params import F0Method
from ...contract.scores import Scores
from ..config import CONTENT_RATE, PITCH_HOP, SpectrogramConfig
from ..melody.f0 import F0Estimator, load_f0
from ..melody.pitch import coarse_pitch
from ..nets.synthesizer import Synthesizer
from ..sound.resampling import resample
from ..weights import WeightSource
from .dataset import Dataset
from .dnsmos import DnsMos
from .evaluation import (
    SpeakerEncoder,
    cosine,
    f0_correlation,
    load_speaker_encoder,
    mel_distance,
)
from .quality import Measured
from .slices import Slice

SHORTEST_EXCERPT: Final = 100
"""Frames of each held-out clip that are rendered at least."""
LISTENED_SECONDS: Final = 60.0
"""Of the training data, to know the singer's embedding."""

# Speech hardly ever keeps a pitch for 0.4 s, a sung note does also with a vibrato of a semitone.
HELD_FRAMES: Final = 40
HELD_SEMITONES: Final = 0.7
SPOKEN_BELOW: Final = 0.4

_FEW_FRAMES: Final = 10
_MONOTONE_SEMITONES: Final = 0.25
_LEAST_VOICED: Final = 0.3
_SEMITONES: Final = 12.0

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Ears:
    """Who listens; what is not installed is ``None`` and its score is left out."""

    f0: F0Estimator
    speaker: SpeakerEncoder | None = None
    dnsmos: DnsMos | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """The reference phrase as rendered (T,), and its mel distance to the recording."""

    wave: Tensor
    mel_distance: float


def load_ears(weights: WeightSource | None, f0: F0Estimator) -> Ears:
    """All optional networks that are there; SwiftF0 in place of ``f0``, since it costs least."""
    if weights is None:
        return Ears(f0)
    try:
        f0 = load_f0(F0Method.SWIFT_F0, weights)
    except JobError as error:
        _absent(error)
    speaker = dnsmos = None
    try:
        speaker = load_speaker_encoder(weights)
    except JobError as error:
        _absent(error)
    try:
        files = weights.find("dnsmos")
        dnsmos = files.loaded("dnsmos", lambda: DnsMos(files.path))
    except JobError as error:
        _absent(error)
    return Ears(f0, speaker, dnsmos)


class Judge:
    """Scores any state of a voice on the same excerpts, with the same noise.

    At most about ``seconds`` are rendered: the reference phrase whole, the middle of the others.
    """

    def __init__(
        self, dataset: Dataset, config: SpectrogramConfig, ears: Ears, seed: int, seconds: float
    ) -> None:
        self._config = config
        self._ears = ears
        self._seed = seed
        self.clips = excerpts(dataset.held_out, round(seconds * 100))
        self._f0 = np.concatenate([clip.f0.numpy() for clip in self.clips])
        real = self._at_16k([clip.wave for clip in self.clips])
        self._singer: Floats | None = None
        self._self_similarity = 1.0
        if ears.speaker is not None:
            heard = self._at_16k([clip.wave for clip in _spread(dataset.train)])
            self._singer = ears.speaker.embed(heard)
            self._self_similarity = cosine(ears.speaker.embed(real), self._singer)
        self._dnsmos_real: float | None = None
        if ears.dnsmos is not None and is_speech(dataset.all_f0()):
            self._dnsmos_real = ears.dnsmos.overall(real)

    def phrase(self, net: Synthesizer) -> Phrase:
        """The reference phrase alone."""
        wave = render(net, self.clips[0], self._seed)
        return Phrase(wave, mel_distance(self.clips[0].wave, wave, self._config))

    def score(self, net: Synthesizer) -> tuple[Scores, Phrase]:
        """All excerpts, and the reference phrase among them."""
        waves = [render(net, clip, self._seed) for clip in self.clips]
        phrase = Phrase(waves[0], mel_distance(self.clips[0].wave, waves[0], self._config))
        return self.measure(waves).scores(), phrase

    def measure(self, waves: Sequence[Tensor]) -> Measured:
        """How near each wave (T,) comes to the clip of the same number."""
        distances = [
            mel_distance(clip.wave, wave, self._config)
            for clip, wave in zip(self.clips, waves, strict=True)
        ]
        heard = self._at_16k(waves)
        return Measured(
            mel_distance=float(np.average(distances, weights=[c.frames for c in self.clips])),
            f0_correlation=self._correlation(heard),
            speaker_similarity=self._similarity(heard),
            dnsmos=self._dnsmos(heard),
            dnsmos_real=self._dnsmos_real,
        )

    def _at_16k(self, waves: Sequence[Tensor]) -> Floats:
        """Joined, each exactly as long as its frames."""
        rate = self._config.sample_rate
        parts = []
        for wave in waves:
            length = len(wave) // self._config.hop * PITCH_HOP
            heard = resample(np.ascontiguousarray(wave.numpy()), rate, CONTENT_RATE)
            parts.append(np.pad(heard, (0, max(0, length - len(heard))))[:length])
        return np.concatenate(parts)

    def _correlation(self, heard: Floats) -> float | None:
        """``None`` where the recordings themselves have no melody to follow."""
        voiced = self._f0 > 0
        if voiced.sum() < _FEW_FRAMES or _spread_of(self._f0[voiced]) < _MONOTONE_SEMITONES:
            return None
        f0 = self._ears.f0.estimate(heard)[: len(self._f0)]
        if (voiced & (f0 > 0)).sum() < _LEAST_VOICED * voiced.sum():
            return 0.0
        return f0_correlation(self._f0, f0)

    def _similarity(self, heard: Floats) -> float | None:
        if self._ears.speaker is None or self._singer is None:
            return None
        own = cosine(self._ears.speaker.embed(heard), self._singer)
        return min(1.0, max(0.0, own / max(0.1, self._self_similarity)))

    def _dnsmos(self, heard: Floats) -> float | None:
        if self._ears.dnsmos is None or self._dnsmos_real is None:
            return None
        return self._ears.dnsmos.overall(heard)


@torch.no_grad()
def render(net: Synthesizer, clip: Slice, seed: int) -> Tensor:
    """The clip's content and F0 sung by the voice: (T,) on the CPU, the same for the same seed."""
    device = next(net.parameters()).device
    f0 = clip.f0.to(device).unsqueeze(0)
    audio = net.infer(
        clip.content.to(device).unsqueeze(0),
        torch.tensor([clip.frames], device=device),
        coarse_pitch(f0),
        f0,
        torch.zeros(1, dtype=torch.int64, device=device),
        generator=torch.Generator(device).manual_seed(seed),
    )
    return audio[0, 0].float().cpu()


def excerpts(held_out: Sequence[Slice], frames: int) -> tuple[Slice, ...]:
    """The first clip whole, and of each other one as much of its middle as ``frames`` allow."""
    first, others = held_out[0], held_out[1:]
    if not others:
        return (first,)
    length = max(SHORTEST_EXCERPT, (frames - first.frames) // len(others))
    return (first, *(_middle(clip, length) for clip in others))


def is_speech(f0: Floats) -> bool:
    """Whether F0 (L,) every 10 ms, 0 where unvoiced, moves as in speech; ``False`` without voice.

    Singing holds its notes: there most voiced frames lie in a stretch of 0.4 s, voiced throughout,
    whose F0 has a standard deviation below 0.7 semitones (measured: songs 0.84 and more, speech at
    most 0.20 of the voiced frames).
    """
    voiced = f0 > 0
    if len(f0) < HELD_FRAMES or not voiced.any():
        return False
    semitones = _SEMITONES * np.log2(np.where(voiced, f0, 1.0))
    windows = np.lib.stride_tricks.sliding_window_view
    steady = windows(voiced, HELD_FRAMES).all(axis=1)
    steady &= windows(semitones, HELD_FRAMES).std(axis=1) < HELD_SEMITONES
    edges = np.zeros(len(f0) + 1, np.int64)
    edges[:-HELD_FRAMES] += steady
    edges[HELD_FRAMES:] -= steady
    held = np.cumsum(edges)[:-1] > 0
    return bool(held.sum() < SPOKEN_BELOW * voiced.sum())


def _middle(clip: Slice, frames: int) -> Slice:
    first = max(0, (clip.frames - frames) // 2)
    return clip.cut(first, min(clip.frames, first + frames))


def _spread(train: Sequence[Slice]) -> list[Slice]:
    """Slices from all over the data, together about a minute."""
    seconds = sum(clip.frames for clip in train) / 100
    step = max(1, int(np.ceil(seconds / LISTENED_SECONDS)))
    return list(train[::step])


def _spread_of(hz: Floats) -> float:
    return float(np.std(_SEMITONES * np.log2(hz)))


def _absent(error: JobError) -> None:
    """Nothing to do but go without, unless something else is wrong."""
    if error.code is not Code.WEIGHTS_MISSING:
        raise error
