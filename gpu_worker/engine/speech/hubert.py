"""HuBERT base (Hsu et al. 2021): the network of ContentVec, with transformers' parameter names.

Reads weights in transformers' layout and in fairseq's.
"""

import re
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from gpu_worker.contract.errors import Code, JobError

from ..nets.weight_norm import NormConv1d
from ..voice.inert_pickle import load_inert

MIN_SAMPLES = 400
"""Samples at 16 kHz that the first frame needs."""

WIDTH = 768
PROJECTED = 256
"""Features of RVC v1: layer 9, projected by the head of HuBERT's own training."""
PROJECTED_LAYER = 9
_LAYERS = 12
_HEADS = 12
_FILTER = 3072
_CONV_WIDTH = 512
_KERNELS = (10, 3, 3, 3, 3, 2, 2)
_STRIDES = (5, 2, 2, 2, 2, 2, 2)
_POSITION_KERNEL = 128
_POSITION_GROUPS = 16


class _ConvLayer(nn.Module):
    """Strided convolution and GELU; the first layer also normalises each channel over time."""

    def __init__(self, channels_in: int, kernel: int, stride: int, normed: bool) -> None:
        super().__init__()
        self.conv = nn.Conv1d(channels_in, _CONV_WIDTH, kernel, stride, bias=False)
        self.layer_norm = nn.GroupNorm(_CONV_WIDTH, _CONV_WIDTH) if normed else None

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        return F.gelu(self.layer_norm(x) if self.layer_norm else x)


class _FeatureExtractor(nn.Module):
    """(B, T) at 16 kHz -> (B, 512, (T - 80) // 320)."""

    def __init__(self) -> None:
        super().__init__()
        widths = (1, *[_CONV_WIDTH] * len(_KERNELS))
        self.conv_layers = nn.ModuleList(
            _ConvLayer(width, kernel, stride, normed=number == 0)
            for number, (width, kernel, stride) in enumerate(
                zip(widths, _KERNELS, _STRIDES, strict=False)
            )
        )

    def forward(self, wave: Tensor) -> Tensor:
        x = wave.unsqueeze(1)
        for layer in self.conv_layers:
            x = layer(x)
        return x


class _FeatureProjection(nn.Module):
    """(B, L, 512) -> (B, L, 768)."""

    def __init__(self) -> None:
        super().__init__()
        self.layer_norm = nn.LayerNorm(_CONV_WIDTH)
        self.projection = nn.Linear(_CONV_WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        projected: Tensor = self.projection(self.layer_norm(x))
        return projected


class _Positions(nn.Module):
    """Relative positions by a wide grouped convolution: (B, L, 768) -> same."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = NormConv1d(
            WIDTH,
            WIDTH,
            _POSITION_KERNEL,
            padding=_POSITION_KERNEL // 2,
            groups=_POSITION_GROUPS,
            norm_dim=2,
        )

    def forward(self, x: Tensor) -> Tensor:
        # An even kernel makes one frame too many.
        return F.gelu(self.conv(x.transpose(1, 2))[:, :, :-1]).transpose(1, 2)


class _Attention(nn.Module):
    """Self-attention over (B, L, 768)."""

    def __init__(self) -> None:
        super().__init__()
        self.k_proj = nn.Linear(WIDTH, WIDTH)
        self.v_proj = nn.Linear(WIDTH, WIDTH)
        self.q_proj = nn.Linear(WIDTH, WIDTH)
        self.out_proj = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = (
            projection(x).unflatten(2, (_HEADS, -1)).transpose(1, 2)
            for projection in (self.q_proj, self.k_proj, self.v_proj)
        )
        mixed = F.scaled_dot_product_attention(query, key, value)
        output: Tensor = self.out_proj(mixed.transpose(1, 2).flatten(2))
        return output


class _FeedForward(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.intermediate_dense = nn.Linear(WIDTH, _FILTER)
        self.output_dense = nn.Linear(_FILTER, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        output: Tensor = self.output_dense(F.gelu(self.intermediate_dense(x)))
        return output


class _Layer(nn.Module):
    """Attention and feed-forward, each added and then normalised."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = _Attention()
        self.layer_norm = nn.LayerNorm(WIDTH)
        self.feed_forward = _FeedForward()
        self.final_layer_norm = nn.LayerNorm(WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        x = self.layer_norm(x + self.attention(x))
        output: Tensor = self.final_layer_norm(x + self.feed_forward(x))
        return output


class _Encoder(nn.Module):
    """Positions, then twelve layers over (B, L, 768), or the first ``layers`` of them."""

    def __init__(self) -> None:
        super().__init__()
        self.pos_conv_embed = _Positions()
        self.layer_norm = nn.LayerNorm(WIDTH)
        self.layers = nn.ModuleList(_Layer() for _ in range(_LAYERS))

    def forward(self, x: Tensor, layers: int = _LAYERS) -> Tensor:
        x = self.layer_norm(x + self.pos_conv_embed(x))
        for layer in self.layers[:layers]:
            x = layer(x)
        return x


class HubertModel(nn.Module):
    """Waveforms to the last layer's hidden state; ``projecting`` also to the features of v1."""

    def __init__(self, *, projecting: bool = False) -> None:
        super().__init__()
        # Stands for masked frames in HuBERT's own training; here only so that files load strictly.
        self.masked_spec_embed = nn.Parameter(torch.zeros(WIDTH))
        self.feature_extractor = _FeatureExtractor()
        self.feature_projection = _FeatureProjection()
        self.encoder = _Encoder()
        self.final_proj = nn.Linear(WIDTH, PROJECTED) if projecting else None

    def forward(self, wave: Tensor) -> Tensor:
        """(B, T) at 16 kHz, not normalised, T >= 400 -> (B, (T - 80) // 320, 768) at 50 Hz."""
        return self._hidden(wave, _LAYERS)

    def projected(self, wave: Tensor) -> Tensor:
        """The same -> (B, L, 256): the hidden state after the ninth layer through ``final_proj``.

        Raises ``RuntimeError`` unless the network is ``projecting``.
        """
        if self.final_proj is None:
            raise RuntimeError("this HuBERT was built without its final projection")
        features: Tensor = self.final_proj(self._hidden(wave, PROJECTED_LAYER))
        return features

    def _hidden(self, wave: Tensor, layers: int) -> Tensor:
        x = self.feature_extractor(wave).transpose(1, 2)
        hidden: Tensor = self.encoder(self.feature_projection(x), layers)
        return hidden


class _Rename(NamedTuple):
    pattern: str
    replacement: str


_FAIRSEQ_NAMES = (
    _Rename(r"^mask_emb$", "masked_spec_embed"),
    _Rename(r"^layer_norm\.", "feature_projection.layer_norm."),
    _Rename(r"^post_extract_proj\.", "feature_projection.projection."),
    _Rename(r"^(feature_extractor\.conv_layers\.\d+)\.0\.", r"\1.conv."),
    _Rename(r"^(feature_extractor\.conv_layers\.\d+)\.2\.", r"\1.layer_norm."),
    _Rename(r"^encoder\.pos_conv\.0\.", "encoder.pos_conv_embed.conv."),
    _Rename(r"\.self_attn\.", ".attention."),
    _Rename(r"\.self_attn_layer_norm\.", ".layer_norm."),
    _Rename(r"\.fc1\.", ".feed_forward.intermediate_dense."),
    _Rename(r"\.fc2\.", ".feed_forward.output_dense."),
)
_TRANSFORMERS_NAMES = (
    _Rename(r"^hubert\.", ""),
    _Rename(r"\.parametrizations\.weight\.original0$", ".weight_g"),
    _Rename(r"\.parametrizations\.weight\.original1$", ".weight_v"),
)
# Heads of HuBERT's own training; the first is also that of RVC v1.
_PROJECTION = "final_proj."
_UNUSED = re.compile(r"^(label_embs_concat$|classifier\.)")


def load_hubert(path: Path, *, projecting: bool = False) -> HubertModel:
    """The network with weights from a file in fairseq's or transformers' layout.

    No code of the file runs. Raises ``JobError(WEIGHTS_MISSING)`` where names or shapes differ, or
    where ``projecting`` needs a projection that the file lacks.
    """
    # Without memory of its own: drawing 95 million first weights takes longer than reading these.
    with torch.device("meta"):
        network = HubertModel(projecting=projecting)
    state = to_transformers_names(_tensors(path))
    if not projecting:
        state = {name: each for name, each in state.items() if not name.startswith(_PROJECTION)}
    try:
        network.load_state_dict(state, assign=True)
    except RuntimeError as error:
        raise JobError(Code.WEIGHTS_MISSING, f"{path.name} is not HuBERT base: {error}") from error
    return network.eval().requires_grad_(False)


def to_transformers_names(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """A state dictionary of either layout, with transformers' names and single precision."""
    fairseq = "post_extract_proj.weight" in state
    renames = _FAIRSEQ_NAMES if fairseq else _TRANSFORMERS_NAMES
    renamed = {}
    for name, tensor in state.items():
        if _UNUSED.match(name):
            continue
        for rename in renames:
            name = re.sub(rename.pattern, rename.replacement, name)
        renamed[name] = tensor.float()
    return renamed


def _tensors(path: Path) -> dict[str, Tensor]:
    if path.suffix == ".safetensors":
        return load_file(path)
    content = load_inert(path)
    if isinstance(content, dict) and isinstance(content.get("model"), dict):
        content = content["model"]
    if not isinstance(content, dict):
        raise JobError(Code.WEIGHTS_MISSING, f"{path.name} holds no state dictionary")
    return {name: value for name, value in content.items() if isinstance(value, Tensor)}
