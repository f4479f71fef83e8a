"""The whole conversion: singing in, the same singing in another voice out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from gpu_worker.contract.params import ConvertParams

from .audio import resample
from .chunks import chunk_bounds
from .config import CONTENT_RATE, PITCH_HOP
from .content import ContentEncoder
from .f0 import F0Estimator
from .filters import high_pass_zero_phase
from .loudness import mix_loudness
from .nets.generator import CONTEXT_FRAMES
from .nets.weight_norm import fold_weight_norm
from .pitch import coarse_pitch, shift_semitones
from .published import PublishedVoice
from .retrieval import RetrievalIndex
from .stop import StopCheck, check, never

PAD = CONTENT_RATE
"""Samples at 16 kHz of reflected context before and after a chunk."""
PAD_FRAMES = PAD // PITCH_HOP
TAIL = 5 * PITCH_HOP
"""More context after a chunk, as content features end up to 20 ms before their audio."""
PIECE_FRAMES = 300
"""Frames that are decoded in one go; the caller is asked in between whether to stop."""
PEAK = 0.99
NO_PROTECTION = 0.5
_F0_SHARE = 0.1

Floats = NDArray[np.float32]
Listener = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Rendering:
    """How exactly to render: ``tail`` in samples at 16 kHz; without ``noise`` all is determined.

    ``AS_PUBLISHED`` is what reference outputs were made with; it ends up to 20 ms early.
    """

    tail: int = TAIL
    noise: bool = True


AS_PUBLISHED = Rendering(tail=0, noise=False)


def ignore(fraction: float) -> None:
    """A listener to progress that nobody needs."""


class Converter:
    """A voice, ready to convert any number of recordings to it.

    Raises ``JobError(ENCODER_MISMATCH)`` for an encoder that the voice did not learn from.
    """

    def __init__(
        self,
        voice: PublishedVoice,
        encoder: ContentEncoder,
        f0: F0Estimator,
        index: RetrievalIndex | None,
        device: torch.device | str = "cpu",
        *,
        speaker: int = 0,
        rendering: Rendering | None = None,
    ) -> None:
        voice.require_encoder(encoder.id, encoder.sha256)
        self.sample_rate = voice.config.sample_rate
        self._hop = voice.config.hop
        self._synthesizer = voice.build().to(device)
        fold_weight_norm(self._synthesizer)
        self._encoder = encoder
        self._f0 = f0
        self._index = index.to(device) if index is not None else None
        self._device = torch.device(device)
        self._speaker = torch.tensor([speaker], device=device)
        self._rendering = rendering or Rendering()

    @torch.inference_mode()
    def convert(
        self,
        wave: Floats,
        sample_rate: int,
        params: ConvertParams,
        progress: Listener = ignore,
        stop: StopCheck = never,
    ) -> tuple[Floats, int]:
        """Mono singing (T,) in -1..1 at any rate -> the voice's (T',) and its rate in Hz.

        The output is aligned with the input and has its duration. ``progress`` hears fractions in
        0..1. Raises ``Stopped``.
        """
        heard = high_pass_zero_phase(resample(wave, sample_rate, CONTENT_RATE), CONTENT_RATE)
        padded = np.pad(heard, (PAD, PAD + self._rendering.tail), mode="reflect")
        check(stop)
        estimated = torch.from_numpy(self._f0.estimate(padded)).double()
        f0 = shift_semitones(estimated, params.pitch_shift)
        progress(_F0_SHARE)
        rendered = self._render(heard, padded, f0.float().to(self._device), params, progress, stop)
        source = torch.from_numpy(heard).to(self._device)
        mixed = mix_loudness(source, CONTENT_RATE, rendered, self.sample_rate, params.loudness_mix)
        samples = round(len(wave) * self.sample_rate / sample_rate)
        return _of_length(_limited(mixed), samples), self.sample_rate

    def _render(
        self,
        heard: Floats,
        padded: Floats,
        f0: Tensor,
        params: ConvertParams,
        progress: Listener,
        stop: StopCheck,
    ) -> Tensor:
        """The voice's audio for every chunk, joined."""
        generator = None
        if self._rendering.noise:
            generator = torch.Generator(self._device).manual_seed(params.seed)
        pieces = []
        for first, last in chunk_bounds(heard):
            segment = padded[first : last + 2 * PAD + self._rendering.tail]
            segment_f0 = f0[first // PITCH_HOP :]
            for piece, done in self._chunk(segment, segment_f0, params, generator, stop):
                pieces.append(piece)
                progress(_F0_SHARE + (1 - _F0_SHARE) * (first + (last - first) * done) / len(heard))
        return torch.cat(pieces)

    def _chunk(
        self,
        segment: Floats,
        f0: Tensor,
        params: ConvertParams,
        generator: torch.Generator | None,
        stop: StopCheck,
    ) -> Iterator[tuple[Tensor, float]]:
        """Audio of one padded chunk, less its padding, piece by piece; each with the share done."""
        check(stop)
        content = self._content(torch.from_numpy(segment), f0, params)
        check(stop)
        frames = len(content)
        pitch = F.pad(f0[:frames], (0, frames - len(f0[:frames])))[None]
        z, g = self._synthesizer.latent(
            content[None],
            torch.tensor([frames], device=self._device),
            coarse_pitch(pitch),
            self._speaker,
            generator=generator,
        )
        source = self._synthesizer.dec.m_source(pitch, generator)
        own = -(-(len(segment) - 2 * PAD - self._rendering.tail) // PITCH_HOP)
        last = min(PAD_FRAMES + own, frames - PAD_FRAMES)
        for start in range(PAD_FRAMES, last, PIECE_FRAMES):
            check(stop)
            end = min(start + PIECE_FRAMES, last)
            yield self._decode(z, source, g, start, end), (end - PAD_FRAMES) / (last - PAD_FRAMES)

    def _decode(self, z: Tensor, source: Tensor, g: Tensor, start: int, end: int) -> Tensor:
        """Audio of frames ``start`` to ``end`` only, as if all were decoded."""
        first, last = max(0, start - CONTEXT_FRAMES), min(z.shape[2], end + CONTEXT_FRAMES)
        hop = self._hop
        audio = self._synthesizer.dec.decode(
            z[:, :, first:last], source[:, :, first * hop : last * hop], g
        )
        return audio[0, 0, (start - first) * hop : (end - first) * hop]

    def _content(self, segment: Tensor, f0: Tensor, params: ConvertParams) -> Tensor:
        """Content features of one padded chunk at 100 Hz: (frames, dim)."""
        original = self._encoder.encode(segment).to(self._device)
        blended = original
        if self._index is not None:
            blended = self._index.blend(original, params.index_rate)
        original, blended = (x.repeat_interleave(2, dim=0) for x in (original, blended))
        frames = min(len(blended), len(segment) // PITCH_HOP)
        original, blended = original[:frames], blended[:frames]
        if self._index is None or params.protect >= NO_PROTECTION:
            return blended
        voiced = F.pad(f0[:frames] > 0, (0, frames - len(f0[:frames]))).unsqueeze(1)
        protected = params.protect * blended + (1 - params.protect) * original
        return torch.where(voiced, blended, protected)


def _limited(audio: Tensor) -> Tensor:
    """Scaled down where a peak exceeds 0.99."""
    return audio / (audio.abs().max() / PEAK).clamp(min=1)


def _of_length(audio: Tensor, samples: int) -> Floats:
    """Cut, or filled up with silence."""
    fitted: Floats = F.pad(audio[:samples], (0, max(0, samples - len(audio)))).cpu().numpy()
    return fitted
