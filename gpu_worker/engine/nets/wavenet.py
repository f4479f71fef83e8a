"""Non-causal WaveNet with a global condition (as in WaveGlow, Prenger et al. 2019)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from .convolution import Fusing
from .fused import Kernels
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
        own = list(zip(self.in_layers, self.res_skip_layers, conditions, strict=True))
        if self.kernels is None:
            for layer in own:
                x, skips = _layer(*layer, x, skips, mask)
        else:
            skips = self._fused(self.kernels, own, x, skips, mask)
        return skips * mask

    def _fused(
        self,
        kernels: Kernels,
        layers: Sequence[tuple[nn.Module, nn.Module, Tensor]],
        x: Tensor,
        skips: Tensor,
        mask: Tensor,
    ) -> Tensor:
        """All layers' skips; ``half`` is x as a convolution reads it."""
        half = x
        for in_layer, res_skip_layer, condition in layers:
            assert isinstance(in_layer, NormConv1d)
            assert isinstance(res_skip_layer, NormConv1d)
            assert in_layer.bias is not None
            assert res_skip_layer.bias is not None
            offset = condition.squeeze(2).float() + in_layer.bias
            output = kernels.gated(in_layer.convolved(half, None), offset)
            carried = res_skip_layer.convolved(output, None)
            if res_skip_layer is self.res_skip_layers[-1]:
                return kernels.added(skips, carried, res_skip_layer.bias)
            x, half, skips = kernels.carried(x, skips, carried, res_skip_layer.bias, mask)
        return skips


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
