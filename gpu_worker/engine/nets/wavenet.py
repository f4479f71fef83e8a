"""Non-causal WaveNet with a global condition (as in WaveGlow, Prenger et al. 2019)."""

import torch
from torch import Tensor, nn

from .weight_norm import NormConv1d

KERNEL = 5


class WaveNet(nn.Module):
    """Gated convolutions over (B, C, L), conditioned on the speaker (B, speaker_channels, 1)."""

    def __init__(self, channels: int, layers: int, speaker_channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.cond_layer = NormConv1d(speaker_channels, 2 * channels * layers, 1)
        self.in_layers = nn.ModuleList(
            NormConv1d(channels, 2 * channels, KERNEL, padding=KERNEL // 2) for _ in range(layers)
        )
        # The last layer has nobody to pass a residual to.
        self.res_skip_layers = nn.ModuleList(
            NormConv1d(channels, channels if layer == layers - 1 else 2 * channels, 1)
            for layer in range(layers)
        )

    def forward(self, x: Tensor, mask: Tensor, speaker: Tensor) -> Tensor:
        """The sum of all layers' skips, masked."""
        conditions = self.cond_layer(speaker).split(2 * self.channels, dim=1)
        skips = torch.zeros_like(x)
        layers = zip(self.in_layers, self.res_skip_layers, conditions, strict=True)
        for number, (in_layer, res_skip_layer, condition) in enumerate(layers, start=1):
            filtered, gate = (in_layer(x) + condition).chunk(2, dim=1)
            output = res_skip_layer(torch.tanh(filtered) * torch.sigmoid(gate))
            if number < len(self.in_layers):
                residual, output = output.chunk(2, dim=1)
                x = (x + residual) * mask
            skips = skips + output
        return skips * mask
