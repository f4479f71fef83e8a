"""Renders chunks of a planned song with a voice: content, retrieval, protection, synthesis."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from gpu_worker.contract.params import ConvertParams

from ..config import FRAME_RATE, PITCH_HOP
from ..melody.pitch import coarse_pitch
from ..nets.inference import prepare_for_inference
from ..nets.synthesizer import Synthesizer
from ..progress import Listener
from ..speech.content import ContentEncoder
from ..stop import StopCheck, check
from ..voice.retrieval import Retrieval
from .plan import PAD, PAD_FRAMES, Plan, Rendering

PIECE_FRAMES = 300
"""Frames that are decoded in one go; the caller is asked in between whether to stop."""
PIECE_STEP = 50
"""Lengths of pieces, of which only a few different ones should be met (see ``plan.STEP``)."""
NO_PROTECTION = 0.5

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Chunk:
    """One chunk, ready for the synthesizer.

    ``content`` (L, dim) and ``f0`` (L,) with a second of context on either side, ``phase`` of its
    first frame in cycles; of its audio the frames ``first`` to ``last`` are wanted.
    """

    content: Tensor
    f0: Tensor
    phase: float
    first: int
    last: int


class ChunkRenderer:
    """A voice on a device, with its encoder and index; renders ``batch`` chunks in one go."""

    def __init__(
        self,
        synthesizer: Synthesizer,
        encoder: ContentEncoder,
        index: Retrieval | None,
        device: torch.device,
        rendering: Rendering,
        batch: int,
    ) -> None:
        self._synthesizer = synthesizer
        self._decoder = prepare_for_inference(synthesizer, rendering.precision)
        self._hop = synthesizer.config.hop
        self._encoder = encoder
        self._index = index
        self._device = device
        self._rendering = rendering
        self._batch = batch

    def render(self, plan: Plan, progress: Listener, stop: StopCheck) -> Iterator[Floats]:
        """The audio of each chunk with ``overlap`` frames beyond each inner cut.

        ``progress`` hears the share of the song that is done. Raises ``Stopped``.
        """
        generator = None
        if self._rendering.noise:
            generator = torch.Generator(self._device).manual_seed(plan.params.seed)
        count = len(plan.bounds)
        for first in range(0, count, self._batch):
            numbers = range(first, min(first + self._batch, count))
            begun, ended = plan.bounds[numbers[0]][0], plan.bounds[numbers[-1]][1]

            def done(share: float, begun: int = begun, ended: int = ended) -> None:
                progress((begun + (ended - begun) * share) / len(plan.song))

            with torch.inference_mode():
                rendered = self._together(plan, numbers, generator, done, stop)
            yield from rendered

    def _together(
        self,
        plan: Plan,
        numbers: range,
        generator: torch.Generator | None,
        progress: Listener,
        stop: StopCheck,
    ) -> list[Floats]:
        chunks = [self._prepared(plan, number, stop) for number in numbers]
        f0 = pad_sequence([chunk.f0 for chunk in chunks], batch_first=True)
        speaker = torch.full((len(chunks),), plan.params.speaker, device=self._device)
        z, g = self._synthesizer.latent(
            pad_sequence([chunk.content for chunk in chunks], batch_first=True),
            torch.tensor([len(chunk.f0) for chunk in chunks], device=self._device),
            coarse_pitch(f0),
            speaker,
            generator=generator,
        )
        source = self._excitation(f0, [chunk.phase for chunk in chunks], generator)
        first, last = min(c.first for c in chunks), max(c.last for c in chunks)
        pieces = []
        # There is a second of context behind the last frame that is wanted.
        last += -(last - first) % PIECE_STEP
        for start in range(first, last, PIECE_FRAMES):
            check(stop)
            end = min(start + PIECE_FRAMES, last)
            pieces.append(self._decoder.frames(z, source, g, start, end)[:, 0].cpu().numpy())
            progress((end - first) / (last - first))
        audio = np.concatenate(pieces, axis=1)
        return [
            row[(chunk.first - first) * self._hop : (chunk.last - first) * self._hop]
            for row, chunk in zip(audio, chunks, strict=True)
        ]

    def _prepared(self, plan: Plan, number: int, stop: StopCheck) -> _Chunk:
        check(stop)
        first, last = plan.bounds[number]
        at, overlap = first // PITCH_HOP, self._rendering.overlap
        behind = self._rendering.context_behind(last - first)
        segment = plan.song.mirrored(first - PAD, last + behind)
        f0 = torch.from_numpy(plan.f0[at:]).float().to(self._device)
        content = self._content(torch.from_numpy(segment), f0, plan.params)
        check(stop)
        frames = len(content)
        before = overlap if number > 0 else 0
        after = overlap if number + 1 < len(plan.bounds) else 0
        end = PAD_FRAMES - (first - last) // PITCH_HOP + after
        return _Chunk(
            content=content,
            f0=F.pad(f0[:frames], (0, frames - len(f0[:frames]))),
            phase=0.0 if self._rendering.as_published else float(plan.phase[at]),
            first=PAD_FRAMES - before,
            last=min(end, frames - PAD_FRAMES + after),
        )

    def _excitation(
        self, f0: Tensor, phases: list[float], generator: torch.Generator | None
    ) -> Tensor:
        """The sine source of (B, L), which begins at ``phases`` in cycles: (B, 1, L * hop).

        Chunks of one song then agree on the phase wherever they overlap. A frame of f Hz advances
        the phase by f / 100 cycles; one such frame in front sets it.
        """
        source = self._synthesizer.dec.m_source
        if not any(phases):
            excitation: Tensor = source(f0, generator)
            return excitation
        start = torch.tensor(phases, dtype=f0.dtype, device=f0.device)[:, None] * FRAME_RATE
        whole: Tensor = source(torch.cat([start, f0], dim=1), generator)
        return whole[:, :, self._hop :]

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
