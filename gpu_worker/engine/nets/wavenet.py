"""Non-causal WaveNet with a global condition (as in WaveGlow, Prenger et al. 2019)."""

import torch
from torch import Tensor, nn

from .convolution import Fusing
from .weight_norm import NormConv1d

KERNEL = 5


class WaveNet(Fusing, nn.Module):
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
        layers = (len(self.in_layers), 2 * self.channels)
        conditions = self.cond_layer(speaker).unflatten(1, layers).transpose(0, 1).contiguous()
        skips = torch.zeros_like(x)
        layer = self.kernels.region(_layer) if self.kernels else _layer
        for own in zip(self.in_layers, self.res_skip_layers, conditions, strict=True):
            x, skips = layer(*own, x, skips, mask)
        return skips * mask


def _layer(
    in_layer: nn.Module,
    res_skip_layer: nn.Module,
    condition: Tensor,
    x: Tensor,
    skips: Tensor,
    mask: Tensor,
) -> tuple[Tensor, Tensor]:
    """One layer's residual and what it adds to the skips; the last one only adds to the skips."""
    filtered, gate = (in_layer(x) + condition).chunk(2, dim=1)
    output = res_skip_layer(torch.tanh(filtered) * torch.sigmoid(gate))
    if output.shape[1] > x.shape[1]:
        residual, output = output.chunk(2, dim=1)
        x = (x + residual) * mask
    return x, skips + output
