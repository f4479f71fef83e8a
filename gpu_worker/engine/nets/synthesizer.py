"""The whole RVC v2 synthesizer: prior, posterior, flow and decoder.

All sampling noise comes from the ``generator`` given to a call; ``None`` means no noise at all.
"""

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from ..config import SynthesizerConfig
from .first_weights import Embedding
from .flow import Flow
from .generator import Generator
from .lanes import Lanes, side_by_side
from .noise import Drawn, Noise, gaussian_like
from .posterior import PosteriorEncoder
from .text_encoder import TextEncoder

NOISE_SCALE = 0.66666
"""Published deviation of the latent at inference."""


@dataclass(frozen=True, slots=True)
class SynthesizerOutput:
    """What a training step needs. B rows, C = inter channels, L frames.

    ``audio`` (B, 1, segment samples) begins at frame ``segment_starts`` (B,) of each row; ``z`` and
    ``z_p`` are the posterior's sample and its image under the flow, ``m_p`` and ``logs_p`` the
    prior, ``m_q`` and ``logs_q`` the posterior (B, C, L); ``mask`` (B, 1, L).
    """

    audio: Tensor
    segment_starts: Tensor
    z: Tensor
    z_p: Tensor
    m_p: Tensor
    logs_p: Tensor
    m_q: Tensor
    logs_q: Tensor
    mask: Tensor


class Synthesizer(nn.Module):
    """Parameter names are those of published checkpoints (which lack ``enc_q``).

    In training, prior and posterior, then flow and decoder compute on ``lanes``.
    """

    lanes: Lanes | None = None

    def __init__(self, config: SynthesizerConfig, *, with_posterior: bool = True) -> None:
        super().__init__()
        self.config = config
        self.enc_p = TextEncoder(config)
        self.dec = Generator(config)
        self.enc_q = PosteriorEncoder(config) if with_posterior else None
        self.flow = Flow(config)
        self.emb_g = Embedding(config.speakers, config.speaker_channels)

    def forward(
        self,
        content: Tensor,
        lengths: Tensor,
        coarse_pitch: Tensor,
        f0: Tensor,
        spec: Tensor,
        spec_lengths: Tensor,
        speaker: Tensor,
        segment_starts: Tensor | None = None,
        *,
        generator: Noise,
    ) -> SynthesizerOutput:
        """One training pass; the decoder sees one segment of each row.

        ``content`` (B, L, content_dim), ``coarse_pitch`` and ``f0`` (B, L), ``spec`` (B, F, L),
        ``lengths``, ``spec_lengths`` and ``speaker`` (B,). Segments are drawn from ``generator``
        unless ``segment_starts`` (B,) in frames is given.
        """
        if self.enc_q is None:
            raise RuntimeError("a published model has no posterior encoder and can't be trained")
        g = self.speaker_embedding(speaker)
        encoders = (
            partial(self.enc_p, content, coarse_pitch, lengths),
            partial(self.enc_q, spec, spec_lengths, g),
        )
        given = content, coarse_pitch, lengths, spec, spec_lengths, g
        (m_p, logs_p, _), (m_q, logs_q, mask) = side_by_side(self.lanes, encoders, *given)
        z = (m_q + gaussian_like(m_q, generator) * logs_q.exp()) * mask
        frames = self.config.segment_frames
        if segment_starts is None:
            segment_starts = draw_segments(spec_lengths, frames, generator)
        decode = partial(
            self.dec,
            slice_frames(z, segment_starts, frames),
            slice_frames(f0.unsqueeze(1), segment_starts, frames).squeeze(1),
            g,
            generator,
        )
        z_p, audio = side_by_side(self.lanes, (partial(self.flow, z, mask, g), decode), z, mask, g)
        return SynthesizerOutput(audio, segment_starts, z, z_p, m_p, logs_p, m_q, logs_q, mask)

    def infer(
        self,
        content: Tensor,
        lengths: Tensor,
        coarse_pitch: Tensor,
        f0: Tensor,
        speaker: Tensor,
        *,
        generator: Noise,
        noise_scale: float = NOISE_SCALE,
    ) -> Tensor:
        """Audio (B, 1, L * hop) from content (B, L, content_dim) and F0 (B, L) in Hz."""
        z, g = self.latent(
            content, lengths, coarse_pitch, speaker, generator=generator, noise_scale=noise_scale
        )
        audio: Tensor = self.dec(z, f0, g, generator)
        return audio

    def latent(
        self,
        content: Tensor,
        lengths: Tensor,
        coarse_pitch: Tensor,
        speaker: Tensor,
        *,
        generator: Noise,
        noise_scale: float = NOISE_SCALE,
    ) -> tuple[Tensor, Tensor]:
        """What the decoder takes: latent (B, inter, L) and speaker (B, speaker_channels, 1)."""
        g = self.speaker_embedding(speaker)
        m_p, logs_p, mask = self.enc_p(content, coarse_pitch, lengths)
        z_p = (m_p + logs_p.exp() * gaussian_like(m_p, generator) * noise_scale) * mask
        return self.flow(z_p, mask, g, reverse=True) * mask, g

    def speaker_embedding(self, speaker: Tensor) -> Tensor:
        """Speaker numbers (B,) int64 -> (B, speaker_channels, 1)."""
        embedding: Tensor = self.emb_g(speaker)
        return embedding.unsqueeze(-1)


def draw_segments(lengths: Tensor, frames: int, generator: Noise) -> Tensor:
    """A random first frame for each row, so that ``frames`` fit into its length: (B,) int64."""
    choices = (lengths - frames + 1).clamp(min=1)
    if isinstance(generator, Drawn):
        raise TypeError("segments are drawn from a generator, not from noise")
    if generator is None:
        return torch.zeros_like(choices)
    uniform = torch.rand(choices.shape, generator=generator, device=lengths.device)
    return (uniform * choices).long().clamp(max=choices - 1)


def slice_frames(x: Tensor, starts: Tensor, frames: int) -> Tensor:
    """``frames`` frames of each row from its start: (B, C, L) -> (B, C, frames)."""
    index = starts[:, None] + torch.arange(frames, device=x.device)
    return x.gather(2, index.unsqueeze(1).expand(-1, x.shape[1], -1))
