"""The normalising flow between posterior and prior: mean-only couplings (Dinh et al. 2017)."""

import torch
from torch import Tensor, nn

from ..config import SynthesizerConfig
from .convolution import Conv1d
from .wavenet import WaveNet


class Coupling(nn.Module):
    """Shifts the second half of the channels by what a WaveNet makes of the first half."""

    def __init__(self, config: SynthesizerConfig) -> None:
        super().__init__()
        half = config.inter_channels // 2
        self.pre = Conv1d(half, config.hidden_channels, 1)
        self.enc = WaveNet(config.hidden_channels, config.flow_layers, config.speaker_channels)
        self.post = Conv1d(config.hidden_channels, half, 1)
        # The flow starts as the identity.
        nn.init.zeros_(self.post.weight)
        nn.init.zeros_(self.post.bias)  # type: ignore[arg-type]  # it has a bias

    def forward(self, x: Tensor, mask: Tensor, speaker: Tensor, reverse: bool) -> Tensor:
        first, second = x.chunk(2, dim=1)
        mean = self.post(self.enc(self.pre(first) * mask, mask, speaker)) * mask
        second = (second - mean) * mask if reverse else mean + second * mask
        if not self.pre.innermost:
            return torch.cat([first, second], dim=1)
        # In that layout too: ``cat`` would lay its result out plainly.
        rows = [half.transpose(1, 2) for half in (first, second)]
        return torch.cat(rows, dim=2).transpose(1, 2)


class Flip(nn.Module):
    """Reverses the order of the channels; its own inverse."""

    def forward(self, x: Tensor, mask: Tensor, speaker: Tensor, reverse: bool) -> Tensor:
        return x.flip(1)


class Flow(nn.Module):
    """Couplings, each followed by a flip, over the latent (B, inter, L)."""

    def __init__(self, config: SynthesizerConfig) -> None:
        super().__init__()
        self.flows = nn.ModuleList()
        for _ in range(config.flows):
            self.flows.append(Coupling(config))
            self.flows.append(Flip())

    def forward(self, x: Tensor, mask: Tensor, speaker: Tensor, *, reverse: bool = False) -> Tensor:
        """Posterior to prior; ``reverse`` goes from prior to posterior."""
        for step in reversed(self.flows) if reverse else self.flows:
            x = step(x, mask, speaker, reverse)
        return x
