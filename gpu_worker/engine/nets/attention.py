"""Transformer layers with learned relative positions (Shaw et al. 2018), post-norm.

Positions within ``WINDOW`` frames of the query have a learned key and value, shared by the heads;
those beyond have none.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .compiling import Region
from .convolution import Conv1d, Fusing
from .first_weights import drawn

WINDOW = 10
_MASKED = -1e4
QUERY_BLOCK = 256
"""Queries that attend together at inference."""


class ChannelNorm(nn.Module):
    """Layer normalisation over the channels of (B, C, L)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(channels))
        self.beta = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        normed = F.layer_norm(x.transpose(1, 2), self.gamma.shape, self.gamma, self.beta, eps=1e-5)
        return normed.transpose(1, 2)


class RelativeAttention(nn.Module):
    """Self-attention over (B, C, L)."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.width = channels // heads
        self.conv_q = Conv1d(channels, channels, 1)
        self.conv_k = Conv1d(channels, channels, 1)
        self.conv_v = Conv1d(channels, channels, 1)
        self.conv_o = Conv1d(channels, channels, 1)
        positions = (1, 2 * WINDOW + 1, self.width)
        self.emb_rel_k = nn.Parameter(drawn(*positions, deviation=self.width**-0.5))
        self.emb_rel_v = nn.Parameter(drawn(*positions, deviation=self.width**-0.5))
        for projection in (self.conv_q, self.conv_k, self.conv_v):
            nn.init.xavier_uniform_(projection.weight)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """``mask`` (B, 1, L) is 0 where no query may see the key.

        Without gradients a block of queries at a time: its logits stay in the processor's cache,
        and memory grows with L instead of its square.
        """
        query = self._heads(self.conv_q(x)) / math.sqrt(self.width)
        key = self._heads(self.conv_k(x)).transpose(-2, -1)
        value = self._heads(self.conv_v(x))
        hidden = mask.unsqueeze(2) == 0
        length = x.shape[2]
        block = length if torch.is_grad_enabled() else QUERY_BLOCK
        mixed = [
            self._attend(query[:, :, first : first + block], key, value, hidden, first)
            for first in range(0, length, block)
        ]
        joined = torch.cat(mixed, dim=2).transpose(-2, -1)
        output: Tensor = self.conv_o(joined.reshape(x.shape))
        return output

    def _heads(self, x: Tensor) -> Tensor:
        """(B, C, L) -> (B, heads, L, C / heads)."""
        return x.view(x.shape[0], self.heads, self.width, -1).transpose(-2, -1)

    def _attend(
        self, query: Tensor, key: Tensor, value: Tensor, hidden: Tensor, first: int
    ) -> Tensor:
        """What the N queries from frame ``first`` on hear: (B, H, N, C / heads)."""
        logits = query @ key
        count, length = logits.shape[2:]
        low, high = max(0, first - WINDOW), min(length, first + count + WINDOW)
        before, after = WINDOW - (first - low), WINDOW - (high - first - count)
        near = _spread(query @ self.emb_rel_k[0].T)[..., before : before + high - low]
        if high - low == length:
            logits = logits + near
        else:
            logits[..., low:high] += near
        weights = logits.masked_fill_(hidden, _MASKED).softmax(dim=-1)
        around = _gathered(F.pad(weights[..., low:high], (before, after)))
        return weights @ value + around @ self.emb_rel_v[0]


def _spread(near: Tensor) -> Tensor:
    """Values at the 21 positions around each of N frames -> at the positions themselves.

    (B, H, N, 21) -> (B, H, N, N + 20), zero elsewhere. Rows of 21, each followed by N zeros, are
    read in rows one shorter: row i moves i to the right.
    """
    count, reach = near.shape[2:]
    rows = F.pad(near, (0, count)).flatten(2)[..., : count * (count + reach - 1)]
    return rows.reshape(*rows.shape[:2], count, -1)


def _gathered(spread: Tensor) -> Tensor:
    """The inverse of ``_spread``: (B, H, N, N + 20) -> (B, H, N, 21)."""
    count = spread.shape[2]
    rows = F.pad(spread.flatten(2), (0, count))
    return rows.view(*rows.shape[:2], count, -1)[..., : 2 * WINDOW + 1]


class FeedForward(nn.Module):
    """Two convolutions with ReLU between, over (B, C, L)."""

    def __init__(self, channels: int, filter_channels: int, kernel: int) -> None:
        super().__init__()
        self.conv_1 = Conv1d(channels, filter_channels, kernel, padding="same")
        self.conv_2 = Conv1d(filter_channels, channels, kernel, padding="same")

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        hidden = torch.relu(self.conv_1(x * mask))
        output: Tensor = self.conv_2(hidden * mask) * mask
        return output


class RelativeEncoder(Fusing, nn.Module):
    """``layers`` of attention and feed-forward, each added and then normalised."""

    def __init__(
        self, channels: int, filter_channels: int, heads: int, layers: int, kernel: int
    ) -> None:
        super().__init__()
        self.attn_layers = nn.ModuleList(RelativeAttention(channels, heads) for _ in range(layers))
        self.norm_layers_1 = nn.ModuleList(ChannelNorm(channels) for _ in range(layers))
        self.ffn_layers = nn.ModuleList(
            FeedForward(channels, filter_channels, kernel) for _ in range(layers)
        )
        self.norm_layers_2 = nn.ModuleList(ChannelNorm(channels) for _ in range(layers))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, C, L) with mask (B, 1, L) -> (B, C, L), masked."""
        x = x * mask
        layers = zip(
            self.attn_layers, self.norm_layers_1, self.ffn_layers, self.norm_layers_2, strict=True
        )
        for own in layers:
            if self.kernels is None:
                x = _layer(*own, x, mask)
            else:
                x = self.kernels(_LAYER, *own, x, mask)
        return x * mask


def _layer(
    attention: nn.Module,
    norm_1: nn.Module,
    feed_forward: nn.Module,
    norm_2: nn.Module,
    x: Tensor,
    mask: Tensor,
) -> Tensor:
    x = norm_1(x + attention(x, mask))
    made: Tensor = norm_2(x + feed_forward(x, mask))
    return made


_LAYER = Region(_layer)
