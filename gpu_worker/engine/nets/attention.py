"""Transformer layers with learned relative positions (Shaw et al. 2018), post-norm.

Positions within ``WINDOW`` frames of the query have a learned key and value, shared by the heads;
those beyond have none.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

WINDOW = 10
_MASKED = -1e4


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
        self.conv_q = nn.Conv1d(channels, channels, 1)
        self.conv_k = nn.Conv1d(channels, channels, 1)
        self.conv_v = nn.Conv1d(channels, channels, 1)
        self.conv_o = nn.Conv1d(channels, channels, 1)
        positions = (1, 2 * WINDOW + 1, self.width)
        self.emb_rel_k = nn.Parameter(torch.randn(positions) * self.width**-0.5)
        self.emb_rel_v = nn.Parameter(torch.randn(positions) * self.width**-0.5)
        for projection in (self.conv_q, self.conv_k, self.conv_v):
            nn.init.xavier_uniform_(projection.weight)

    def forward(self, x: Tensor, allowed: Tensor) -> Tensor:
        """``allowed`` (B, 1, L, L) is 0 where a query may not see a key."""
        query = self._heads(self.conv_q(x)) / math.sqrt(self.width)
        key = self._heads(self.conv_k(x))
        value = self._heads(self.conv_v(x))
        logits = query @ key.transpose(-2, -1) + self._relative_logits(query)
        weights = logits.masked_fill(allowed == 0, _MASKED).softmax(dim=-1)
        mixed = weights @ value + self._relative_values(weights)
        output: Tensor = self.conv_o(mixed.transpose(-2, -1).reshape(x.shape))
        return output

    def _heads(self, x: Tensor) -> Tensor:
        """(B, C, L) -> (B, heads, L, C / heads)."""
        return x.view(x.shape[0], self.heads, self.width, -1).transpose(-2, -1)

    def _relative_logits(self, query: Tensor) -> Tensor:
        """Logit of each key by its distance from the query: (B, H, L, L)."""
        banded = query @ self.emb_rel_k[0].T
        at = torch.arange(query.shape[2], device=query.device)
        row = at - at[:, None] + WINDOW
        near = (row >= 0) & (row <= 2 * WINDOW)
        index = row.clamp(0, 2 * WINDOW).expand(*banded.shape[:2], -1, -1)
        return banded.gather(-1, index) * near

    def _relative_values(self, weights: Tensor) -> Tensor:
        """Weighted sum of the learned values near each query: (B, H, L, C / heads)."""
        length = weights.shape[-1]
        at = torch.arange(length, device=weights.device)[:, None]
        key = at + torch.arange(-WINDOW, WINDOW + 1, device=weights.device)
        inside = (key >= 0) & (key < length)
        index = key.clamp(0, length - 1).expand(*weights.shape[:2], -1, -1)
        return (weights.gather(-1, index) * inside) @ self.emb_rel_v[0]


class FeedForward(nn.Module):
    """Two convolutions with ReLU between, over (B, C, L)."""

    def __init__(self, channels: int, filter_channels: int, kernel: int) -> None:
        super().__init__()
        self.conv_1 = nn.Conv1d(channels, filter_channels, kernel, padding="same")
        self.conv_2 = nn.Conv1d(filter_channels, channels, kernel, padding="same")

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        hidden = torch.relu(self.conv_1(x * mask))
        output: Tensor = self.conv_2(hidden * mask) * mask
        return output


class RelativeEncoder(nn.Module):
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
        allowed = mask.unsqueeze(2) * mask.unsqueeze(-1)
        x = x * mask
        layers = zip(
            self.attn_layers, self.norm_layers_1, self.ffn_layers, self.norm_layers_2, strict=True
        )
        for attention, norm_1, feed_forward, norm_2 in layers:
            x = norm_1(x + attention(x, allowed))
            x = norm_2(x + feed_forward(x, mask))
        return x * mask
