"""The posterior: from the spectrogram of the target to the latent. Training only."""

from torch import Tensor, nn

from ..config import SynthesizerConfig
from .convolution import Conv1d
from .masks import frame_mask
from .wavenet import WaveNet


class PosteriorEncoder(nn.Module):
    """1x1 convolution, WaveNet, 1x1 convolution to mean and log-deviation."""

    def __init__(self, config: SynthesizerConfig) -> None:
        super().__init__()
        self.inter_channels = config.inter_channels
        self.pre = Conv1d(config.spec_channels, config.hidden_channels, 1)
        self.enc = WaveNet(config.hidden_channels, config.posterior_layers, config.speaker_channels)
        self.proj = Conv1d(config.hidden_channels, 2 * config.inter_channels, 1)

    def forward(self, spec: Tensor, lengths: Tensor, speaker: Tensor) -> tuple[Tensor, ...]:
        """Mean and log-deviation (B, inter, L) and mask (B, 1, L).

        ``spec`` (B, spec_channels, L) linear magnitudes, ``lengths`` (B,) in frames, ``speaker``
        (B, speaker_channels, 1).
        """
        mask = frame_mask(lengths, spec.shape[2]).to(spec.dtype)
        stats = self.proj(self.enc(self.pre(spec) * mask, mask, speaker)) * mask
        mean, log_deviation = stats.split(self.inter_channels, dim=1)
        return mean, log_deviation, mask
