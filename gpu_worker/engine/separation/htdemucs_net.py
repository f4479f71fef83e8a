"""Hybrid Transformer Demucs, inference only, with the parameter names of the published file.

Rouard, Massa, Défossez 2023, "Hybrid Transformers for Music Source Separation" (Meta; MIT). Only
the configuration of the model ``htdemucs`` (signature 955717e8) is built: complex spectrogram as
channels, no norms in the convolutional layers, five transformer layers of width 512. Against the
package demucs 4.1.0 with the same random weights: 3e-7, relative.
"""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SOURCES = ("drums", "bass", "other", "vocals")
FFT = 4096
HOP = FFT // 4
_CHANNELS = (48, 96, 192, 384)
_STRIDE = 4
_KERNEL = 8
_PAD = _KERNEL // 4
_WIDTH = 512
_HEADS = 8
_LAYERS = 5
_PERIOD = 10000.0
# The embedding's own scale times its weight in the sum.
_FREQUENCY_SCALE = 10 * 0.2


class HTDemucsNet(nn.Module):
    """Stereo at 44.1 kHz to four stems. 41.98 million parameters."""

    def __init__(self) -> None:
        super().__init__()
        ins, in_t = (4, *_CHANNELS[:-1]), (2, *_CHANNELS[:-1])
        outs, out_t = (4 * len(SOURCES), *_CHANNELS[:-1]), (2 * len(SOURCES), *_CHANNELS[:-1])
        self.encoder = nn.ModuleList(
            _Encode(a, b, spectral=True) for a, b in zip(ins, _CHANNELS, strict=True)
        )
        self.tencoder = nn.ModuleList(
            _Encode(a, b, spectral=False) for a, b in zip(in_t, _CHANNELS, strict=True)
        )
        self.decoder = nn.ModuleList(
            _Decode(a, b, spectral=True) for a, b in zip(_CHANNELS[::-1], outs[::-1], strict=True)
        )
        self.tdecoder = nn.ModuleList(
            _Decode(a, b, spectral=False) for a, b in zip(_CHANNELS[::-1], out_t[::-1], strict=True)
        )
        embedding = nn.Embedding(FFT // 2 // _STRIDE, _CHANNELS[0])
        self.freq_emb = nn.ModuleDict({"embedding": embedding})
        for name in ("channel_upsampler", "channel_upsampler_t"):
            self.add_module(name, nn.Conv1d(_CHANNELS[-1], _WIDTH, 1))
        for name in ("channel_downsampler", "channel_downsampler_t"):
            self.add_module(name, nn.Conv1d(_WIDTH, _CHANNELS[-1], 1))
        self.crosstransformer = _CrossTransformer()

    def forward(self, mix: Tensor) -> Tensor:
        """(B, 2, T) -> (B, 4, 2, T): drums, bass, other, vocals."""
        batch, _, length = mix.shape
        spectrum = spectrogram(mix)
        x, mean, deviation = _normalised(spectrum)
        xt, mean_t, deviation_t = _normalised(mix)
        x, xt = self._network(x, xt)
        x = x.view(batch, len(SOURCES), -1, *x.shape[-2:]) * deviation[:, None] + mean[:, None]
        xt = xt.view(batch, len(SOURCES), -1, length) * deviation_t[:, None] + mean_t[:, None]
        return xt + waveform(x, length)

    def _network(self, x: Tensor, xt: Tensor) -> tuple[Tensor, Tensor]:
        """Both branches, normalised: (B, 4, 2048, L) and (B, 2, T) -> 4 stems of the same."""
        skips: list[Tensor] = []
        skips_t: list[Tensor] = []
        lengths: list[int] = []
        for number, (encode, encode_t) in enumerate(zip(self.encoder, self.tencoder, strict=True)):
            lengths.append(xt.shape[-1])
            x, xt = encode(x), encode_t(xt)
            if number == 0:
                embedding: Any = self.freq_emb["embedding"]
                x = x + _FREQUENCY_SCALE * embedding.weight.T[None, :, :, None]
            skips.append(x)
            skips_t.append(xt)
        x, xt = self._transformed(x, xt)
        for number, (decode, decode_t) in enumerate(zip(self.decoder, self.tdecoder, strict=True)):
            is_last = number == len(self.decoder) - 1
            x = decode(x + skips.pop(), None, is_last)
            xt = decode_t(xt + skips_t.pop(), lengths.pop(), is_last)
        return x, xt

    def _transformed(self, x: Tensor, xt: Tensor) -> tuple[Tensor, Tensor]:
        batch, _, bands, frames = x.shape
        wide = self.get_submodule("channel_upsampler")(x.flatten(2))
        wide_t = self.get_submodule("channel_upsampler_t")(xt)
        wide, wide_t = self.crosstransformer(wide.view(batch, _WIDTH, bands, frames), wide_t)
        x = self.get_submodule("channel_downsampler")(wide.flatten(2))
        return x.view(batch, -1, bands, frames), self.get_submodule("channel_downsampler_t")(wide_t)


def spectrogram(wave: Tensor) -> Tensor:
    """(B, 2, T) -> (B, 4, 2048, ceil(T / 1024)): real and imaginary parts as channels."""
    batch, channels, length = wave.shape
    frames = math.ceil(length / HOP)
    pad = HOP // 2 * 3
    padded = F.pad(wave, (pad, pad + frames * HOP - length), mode="reflect")
    window = torch.hann_window(FFT, device=wave.device)
    bins = torch.stft(
        padded.flatten(0, 1), FFT, HOP, window=window, normalized=True, return_complex=True
    )
    parts = torch.view_as_real(bins[:, :-1, 2 : 2 + frames])
    return parts.permute(0, 3, 1, 2).reshape(batch, 2 * channels, FFT // 2, frames)


def waveform(spectrum: Tensor, length: int) -> Tensor:
    """The inverse of ``spectrogram``: (B, S, 4, 2048, L) -> (B, S, 2, length).

    The first and last 1024 samples come back weaker, as the network has learned.
    """
    shape = spectrum.shape
    parts = spectrum.view(*shape[:2], 2, 2, *shape[3:]).permute(0, 1, 2, 4, 5, 3).contiguous()
    bins = F.pad(torch.view_as_complex(parts).flatten(0, 2), (2, 2, 0, 1))
    pad = HOP // 2 * 3
    window = torch.hann_window(FFT, device=spectrum.device)
    padded = HOP * math.ceil(length / HOP) + 2 * pad
    wave = torch.istft(bins, FFT, HOP, window=window, normalized=True, length=padded)
    return wave[:, pad : pad + length].reshape(*shape[:2], 2, length)


class _Encode(nn.Module):
    """A strided convolution over frequency or time, a residual branch over time, a gate."""

    def __init__(self, inputs: int, outputs: int, *, spectral: bool) -> None:
        super().__init__()
        self.spectral = spectral
        if spectral:
            self.conv: nn.Module = nn.Conv2d(inputs, outputs, (_KERNEL, 1), (4, 1), (_PAD, 0))
            self.rewrite: nn.Module = nn.Conv2d(outputs, 2 * outputs, 1)
        else:
            self.conv = nn.Conv1d(inputs, outputs, _KERNEL, _STRIDE, _PAD)
            self.rewrite = nn.Conv1d(outputs, 2 * outputs, 1)
        self.dconv = _Residual(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, F, L) -> (B, C', F / 4, L), or (B, C, T) -> (B, C', ceil(T / 4))."""
        if not self.spectral:
            x = F.pad(x, (0, -x.shape[-1] % _STRIDE))
        y = _along_time(self.dconv, F.gelu(self.conv(x)))
        return F.glu(self.rewrite(y), dim=1)


class _Decode(nn.Module):
    """A gate, a residual branch over time, a transposed convolution over frequency or time."""

    def __init__(self, inputs: int, outputs: int, *, spectral: bool) -> None:
        super().__init__()
        if spectral:
            self.rewrite: nn.Module = nn.Conv2d(inputs, 2 * inputs, 3, 1, 1)
            self.conv_tr: nn.Module = nn.ConvTranspose2d(inputs, outputs, (_KERNEL, 1), (4, 1))
        else:
            self.rewrite = nn.Conv1d(inputs, 2 * inputs, 3, 1, 1)
            self.conv_tr = nn.ConvTranspose1d(inputs, outputs, _KERNEL, _STRIDE)
        self.dconv = _Residual(inputs)

    def forward(self, x: Tensor, length: int | None, is_last: bool) -> Tensor:
        """(B, C, F, L) -> (B, C', 4 F, L), or (B, C, T) -> (B, C', ``length``)."""
        grown = self.conv_tr(_along_time(self.dconv, F.glu(self.rewrite(x), dim=1)))
        over_time = length is not None
        grown = grown[..., _PAD : _PAD + (length or 0)] if over_time else grown[:, :, _PAD:-_PAD]
        return grown if is_last else F.gelu(grown)


class _Residual(nn.Module):
    """Two dilated, squeezed residual branches over time."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(self._branch(channels, 2**n) for n in range(2))

    @staticmethod
    def _branch(channels: int, dilation: int) -> nn.Sequential:
        hidden = channels // 8
        return nn.Sequential(
            nn.Conv1d(channels, hidden, 3, padding=dilation, dilation=dilation),
            nn.GroupNorm(1, hidden),
            nn.GELU(),
            nn.Conv1d(hidden, 2 * channels, 1),
            nn.GroupNorm(1, 2 * channels),
            nn.GLU(1),
            _Scale(channels, time_last=True),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, L) -> the same."""
        for layer in self.layers:
            x = x + layer(x)
        return x


class _Scale(nn.Module):
    def __init__(self, channels: int, *, time_last: bool) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.full((channels,), 1e-3))
        self._time_last = time_last

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, L), or (B, L, C) -> the same."""
        return (self.scale[:, None] if self._time_last else self.scale) * x


class _CrossTransformer(nn.Module):
    """Self-attention within the spectral and the time branch, in turn with attention across."""

    def __init__(self) -> None:
        super().__init__()
        self.norm_in = nn.LayerNorm(_WIDTH)
        self.norm_in_t = nn.LayerNorm(_WIDTH)
        self.layers = nn.ModuleList(_Attend(across=n % 2 == 1) for n in range(_LAYERS))
        self.layers_t = nn.ModuleList(_Attend(across=n % 2 == 1) for n in range(_LAYERS))

    def forward(self, x: Tensor, xt: Tensor) -> tuple[Tensor, Tensor]:
        """(B, C, F, L) and (B, C, T) -> the same shapes."""
        bands, frames = x.shape[-2:]
        x = self.norm_in(x.permute(0, 3, 2, 1).flatten(1, 2))
        x = x + _plane_positions(bands, frames).to(x)
        xt = self.norm_in_t(xt.transpose(1, 2))
        xt = xt + _line_positions(xt.shape[1]).to(xt)
        for layer, layer_t in zip(self.layers, self.layers_t, strict=True):
            x, xt = layer(x, xt), layer_t(xt, x)
        x = x.view(len(x), frames, bands, _WIDTH).permute(0, 3, 2, 1)
        return x, xt.transpose(1, 2)


class _Attend(nn.Module):
    """A pre-norm transformer layer; ``across`` looks at the other branch."""

    def __init__(self, *, across: bool) -> None:
        super().__init__()
        self._name = "cross_attn" if across else "self_attn"
        self.add_module(self._name, nn.MultiheadAttention(_WIDTH, _HEADS, batch_first=True))
        self.linear1 = nn.Linear(_WIDTH, 4 * _WIDTH)
        self.linear2 = nn.Linear(4 * _WIDTH, _WIDTH)
        self.norm1 = nn.LayerNorm(_WIDTH)
        self.norm2 = nn.LayerNorm(_WIDTH)
        self.norm3 = nn.LayerNorm(_WIDTH) if across else None
        self.norm_out = nn.GroupNorm(1, _WIDTH)
        self.gamma_1 = _Scale(_WIDTH, time_last=False)
        self.gamma_2 = _Scale(_WIDTH, time_last=False)

    def forward(self, x: Tensor, other: Tensor) -> Tensor:
        """(B, L, C) and the other branch (B, L', C) -> (B, L, C)."""
        query = self.norm1(x)
        heard = query if self.norm3 is None else self.norm2(other)
        attention = self.get_submodule(self._name)
        x = x + self.gamma_1(attention(query, heard, heard, need_weights=False)[0])
        inner = (self.norm2 if self.norm3 is None else self.norm3)(x)
        x = x + self.gamma_2(self.linear2(F.gelu(self.linear1(inner))))
        normed: Tensor = self.norm_out(x.transpose(1, 2)).transpose(1, 2)
        return normed


def _along_time(branch: nn.Module, x: Tensor) -> Tensor:
    """Apply a branch for (B, C, L) to each band of (B, C, F, L)."""
    if x.ndim == 3:
        done: Tensor = branch(x)
        return done
    batch, channels, bands, frames = x.shape
    rows: Tensor = branch(x.transpose(1, 2).reshape(-1, channels, frames))
    return rows.view(batch, bands, channels, frames).transpose(1, 2)


def _normalised(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """x with mean 0 and deviation 1 for each item of the batch, and both numbers."""
    dims = tuple(range(1, x.ndim))
    mean, deviation = x.mean(dims, keepdim=True), x.std(dims, keepdim=True)
    return (x - mean) / (1e-5 + deviation), mean, deviation


def _line_positions(length: int) -> Tensor:
    """Sinusoids (length, 512), cosines first."""
    half = _WIDTH // 2
    phase = torch.arange(length)[:, None] / _PERIOD ** (torch.arange(half) / (half - 1))
    return torch.cat([phase.cos(), phase.sin()], dim=-1)


def _plane_positions(bands: int, frames: int) -> Tensor:
    """Sinusoids (frames * bands, 512): the first half says when, the second which band."""
    half = _WIDTH // 2
    rate = torch.exp(torch.arange(0.0, half, 2) * -(math.log(_PERIOD) / half))
    when, band = (torch.arange(float(n))[:, None] * rate for n in (frames, bands))
    when, band = (torch.stack([p.sin(), p.cos()], dim=-1).flatten(1) for p in (when, band))
    shape = (frames, bands, half)
    both = [when[:, None].expand(shape), band[None].expand(shape)]
    return torch.cat(both, dim=-1).flatten(0, 1)
