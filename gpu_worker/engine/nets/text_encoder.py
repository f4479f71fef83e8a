"""The prior: from content features and coarse pitch to a distribution of the latent."""

import math

from torch import Tensor, nn
from torch.nn import functional as F

from ..config import SynthesizerConfig
from .attention import RelativeEncoder
from .convolution import Conv1d
from .first_weights import Embedding
from .masks import frame_mask

PITCH_BINS = 256


class TextEncoder(nn.Module):
    """Named after VITS' text encoder, which it replaces; it reads content features."""

    def __init__(self, config: SynthesizerConfig) -> None:
        super().__init__()
        self.inter_channels = config.inter_channels
        self.scale = math.sqrt(config.hidden_channels)
        self.emb_phone = nn.Linear(config.content_dim, config.hidden_channels)
        self.emb_pitch = Embedding(PITCH_BINS, config.hidden_channels)
        self.encoder = RelativeEncoder(
            config.hidden_channels,
            config.filter_channels,
            config.heads,
            config.layers,
            config.kernel,
        )
        self.proj = Conv1d(config.hidden_channels, 2 * config.inter_channels, 1)

    def forward(
        self, content: Tensor, coarse_pitch: Tensor, lengths: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Mean and log-deviation (B, inter, L) and mask (B, 1, L).

        ``content`` (B, L, content_dim) at 100 Hz, ``coarse_pitch`` (B, L) int64 in 1..255,
        ``lengths`` (B,) in frames.
        """
        x = (self.emb_phone(content) + self.emb_pitch(coarse_pitch)) * self.scale
        x = F.leaky_relu(x, 0.1).transpose(1, 2)
        mask = frame_mask(lengths, x.shape[2]).to(x.dtype)
        stats = self.proj(self.encoder(x, mask)) * mask
        mean, log_deviation = stats.split(self.inter_channels, dim=1)
        return mean, log_deviation, mask
