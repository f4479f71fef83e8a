"""The whole conversion: singing in, the same singing in another voice out."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import ConvertParams

from ..config import CONTENT_RATE, PITCH_HOP
from ..melody.f0 import F0Estimator
from ..memory import fitting, free_bytes
from ..progress import Listener, ignore
from ..sound.resampling import resample
from ..speech.content import ContentEncoder
from ..stop import StopCheck, never
from ..voice.published import PublishedVoice
from ..voice.retrieval import Retrieval
from .chunk_render import ChunkRenderer
from .crossfade import joined, of_length
from .formant import shift_formants
from .gaps import apply_gains
from .loudness import follow_loudness, mix_loudness
from .plan import AS_PUBLISHED, Plan, Rendering, make_plan
from .song import Samples, Song

__all__ = ["AS_PUBLISHED", "Conversion", "Converter", "Rendering"]

PEAK = 0.99
_PLAN_SHARE = 0.1
_GPU_BATCH = 4
_CHUNK_BYTES = 400 << 20
_FIXED_BYTES = 3 << 30

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Conversion:
    """A conversion under way: ``blocks`` render as they are read, ``samples`` in all.

    Peaks may lie above 1. ``key_shift`` is what the automatic key added, in semitones.
    """

    sample_rate: int
    samples: int
    key_shift: float
    blocks: Iterator[Floats]


class Converter:
    """A voice, ready to convert any number of recordings to it.

    ``f0_median_hz`` is the voice's own, at which the automatic key aims. ``batch`` chunks are
    rendered in one go: by default 1 on a CPU and up to 4 on a GPU. Raises
    ``JobError(ENCODER_MISMATCH)`` for an encoder that the voice did not learn from.
    """

    def __init__(
        self,
        voice: PublishedVoice,
        encoder: ContentEncoder,
        f0: F0Estimator,
        index: Retrieval | None,
        device: torch.device | str = "cpu",
        *,
        f0_median_hz: float | None = None,
        rendering: Rendering | None = None,
        batch: int | None = None,
    ) -> None:
        voice.require_encoder(encoder.id, encoder.sha256, encoder.dim)
        device = torch.device(device)
        self.sample_rate = voice.config.sample_rate
        self._config = voice.config
        self._synthesizer = voice.build().to(device)
        self._f0 = f0
        self._f0_median_hz = f0_median_hz
        self._rendering = rendering or Rendering()
        self._renderer = ChunkRenderer(
            self._synthesizer,
            encoder,
            index.to(device) if index is not None else None,
            device,
            self._rendering,
            batch or _chunks_together(device),
        )

    def convert(
        self,
        wave: Floats,
        sample_rate: int,
        params: ConvertParams,
        progress: Listener = ignore,
        stop: StopCheck = never,
    ) -> tuple[Floats, int]:
        """Mono singing (T,) in -1..1 at any rate -> the voice's (T',) and its rate in Hz.

        The output is aligned with the input and has its duration; peaks above 0.99 scale the whole
        down. ``progress`` hears fractions in 0..1. Raises what ``stream`` raises.
        """
        source = resample(wave, sample_rate, CONTENT_RATE)
        samples = round(len(wave) * self.sample_rate / sample_rate)
        conversion = self.stream(source, params, progress, stop, samples=samples)
        return _limited(np.concatenate(list(conversion.blocks))), self.sample_rate

    def stream(
        self,
        wave16k: Samples,
        params: ConvertParams,
        progress: Listener = ignore,
        stop: StopCheck = never,
        *,
        samples: int | None = None,
    ) -> Conversion:
        """The same for songs of any length, in constant memory where ``wave16k`` is a memory map.

        The song is heard once before this returns; the blocks render as they are read. ``samples``
        at the voice's rate are given exactly (by default the input's duration). Raises ``Stopped``
        and ``JobError(SPEAKER_UNKNOWN)``.
        """
        if params.speaker >= self._config.speakers:
            detail = f"speaker {params.speaker} of {self._config.speakers}"
            raise JobError(Code.SPEAKER_UNKNOWN, detail)
        plan = make_plan(
            Song(wave16k),
            self._f0,
            params,
            self._f0_median_hz,
            self._rendering,
            lambda share: progress(_PLAN_SHARE * share),
            stop,
        )
        if samples is None:
            samples = round(len(wave16k) * self.sample_rate / CONTENT_RATE)
        chunks = self._renderer.render(
            plan, lambda share: progress(_PLAN_SHARE + (1 - _PLAN_SHARE) * share), stop
        )
        finish = self._as_published if self._rendering.as_published else self._finished
        blocks = of_length(finish(plan, chunks), samples)
        return Conversion(self.sample_rate, samples, plan.key_shift, blocks)

    def _finished(self, plan: Plan, chunks: Iterator[Floats]) -> Iterator[Floats]:
        """Chunks joined, then formants, gaps and breaths, loudness curve; block by block."""
        params, hop = plan.params, self._config.hop
        length = -(-len(plan.song) // PITCH_HOP) * hop
        blocks = of_length(joined(chunks, 2 * self._rendering.overlap * hop), length)
        blocks = shift_formants(blocks, plan.song_f0, self.sample_rate, params.formant_shift)
        blocks = apply_gains(blocks, plan.gains, hop)
        # A breath that is wanted softer is softer than the song's.
        power = np.square(plan.gains, dtype=np.float64)[: len(plan.loudness)]
        wanted = plan.loudness * power
        return follow_loudness(blocks, wanted, self.sample_rate, length, params.loudness_mix)

    def _as_published(self, plan: Plan, chunks: Iterator[Floats]) -> Iterator[Floats]:
        """The published core: the whole at once."""
        rendered = torch.from_numpy(np.concatenate(list(chunks)))
        heard = torch.from_numpy(plan.song[0 : len(plan.song)])
        mix = plan.params.loudness_mix
        mixed = mix_loudness(heard, CONTENT_RATE, rendered, self.sample_rate, mix)
        yield _limited(mixed.numpy())


def _chunks_together(device: torch.device) -> int:
    """One on a CPU; on a GPU as many as fit beside what one encoding and one search need."""
    free = free_bytes(device)
    return 1 if free is None else fitting(_GPU_BATCH, _CHUNK_BYTES, _FIXED_BYTES, free)


def _limited(audio: Floats) -> Floats:
    """Scaled down where a peak exceeds 0.99."""
    limited: Floats = audio / np.maximum(np.abs(audio).max(initial=0) / np.float32(PEAK), 1)
    return limited
