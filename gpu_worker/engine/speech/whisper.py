"""Whisper's encoder in plain PyTorch, with weights out of a CTranslate2 ``model.bin``.

Architecture after Radford et al. 2022, "Robust Speech Recognition via Large-Scale Weak
Supervision": two convolutions over 80 log-mel bands, sinusoidal positions, pre-norm transformer.
"""

import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpu_worker.contract.errors import Code, JobError

from ..mel import mel_filterbank

SAMPLE_RATE = 16000
MAX_SECONDS = 30.0
_N_FFT = 400
_HOP = 160
_BINARY_VERSION = 6
# CTranslate2's type ids; the encoder's variables use only these.
_DTYPES: dict[int, np.dtype[Any]] = {0: np.dtype("<f4"), 4: np.dtype("<f2")}


@dataclass(frozen=True, slots=True)
class WhisperConfig:
    """Size of the encoder; the defaults are those of Whisper base."""

    mels: int = 80
    dim: int = 512
    heads: int = 8
    layers: int = 6
    positions: int = 1500


class WhisperEncoder(nn.Module):
    """Waveform at 16 kHz of at most 30 s to states at 50 Hz."""

    mel_filters: Tensor
    window: Tensor
    positions: Tensor

    def __init__(self, config: WhisperConfig) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(config.mels, config.dim, 3, padding=1)
        self.conv2 = nn.Conv1d(config.dim, config.dim, 3, stride=2, padding=1)
        self.layers = nn.ModuleList(_Layer(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.dim)
        self.register_buffer("positions", torch.zeros(config.positions, config.dim))
        filters = mel_filterbank(SAMPLE_RATE, _N_FFT, config.mels, 0.0, SAMPLE_RATE / 2)
        self.register_buffer("mel_filters", filters, persistent=False)
        self.register_buffer("window", torch.hann_window(_N_FFT), persistent=False)

    def forward(self, wave: Tensor) -> Tensor:
        """(B, T) at 16 kHz -> (B, ceil(T // 160 / 2), dim). Not padded to 30 s."""
        return self.encode(self.log_mel(wave))

    def log_mel(self, wave: Tensor) -> Tensor:
        """(B, T) -> (B, mels, T // 160): log10 mel power, at most 8 below its maximum, scaled."""
        spectrum = torch.stft(wave, _N_FFT, _HOP, window=self.window, return_complex=True)
        mel = self.mel_filters @ spectrum[..., :-1].abs().square()
        log = mel.clamp(min=1e-10).log10()
        log = torch.maximum(log, log.amax(dim=(1, 2), keepdim=True) - 8.0)
        return (log + 4.0) / 4.0

    def encode(self, mel: Tensor) -> Tensor:
        """(B, mels, L) -> (B, ceil(L / 2), dim)."""
        x = F.gelu(self.conv1(mel))
        x = F.gelu(self.conv2(x)).transpose(1, 2)
        x = x + self.positions[: x.shape[1]]
        for layer in self.layers:
            x = layer(x)
        normed: Tensor = self.norm(x)
        return normed


class _Layer(nn.Module):
    def __init__(self, config: WhisperConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.attention_norm = nn.LayerNorm(config.dim)
        self.qkv = nn.Linear(config.dim, 3 * config.dim)
        self.out = nn.Linear(config.dim, config.dim)
        self.mlp_norm = nn.LayerNorm(config.dim)
        self.mlp_in = nn.Linear(config.dim, 4 * config.dim)
        self.mlp_out = nn.Linear(4 * config.dim, config.dim)

    def forward(self, x: Tensor) -> Tensor:
        """(B, L, dim) -> the same."""
        x = x + self._attend(self.attention_norm(x))
        grown: Tensor = self.mlp_out(F.gelu(self.mlp_in(self.mlp_norm(x))))
        return x + grown

    def _attend(self, x: Tensor) -> Tensor:
        batch, length, dim = x.shape
        heads = self.qkv(x).view(batch, length, 3, self.heads, dim // self.heads)
        query, key, value = heads.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(query, key, value)
        joined: Tensor = self.out(mixed.transpose(1, 2).reshape(batch, length, dim))
        return joined


def load_whisper_encoder(
    parts: Sequence[Path], config: WhisperConfig | None = None
) -> WhisperEncoder:
    """The encoder with the weights of ``parts``, a CTranslate2 model cut into files.

    Raises ``JobError(WEIGHTS_MISSING)`` where the file is not such a model.
    """
    config = config or WhisperConfig()
    encoder = WhisperEncoder(config)
    try:
        stored = dict(_variables(parts, prefix="encoder/"))
        encoder.load_state_dict(_state(stored, config), strict=True)
    except (KeyError, ValueError, RuntimeError, struct.error) as error:
        raise JobError(Code.WEIGHTS_MISSING, f"not a Whisper model: {error}") from error
    return encoder.eval().requires_grad_(False)


def _state(stored: dict[str, Tensor], config: WhisperConfig) -> dict[str, Tensor]:
    """Our parameter names from CTranslate2's."""
    names = {
        "conv1": "encoder/conv1",
        "conv2": "encoder/conv2",
        "norm": "encoder/layer_norm",
    }
    for i in range(config.layers):
        theirs, ours = f"encoder/layer_{i}", f"layers.{i}"
        names[f"{ours}.attention_norm"] = f"{theirs}/self_attention/layer_norm"
        names[f"{ours}.qkv"] = f"{theirs}/self_attention/linear_0"
        names[f"{ours}.out"] = f"{theirs}/self_attention/linear_1"
        names[f"{ours}.mlp_norm"] = f"{theirs}/ffn/layer_norm"
        names[f"{ours}.mlp_in"] = f"{theirs}/ffn/linear_0"
        names[f"{ours}.mlp_out"] = f"{theirs}/ffn/linear_1"
    state = {"positions": stored["encoder/position_encodings/encodings"]}
    for ours, theirs in names.items():
        weight, bias = ("gamma", "beta") if ours.endswith("norm") else ("weight", "bias")
        state[f"{ours}.weight"] = stored[f"{theirs}/{weight}"]
        state[f"{ours}.bias"] = stored[f"{theirs}/{bias}"]
    return state


def _variables(parts: Sequence[Path], prefix: str) -> Iterator[tuple[str, Tensor]]:
    """Variables of a CTranslate2 model whose names start with ``prefix``, as float32.

    Layout, little endian: u32 version, string specification, u32 revision, u32 count; a variable
    is string name, u8 rank, u32 sizes, u8 type, u32 bytes, data; a string is u16 length, bytes, 0.
    """
    with ExitStack() as stack:
        source = _Joined([stack.enter_context(part.open("rb")) for part in parts])
        (version,) = source.unpack("<I")
        specification = source.string()
        if version != _BINARY_VERSION or specification != "WhisperSpec":
            raise ValueError(f"binary version {version} of {specification!r}")
        _, count = source.unpack("<II")
        for _ in range(count):
            name = source.string()
            (rank,) = source.unpack("<B")
            shape = source.unpack(f"<{rank}I")
            kind, size = source.unpack("<BI")
            if not name.startswith(prefix) or kind not in _DTYPES:
                source.skip(size)
                continue
            values = np.frombuffer(source.read(size), _DTYPES[kind]).reshape(shape)
            yield name, torch.from_numpy(values.astype(np.float32))


class _Joined:
    """Reads files one after the other as if they were one."""

    def __init__(self, files: list[BinaryIO]) -> None:
        self._files = files

    def read(self, size: int) -> bytes:
        """Exactly ``size`` bytes. Raises ``ValueError`` where fewer are left."""
        if not self._files:
            raise ValueError("the file ends early")
        data = self._files[0].read(size)
        if len(data) == size:
            return data
        self._files = self._files[1:]
        return data + self.read(size - len(data))

    def skip(self, size: int) -> None:
        if not self._files:
            raise ValueError("the file ends early")
        left = os.fstat(self._files[0].fileno()).st_size - self._files[0].tell()
        if size <= left:
            self._files[0].seek(size, os.SEEK_CUR)
        else:
            self._files = self._files[1:]
            self.skip(size - left)

    def unpack(self, layout: str) -> tuple[int, ...]:
        return struct.unpack(layout, self.read(struct.calcsize(layout)))

    def string(self) -> str:
        (length,) = self.unpack("<H")
        return self.read(length).rstrip(b"\0").decode("ascii")
